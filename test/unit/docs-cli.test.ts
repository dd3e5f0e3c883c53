import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/texts/chat/commands.ts'
import { runInProcess } from '../support/cli/run-cli.ts'

const docs = readFileSync(fileURLToPath(new URL('../../docs/cli.md', import.meta.url)), 'utf8')
const rows = [...docs.matchAll(/^\| `\/(\w+)` \| (?:`usher ([a-z ]+)`|in chat only) \|$/gm)].map(
  ([, command, verb]) => ({ command, verb: verb ?? null }),
)

describe('docs/cli.md', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'usher-cli-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('names every command of the chat, in the order of /help, and no other', () => {
    expect(rows.map(({ command }) => command)).toEqual([...COMMANDS])
  })

  test('leaves in chat only what is about the chat', () => {
    const only = rows.filter(({ verb }) => verb === null).map(({ command }) => command)
    expect(only).toEqual(['language', 'quiet', 'cancel'])
  })

  test.each(rows.flatMap(({ verb }) => (verb === null ? [] : [verb])))(
    'names a verb that the command line has: usher %s',
    async (verb) => {
      const words = verb.split(' ')
      const argv = verb === 'help' ? ['--help'] : [...words, '--help']
      const { status, stdout } = await runInProcess(argv, { folder })
      expect(status).toBe(0)
      expect(stdout).toContain(verb === 'help' ? 'Usage: usher' : `Usage: usher ${verb}`)
    },
  )
})
