import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { OPTIONAL_KEYS, type RosterEntry } from '../../../../src/domain/person.ts'
import { editEntry, revertEntry } from '../../../../src/provisioning/roster/edit-entry.ts'
import { parseRoster } from '../../../../src/provisioning/roster/parse.ts'
import { UNSAFE } from '../../../support/unsafe.ts'

/** The entry of this Telegram id, as the roster has it. */
function entryOf(text: string, telegramId = 7): RosterEntry {
  const parsed = parseRoster(text)
  if (!parsed.ok) throw new Error(parsed.why)
  const found = parsed.people.find(({ entry }) => entry.telegram_id === telegramId)
  if (found === undefined) throw new Error(`nobody has the Telegram id ${telegramId}`)
  return found.entry
}

type Change = { [K in keyof RosterEntry]?: RosterEntry[K] | undefined }

function changed(entry: RosterEntry, change: Change): RosterEntry {
  const pairs = Object.entries({ ...entry, ...change }).filter(([, value]) => value !== undefined)
  return Object.fromEntries(pairs) as unknown as RosterEntry
}

function edit(text: string, change: Change, telegramId = 7) {
  const before = entryOf(text, telegramId)
  const after = changed(before, change)
  const result = editEntry(text, before, after)
  if (!result.ok) throw new Error(result.why ?? 'not there')
  return { before, after, ...result }
}

const tidy = `# people
users: # all
  - telegram_id: 1 # boss
    name: "B"
    os_user: bo
    role: admin

  - telegram_id: 7
    # whom we like
    name: 'Ida'   # short for Ida-Marie
    os_user: ida
    role: user # for now
    nick: [a, b]
    github_repos: # hers
      - ida/one # main
      # on the way out
      - ida/two
    model: big
# end
other: 2
`

describe('changing an entry as text', () => {
  test.each<[title: string, change: Change, expected: (text: string) => string]>([
    [
      'replaces the value and keeps the comment behind it',
      { role: 'admin' },
      (text) => text.replace('role: user # for now', 'role: admin # for now'),
    ],
    ['replaces a quoted value', { name: 'no' }, (text) => text.replace("'Ida'   # short", '"no"   # short')],
    [
      'replaces the Telegram id by a number',
      { telegram_id: 8 },
      (text) => text.replace('telegram_id: 7', 'telegram_id: 8'),
    ],
    [
      'puts a list on the line of its key',
      { github_repos: ['ida/three'] },
      (text) =>
        text.replace(
          'github_repos: # hers\n      - ida/one # main\n      # on the way out\n      - ida/two',
          'github_repos: ["ida/three"] # hers',
        ),
    ],
    [
      'puts what joins behind the last key',
      { github: 'ida-m', pr_review: true },
      (text) => text.replace('model: big\n', 'model: big\n    github: ida-m\n    pr_review: true\n'),
    ],
    ['takes a key out with its line', { model: undefined }, (text) => text.replace('    model: big\n', '')],
    [
      'does several things at once',
      { role: 'admin', model: 'small', max_budget: 5 },
      (text) =>
        text
          .replace('role: user #', 'role: admin #')
          .replace('model: big\n', 'model: small\n    max_budget: 5\n'),
    ],
  ])('%s, and gives the old bytes back', (_title, change, expected) => {
    for (const text of [tidy, tidy.replaceAll('\n', '\r\n')]) {
      const wanted = text.includes('\r\n')
        ? expected(text.replaceAll('\r\n', '\n')).replaceAll('\n', '\r\n')
        : expected(text)
      const result = edit(text, change)
      expect(result.text).toBe(wanted)
      expect(revertEntry(result.text, result.before, result.after, result.change)).toEqual({
        state: 'reverted',
        text,
      })
    }
  })

  test.each([
    [
      'a key without a value',
      'users:\n- telegram_id: 7\n  model:\n  name: I\n',
      { model: 'x' },
      'model: x\n',
    ],
    [
      'a value of another type',
      'users:\n- telegram_id: 7\n  model: 5 # five\n',
      { model: 'x' },
      'model: x # five',
    ],
    [
      'a list at the indentation of its key',
      'users:\n- telegram_id: 7\n  github_repos:\n  - a/b\n  name: I\n',
      { github_repos: ['c/d'] },
      'github_repos: ["c/d"]\n  name: I\n',
    ],
    [
      'a folded text',
      'users:\n- telegram_id: 7\n  name: >-\n    Ida\n    M\n  role: user\n',
      { name: 'J' },
      'name: J\n  role: user\n',
    ],
    [
      'JSON',
      '{"users": [{"telegram_id": 7, "role": "user"}]}\n',
      { role: 'x', model: 'm' },
      '"role": "x", "model": "m"}]}',
    ],
    [
      'brackets, the first key',
      'users: [{model: x, telegram_id: 7}]\n',
      { model: undefined },
      'users: [{telegram_id: 7}]\n',
    ],
    [
      'brackets, the last key',
      'users: [{telegram_id: 7, model: x}] # y\n',
      { model: undefined },
      'users: [{telegram_id: 7}] # y\n',
    ],
    [
      'the first key of an entry',
      'users:\n- model: x\n  telegram_id: 7\n',
      { model: undefined },
      'users:\n- telegram_id: 7\n',
    ],
    [
      'a file without a line end',
      'users:\n- telegram_id: 7\n  model: x',
      { model: undefined },
      'users:\n- telegram_id: 7',
    ],
    [
      'a file without a line end, a key that joins',
      'users:\n- telegram_id: 7',
      { model: 'x' },
      'users:\n- telegram_id: 7\n  model: x',
    ],
    [
      'a kept text at the end',
      'users:\n- telegram_id: 7\n  note: |+\n    a\n\n\n# end\n',
      { model: 'x' },
      'model: x',
    ],
  ])('understands %s', (_title, text, change: Change, part) => {
    const result = edit(text, change)
    expect(result.text).toContain(part)
    expect(entryOf(result.text)).toEqual(result.after)
    expect(revertEntry(result.text, result.before, result.after, result.change)).toEqual({
      state: 'reverted',
      text,
    })
  })

  test('refuses an entry that is not there as it was, or twice', () => {
    const entry = entryOf(tidy)
    const after = { ...entry, role: 'admin' }
    expect(editEntry(tidy, { ...entry, name: 'Other' }, after)).toEqual({ ok: false, why: null })
    const twice = `users:\n- {telegram_id: 7, os_user: i, role: user, name: I}\n- {telegram_id: 7, os_user: i, role: user, name: I}\n`
    expect(editEntry(twice, entryOf(twice), after)).toEqual({ ok: false, why: null })
    expect(editEntry('users:\n', entry, after)).toMatchObject({
      ok: false,
      why: expect.stringContaining('list'),
    })
  })
})

describe('giving the old bytes back', () => {
  const { text, before, after, change } = edit(tidy, { role: 'admin', model: undefined, github: 'x' })

  test('keeps what was edited elsewhere meanwhile', () => {
    const elsewhere = (one: string) => one.replace('boss', 'the boss').replace('other: 2', 'other: 3')
    expect(revertEntry(elsewhere(text), before, after, change)).toEqual({
      state: 'reverted',
      text: elsewhere(tidy),
    })
  })

  test.each([
    ['a value was changed', (one: string) => one.replace('role: admin # for', 'role: user # for')],
    ['a comment was added to it', (one: string) => one.replace('# whom we like', '# whom we know')],
    ['a key was added to it', (one: string) => one.replace('github: x', 'github: x\n    note: y')],
    ['it was taken out', (one: string) => one.slice(0, one.indexOf('  - telegram_id: 7'))],
  ])('leaves the entry when %s', (_title, byHand) => {
    expect(revertEntry(byHand(text), before, after, change)).toEqual({ state: 'changed' })
  })

  test('finds nothing to do where it was done already', () => {
    expect(revertEntry(tidy, before, after, change)).toEqual({ state: 'as before' })
    expect(revertEntry('users:\n', before, after, change)).toMatchObject({ state: 'unusable' })
  })
})

const values = {
  name: fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.constantFrom('no', '123', 'null', '1e3', '~'),
  ),
  os_user: fc.constantFrom('ann', 'no', 'on'),
  role: fc.constantFrom('user', 'admin'),
  github: fc.string(),
  workspace_base: fc.constantFrom('{home}/work', '/srv/x: y', '# no'),
  model: fc.string({ unit: 'grapheme' }),
  agent_backend: fc.constantFrom('yes', 'a'),
  max_budget: fc.double({ min: 0.01, max: 1e30, noNaN: true }),
  github_repos: fc.array(fc.constantFrom('a/b', 'c/d.e', 'e/f'), { minLength: 1, maxLength: 3 }),
  github_notify_chat_id: fc.integer({ min: -(2 ** 50) }),
  pr_review: fc.boolean(),
  issue_triage: fc.boolean(),
}
const entries: fc.Arbitrary<RosterEntry> = fc.record(
  { telegram_id: fc.integer({ min: 1000, max: 2 ** 52 - 1 }), ...values },
  { requiredKeys: ['telegram_id', 'name', 'os_user', 'role'] },
)
const changes: fc.Arbitrary<Change> = fc.record(
  {
    telegram_id: fc.integer({ min: 1000, max: 2 ** 52 - 1 }),
    ...values,
    ...Object.fromEntries(
      OPTIONAL_KEYS.map((key) => [key, fc.option<unknown, undefined>(values[key], { nil: undefined })]),
    ),
  },
  { requiredKeys: [] },
)

/** An entry as somebody may have written it: order, quotes, comments, blank lines, keys of their own, line ends. */
const written = fc
  .record({
    entry: entries,
    order: fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 13, maxLength: 13 }),
    flow: fc.boolean(),
    comment: fc.constantFrom('', ' # c', '\n    # c: d', '\n'),
    own: fc.constantFrom(
      '',
      'note: |\n      # text\n      two',
      'deep:\n      - x\n      - y: 1',
      'tags: [a, {b: c}]',
    ),
    listed: fc.boolean(),
    tail: fc.constantFrom('', '\n', '\n# end\n', '\n  - {telegram_id: 2, name: B}\n', '\nother: 1\n'),
    newline: fc.constantFrom('\n', '\r\n'),
  })
  .map(({ entry, order, flow, comment, own, listed, tail, newline }) => {
    const json = (value: unknown) => JSON.stringify(value)
    const pairs = Object.entries(entry)
      .map(([key, value], index) => ({ key, value, rank: order[index] ?? 0 }))
      .sort((a, b) => a.rank - b.rank)
    const lines = pairs.map(({ key, value }) =>
      listed && Array.isArray(value)
        ? `${key}:${value.map((one) => `\n      - ${one}`).join('')}`
        : `${key}: ${json(value)}${comment}`,
    )
    if (own !== '') lines.splice(order[0] ?? 0, 0, own)
    const text = flow
      ? `users:\n  - {telegram_id: 1, name: A}\n  - {${pairs.map(({ key, value }) => `${key}: ${json(value)}`).join(', ')}, own: 1}${tail}`
      : `users:\n  - telegram_id: 1 # first\n    name: A\n  - ${lines.join('\n    ')}${tail}`
    return { entry, text: text.replaceAll('\n', newline) }
  })

test('for any entry and any change every other value stays, and the old bytes come back', () => {
  fc.assert(
    fc.property(written, changes, ({ entry, text }, change) => {
      fc.pre(parseRoster(text).ok)
      const after = changed(entry, change)
      const result = editEntry(text, entry, after)
      if (!result.ok) throw new Error(`cannot edit: ${result.why}`)
      const [was, is] = [parse(text), parse(result.text)]
      const at = was.users.findIndex((user: RosterEntry) => user.telegram_id === entry.telegram_id)
      expect(is.users[at]).toEqual({ ...changedRaw(was.users[at], change) })
      expect({ ...is, users: is.users.with(at, null) }).toEqual({ ...was, users: was.users.with(at, null) })
      const unsafe = (one: string) => UNSAFE.test(one.replace(/[\t\r\n]/g, ''))
      if (!unsafe(text)) expect(unsafe(result.text)).toBe(false)
      expect(revertEntry(result.text, entry, after, result.change)).toEqual(
        JSON.stringify(entry) === JSON.stringify(after) ? expect.anything() : { state: 'reverted', text },
      )
    }),
    { numRuns: 300 },
  )
})

function changedRaw(raw: Record<string, unknown>, change: Change): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...raw, ...change }).filter(([, value]) => value !== undefined))
}
