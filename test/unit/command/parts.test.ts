import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { helpOf } from '../../../src/command/help.ts'
import { PARTS } from '../../../src/command/parts.ts'

const launch = fileURLToPath(new URL('../../../src/launch.js', import.meta.url))
const usher = (...argv: string[]) => promisify(execFile)(process.execPath, [launch, ...argv])

describe('a part of the program', () => {
  it.each(PARTS)('$name prints the help that its description makes, in both ways of asking', async (part) => {
    const [asOption, asVerb] = await Promise.all([usher(part.name, '--help'), usher('help', part.name)])
    expect(asOption.stdout).toBe(helpOf(part))
    expect(asVerb.stdout).toBe(helpOf(part))
  })

  it.each(PARTS)('$name refuses what it does not know, as a document when asked for one', async (part) => {
    const refusal = await usher('--json', part.name, '--no-such-option').catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 2 })
    const { stdout } = refusal as { stdout: string }
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: 'bad_request', violations: [] } })
  })
})
