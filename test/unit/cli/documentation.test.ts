import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { blocksOf } from '../../../deploy/reference/blocks.ts'
import { commandsDocument } from '../../../deploy/reference/commands-document.ts'
import { reference } from '../../../deploy/reference/model.ts'
import { COMMANDS } from '../../../src/texts/chat/commands.ts'

const text = readFileSync(new URL('../../../docs/commands.md', import.meta.url), 'utf8')
const verbs = reference().commands.map(({ verb }) => verb)
/** The table of what chat and terminal call the same thing. */
const rows = [...text.matchAll(/^\| `\/(\w+)` \| (?:`usher ([a-z ]+)`|in chat only) \|$/gm)].map(
  ([, command, verb]) => ({ command, verb: verb ?? null }),
)

describe('docs/commands.md', () => {
  it("is current with the command line: 'npm run docs' would change nothing", () => {
    expect(commandsDocument(text)).toBe(text)
  })

  it('describes every command of the command line once, and no other', () => {
    const described = blocksOf(text).filter((name) => name.startsWith('usher '))
    const wanted = reference().commands.filter(({ group }) => !group)
    expect(described.toSorted()).toEqual(wanted.map(({ verb }) => `usher ${verb}`).toSorted())
  })

  it('names every command of the chat, in the order of /help, and no other', () => {
    expect(rows.map(({ command }) => command)).toEqual([...COMMANDS])
  })

  it('leaves in chat only what is about the chat', () => {
    const only = rows.filter(({ verb }) => verb === null).map(({ command }) => command)
    expect(only).toEqual(['language', 'quiet', 'cancel'])
  })

  it('names for the terminal only verbs that the command line has', () => {
    const named = rows.flatMap(({ verb }) => (verb === null ? [] : [verb]))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((verb) => verb !== 'help' && !verbs.includes(verb))).toEqual([])
  })
})
