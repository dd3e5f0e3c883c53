import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigProblem, ConfigResult } from '../../../src/config/config.ts'
import { readEnvironment } from '../../../src/config/environment.ts'
import { loadConfig } from '../../../src/config/load.ts'

/** Whoever runs the tests. */
export const self = process.getuid?.() ?? 0

/** Loads `text` as the caller's explicit config file of mode 0644. */
export function loadText(text: string): ConfigResult {
  const folder = mkdtempSync(join(tmpdir(), 'usher-config-'))
  try {
    const file = join(folder, 'config.yaml')
    writeFileSync(file, text, { mode: 0o644 })
    return loadConfig({ environment: readEnvironment({ HOME: folder }), uid: self, explicitFile: file })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What is wrong with `text` as a config; empty when nothing is. */
export function problemsOf(text: string): ConfigProblem[] {
  const result = loadText(text)
  return result.ok ? [] : result.problems
}
