import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { runCli } from '../../../src/cli/run-cli.ts'
import type { CliWorld } from '../../../src/cli/world.ts'
import { readEnvironment } from '../../../src/config/environment.ts'
import { createWords } from '../../../src/texts/words.ts'

export interface CliRun {
  status: number
  stdout: string
  stderr: string
  /** The one document of `--json`; throws when stdout is not exactly one. */
  json(): Record<string, unknown>
}

export interface Terminal {
  columns?: number
  /** What the person types once the screen shows the text; each once, in order. */
  answers?: [sees: string, types: string][]
}

export interface CliOptions {
  /** Folder with the socket; a config beside it is written. */
  folder: string
  terminal?: Terminal
  variables?: Record<string, string>
  signal?: AbortSignal
  world?: Partial<CliWorld>
}

/** Runs the command in this process with streams of its own, in single-user mode over the sockets in `folder`. */
export async function runInProcess(argv: string[], options: CliOptions): Promise<CliRun> {
  const { folder, terminal } = options
  const config = join(folder, 'config.yaml')
  writeFileSync(config, `mode: single-user\npaths: { run: ${folder} }\n`, { mode: 0o644 })
  const stdin = Object.assign(new PassThrough(), { isTTY: terminal !== undefined, setRawMode() {} })
  const stdout = Object.assign(new PassThrough(), {
    isTTY: terminal !== undefined,
    columns: terminal?.columns ?? 100,
  })
  const stderr = Object.assign(new PassThrough(), {
    isTTY: terminal !== undefined,
    columns: terminal?.columns ?? 100,
  })
  const text = { stdout: '', stderr: '' }
  const answers = [...(terminal?.answers ?? [])]
  let seenUntil = 0
  stdout.on('data', (chunk: Buffer) => {
    text.stdout += chunk.toString()
    const next = answers[0]
    if (next === undefined) return
    const at = text.stdout.indexOf(next[0], seenUntil)
    if (at === -1) return
    answers.shift()
    seenUntil = text.stdout.length
    setTimeout(() => stdin.write(next[1]), 5)
  })
  stderr.on('data', (chunk: Buffer) => {
    text.stderr += chunk.toString()
  })
  const status = await runCli({
    argv: argv.includes('--config') ? argv : [...argv, '--config', config],
    environment: readEnvironment({ HOME: '/nonexistent', ...options.variables }),
    words: createWords('en'),
    uid: process.getuid?.() ?? 0,
    stdin,
    stdout,
    stderr,
    signal: options.signal ?? new AbortController().signal,
    version: '9.9.9',
    systemFile: join(folder, 'no-system-file'),
    ...options.world,
  })
  if (answers.length > 0) throw new Error(`never seen: ${answers[0]?.[0]}\n${text.stdout}`)
  return {
    status,
    ...text,
    json() {
      return JSON.parse(text.stdout) as Record<string, unknown>
    },
  }
}
