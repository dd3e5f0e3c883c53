import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { RosterEntry } from '../../../src/domain/person.ts'
import { appendEntry, removeEntry } from '../../../src/provisioning/roster/edit.ts'
import { parseRoster } from '../../../src/provisioning/roster/parse.ts'
import { type Exploration, runParameters, type Surface } from '../surface.ts'

/** No text of ordinary size takes longer; a busy machine has room. */
const ORDINARY_MS = 2000
/** Five megabytes are within the limit and must be read, though not quickly. */
const HUGE_MS = 90_000

const scalar = fc.oneof(
  fc.constantFrom(
    'no',
    'null',
    '~',
    '123',
    '"123"',
    "'yes'",
    '0x1f',
    '1e3',
    'true',
    '.nan',
    '2026-11-21',
    '""',
  ),
  fc.constantFrom(
    '!!str 5',
    '!local x',
    '&a b',
    '*a',
    '<<',
    '|',
    '>-',
    '|+\n      x\n\n',
    '[1, 2]',
    '{a: 1}',
  ),
  fc.string({ maxLength: 12 }).map((text) => JSON.stringify(text)),
  fc.stringMatching(/^[a-z][a-z ]{0,8}[a-z]$/),
)
const comment = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.constantFrom(' # c', '\t# tab', ' #'))
const key = fc.constantFrom(
  'name',
  'os_user',
  'role',
  'github',
  'note',
  '"telegram_id"',
  'x',
  '? a',
  '<<',
  'name',
)

/** An entry as somebody might have typed it. */
const typedEntry = fc
  .record({
    id: fc.oneof(fc.integer({ min: 1, max: 9999 }).map(String), scalar),
    fields: fc.array(fc.tuple(key, scalar, comment), { maxLength: 5 }),
    isFlow: fc.boolean(),
    before: fc.constantFrom('', '', '# somebody', '', '   ', '---', '...', '%YAML 1.1', '\t'),
  })
  .map(({ id, fields, isFlow, before }) => (indent: string) => {
    const lines = isFlow
      ? [`${indent}- {telegram_id: ${id}${fields.map(([name, value]) => `, ${name}: ${value}`).join('')}}`]
      : [
          `${indent}- telegram_id: ${id}`,
          ...fields.map(([name, value, note]) => `${indent}  ${name}: ${value}${note}`),
        ]
    return before === '' ? lines : [before, ...lines]
  })

const typedRoster = fc
  .record({
    head: fc.constantFrom('', '', '# people', '---', '\uFEFF', 'version: 1', '&anchor', '%YAML 1.2\n---'),
    users: fc.constantFrom(
      'users:',
      'users:',
      'users:',
      'users: # all',
      '"users":',
      'users : ',
      'users: []',
      'users: [ ]',
    ),
    entries: fc.array(typedEntry, { maxLength: 4 }),
    indent: fc.constantFrom('', '  ', '    ', '\t'),
    tail: fc.constantFrom('', '', '# end', 'other: 1', '...', '---', '- x', '\n\n', 'users: []'),
    newline: fc.constantFrom('\n', '\n', '\r\n', '\r'),
    isEnded: fc.boolean(),
  })
  .map(({ head, users, entries, indent, tail, newline, isEnded }) => {
    const lines = [head, users, ...entries.flatMap((entry) => entry(indent)), tail]
    const text = lines.filter((line) => line !== '').join('\n')
    return (isEnded ? `${text}\n` : text).replaceAll('\n', newline)
  })

/** A typed one with something cut out, doubled or put in anywhere. */
const damagedRoster = fc
  .tuple(
    typedRoster,
    fc.array(
      fc.tuple(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 6 }),
        fc.constantFrom(
          '',
          '\t',
          '\r',
          '\n',
          '- ',
          ': ',
          '{',
          '[',
          ']',
          '}',
          '"',
          "'",
          '#',
          '&a ',
          '*a',
          '!!map',
          '|',
          '\0',
          '\u2028',
          '\ud800',
          '?',
          ',',
        ),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([text, cuts]) =>
    cuts.reduce((damaged, [where, length, put]) => {
      const at = Math.floor(where * damaged.length)
      return damaged.slice(0, at) + put + damaged.slice(at + length)
    }, text),
  )

const anyText = fc.oneof(
  { weight: 5, arbitrary: typedRoster },
  { weight: 4, arbitrary: damagedRoster },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
)

const name = fc.oneof(
  fc.constantFrom(
    'no',
    'null',
    '123',
    '~',
    'a: b',
    '- a',
    '#',
    ' x ',
    '',
    "it's",
    '"',
    '1e21',
    '<<',
    '*a',
    '&a',
    '!x',
    '%',
  ),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }).map((text) => text.toWellFormed()),
)
const entry: fc.Arbitrary<RosterEntry> = fc.record(
  {
    telegram_id: fc.integer({ min: 100_000, max: 2 ** 52 - 1 }),
    name,
    os_user: fc.stringMatching(/^[a-z_][a-z0-9_-]{0,31}$/),
    role: fc.constantFrom('user', 'admin', 'no'),
    github: name,
    workspace_base: name,
    max_budget: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    github_repos: fc.array(name, { maxLength: 3 }),
    github_notify_chat_id: fc.maxSafeInteger(),
    pr_review: fc.boolean(),
  },
  { requiredKeys: ['telegram_id', 'name', 'os_user', 'role'] },
)

/** The laws of the roster as text; `limit` in milliseconds for each of parsing, adding and removing. */
function checkRosterText(text: string, added: RosterEntry, limit: number): void {
  const timed = <T>(what: string, work: () => T): T => {
    const begin = performance.now()
    const result = work()
    const took = performance.now() - begin
    if (took > limit) throw new Error(`${what} ${text.length} characters took ${took.toFixed(0)} ms`)
    return result
  }
  const before = timed('parsing', () => parseRoster(text))
  const appended = timed('adding to', () => appendEntry(text, added))
  if (!before.ok || !appended.ok) {
    if (!before.ok && appended.ok) throw new Error('an entry was added to a text that cannot be parsed')
    return
  }
  // Every byte of the others stays: what was there is there, but for an empty list's brackets.
  const { inserted, replaced } = appended.insertion
  const at = appended.text.indexOf(inserted)
  const without = appended.text.slice(0, at) + appended.text.slice(at + inserted.length)
  if (without.length !== text.length - replaced.length) throw new Error('more was changed than was told')
  const after = parseRoster(appended.text)
  if (!after.ok) throw new Error(`the text cannot be parsed any more: ${after.why}`)
  const last = after.people.at(-1)?.entry
  if (!isDeepStrictEqual(last, { ...added })) {
    throw new Error(`the entry reads back as ${JSON.stringify(last)}`)
  }
  if (!isDeepStrictEqual(entriesOf(after.people.slice(0, -1)), entriesOf(before.people))) {
    throw new Error('an entry of somebody else reads back otherwise')
  }
  const removed = timed('removing from', () => removeEntry(appended.text, added, appended.insertion))
  if (removed.state !== 'removed' || removed.text !== text) {
    throw new Error(`removing what was added gives ${JSON.stringify(removed)}`)
  }
}

function entriesOf(people: readonly { entry: RosterEntry; exactId: boolean }[]) {
  return people.map(({ entry, exactId }) => [entry, exactId])
}

/** The shapes that take parsers down by size or depth; `size` in characters. */
function hugeTexts(size: number): [string, string][] {
  const times = (text: string) => text.repeat(Math.ceil(size / text.length))
  const one = (n: number) =>
    `  - telegram_id: ${n + 1} # person ${n}\n    name: "Person ${n}"\n    os_user: p${n}\n    role: user\n\n`
  const entries = Array.from({ length: Math.ceil(size / one(100_000).length) }, (_, n) => one(n)).join('')
  return [
    ['many entries', `users:\n${entries}`],
    ['many entries with CRLF', `users:\r\n${entries.replaceAll('\n', '\r\n')}`],
    ['one long scalar', `users: []\nnote: "${times('x')}"\n`],
    ['one long comment', `users: []\n# ${times('#')}\n`],
    ['blank lines', `users: []\n${times('\n')}`],
    ['spaces', `users: []\n${times(' ')}\n`],
    ['tabs', `users: []\n${times('\t')}\n`],
    ['open brackets', `users: ${times('[')}`],
    ['open braces', `users: ${times('{a: ')}`],
    ['nested lists', `users:\n${times('- ')}x\n`],
    ['nested maps in flow', `users: ${'{a: '.repeat(size / 12)}1${'}'.repeat(size / 12)}\n`],
    ['nested lists in flow', `users: ${'['.repeat(size / 6)}${']'.repeat(size / 6)}\n`],
    ['anchors', `users:\n${times('  - &a x\n')}`],
    [
      'aliases of aliases',
      `a: &a [x]\n${Array.from({ length: 40 }, (_, n) => `b${n}: &b${n} [*${n === 0 ? 'a' : `b${n - 1}`}, *${n === 0 ? 'a' : `b${n - 1}`}]\n`).join('')}users: []\n`,
    ],
    ['documents', `users: []\n${times('---\nusers: []\n')}`],
    ['tags', `users: ${times('!!str ')}x\n`],
    ['question marks', `users:\n${times('? ')}\n`],
    ['carriage returns', `users: []\n${times('\r')}`],
    ['quotes', `users: []\nnote: "${times('\\"')}"\n`],
  ]
}

const ann: RosterEntry = { telegram_id: 4711, name: 'Ann', os_user: 'ann', role: 'user' }

export const rosterText: Surface = {
  name: 'roster-text',
  what: 'parsed, an entry added and removed again, every other byte as it was',
  inputs: 32_000,
  needsSandbox: false,
  async explore(plan: Exploration) {
    let inputs = 0
    fc.assert(
      fc.property(anyText, entry, (text, added) => {
        inputs++
        checkRosterText(text, added, ORDINARY_MS)
      }),
      runParameters(plan, plan.inputs),
    )
    return inputs
  },
}

/** In characters: every shape in the short and the long mode, and the first shape, a roster like any other, at its largest. */
const SHORT_SIZE = 8000
const LONG_SIZE = 250_000
const LARGEST_SIZE = 5 * 1024 * 1024
const LARGEST = 1

export const hugeRosters: Surface = {
  name: 'huge-rosters',
  what: 'long or deep, up to 5 MB: the same',
  inputs: 100,
  needsSandbox: false,
  async explore({ inputs }: Exploration) {
    const isLong = inputs >= 100
    const texts = hugeTexts(isLong ? LONG_SIZE : SHORT_SIZE)
    if (isLong) texts.push(...hugeTexts(LARGEST_SIZE).slice(0, LARGEST))
    for (const [title, text] of texts) {
      try {
        checkRosterText(text, ann, HUGE_MS)
      } catch (error) {
        throw new Error(`a roster of ${title}: ${(error as Error).message.slice(0, 500)}`, { cause: error })
      }
    }
    return texts.length
  },
}
