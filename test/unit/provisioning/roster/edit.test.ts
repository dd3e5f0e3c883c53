import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { RosterEntry } from '../../../../src/domain/person.ts'
import { appendEntry, removeEntry } from '../../../../src/provisioning/roster/edit.ts'
import { parseRoster } from '../../../../src/provisioning/roster/parse.ts'
import { UNSAFE } from '../../../support/unsafe.ts'

const ann: RosterEntry = { telegram_id: 4711, name: 'Ann', os_user: 'ann', role: 'user' }

function append(text: string, entry = ann) {
  const result = appendEntry(text, entry)
  if (!result.ok) throw new Error(result.why)
  return result
}

describe('appending an entry as text', () => {
  test.each([
    [
      'after the last entry, in its indentation',
      'users:\n  - telegram_id: 1\n    name: B # b\n\n# end\nother: 2\n',
      'users:\n  - telegram_id: 1\n    name: B # b\n  - telegram_id: 4711\n    name: Ann\n    os_user: ann\n    role: user\n\n# end\nother: 2\n',
    ],
    [
      'instead of the brackets of an empty list',
      'users: [] # nobody\nother: 2\n',
      'users: # nobody\n  - telegram_id: 4711\n    name: Ann\n    os_user: ann\n    role: user\nother: 2\n',
    ],
    [
      'without a line end where the file has none',
      'users:\n- telegram_id: 1',
      'users:\n- telegram_id: 1\n- telegram_id: 4711\n  name: Ann\n  os_user: ann\n  role: user',
    ],
    [
      'with CRLF where the file has CRLF',
      '\uFEFFusers:\r\n- telegram_id: 1\r\n',
      '\uFEFFusers:\r\n- telegram_id: 1\r\n- telegram_id: 4711\r\n  name: Ann\r\n  os_user: ann\r\n  role: user\r\n',
    ],
    [
      'in flow style after an entry in flow style',
      'users: [{telegram_id: 1}] # x\n',
      'users: [{telegram_id: 1}, {"telegram_id": 4711, "name": "Ann", "os_user": "ann", "role": "user"}] # x\n',
    ],
    [
      'in flow style inside JSON',
      '{"users": []}\n',
      '{"users": [{"telegram_id": 4711, "name": "Ann", "os_user": "ann", "role": "user"}]}\n',
    ],
    [
      'after a block scalar that keeps its blank lines',
      'users:\n- telegram_id: 1\n  note: |+\n    # text\n\n\n',
      'users:\n- telegram_id: 1\n  note: |+\n    # text\n\n\n- telegram_id: 4711\n  name: Ann\n  os_user: ann\n  role: user\n',
    ],
  ])('puts it %s', (_title, text, expected) => {
    const result = append(text)
    expect(result.text).toBe(expected)
    expect(removeEntry(result.text, ann, result.insertion)).toEqual({ state: 'removed', text })
  })

  test('keeps the type of scalars that look like something else, for readers of YAML 1.1 and 1.2', () => {
    const names = [
      'no',
      'Null',
      '123',
      '1e3',
      '~',
      '0x1f',
      '2026-11-21',
      'on',
      'y',
      '1:20',
      '',
      ' x',
      '- a',
      'a: b',
      'a #b',
    ]
    for (const name of [
      ...names,
      '!tag',
      '&a',
      '*a',
      '%',
      '@x',
      '`',
      '"',
      "'",
      '\u2028',
      '\u202e',
      '\u0007',
      'é',
    ]) {
      const { text } = append('users: []\n', {
        ...ann,
        name,
        max_budget: 1e21,
        github_repos: ['a/b', 'no/no'],
      })
      for (const version of ['1.1', '1.2'] as const) {
        expect(parse(text, { version }).users[0]).toMatchObject({
          name,
          max_budget: 1e21,
          github_repos: ['a/b', 'no/no'],
        })
      }
      expect(text.replaceAll('\n', '')).not.toMatch(UNSAFE)
    }
  })

  test('a roster that cannot be used is not edited', () => {
    expect(appendEntry('users:\n', ann)).toMatchObject({ ok: false })
    expect(removeEntry('users:\n', ann, { inserted: 'x', replaced: '' })).toMatchObject({ state: 'unusable' })
  })
})

describe('removing an entry', () => {
  const start = 'users:\n  - telegram_id: 1\n    name: B\n'

  test('keeps what was edited elsewhere meanwhile', () => {
    const { text, insertion } = append(start)
    const edited = `# new\n${text.replace('name: B', 'name: Bert')}  - telegram_id: 3 # later\ntail: 1\n`
    expect(removeEntry(edited, ann, insertion)).toEqual({
      state: 'removed',
      text: '# new\nusers:\n  - telegram_id: 1\n    name: Bert\n  - telegram_id: 3 # later\ntail: 1\n',
    })
  })

  test('takes an entry out of brackets to which another one was added behind it', () => {
    const text = 'users: [ # nobody yet\n]\n'
    const added = appendEntry(text, ann)
    if (!added.ok) throw new Error(added.why)
    const other = '{ telegram_id: 7, name: Bob, os_user: bob, role: user }'
    const edited = added.text.replace(' # nobody', `, ${other} # nobody`)
    expect(removeEntry(edited, ann, added.insertion)).toEqual({
      state: 'removed',
      text: `users: [${other} # nobody yet\n]\n`,
    })
  })

  test('leaves an explicit empty list when the other entries are gone', () => {
    const { text, insertion } = append(start)
    const edited = text.replace('  - telegram_id: 1\n    name: B\n', '')
    expect(removeEntry(edited, ann, insertion)).toEqual({ state: 'removed', text: 'users: []\n' })
  })

  test.each([
    ['a value was changed', (text: string) => text.replace('role: user', 'role: admin')],
    ['a key was added', (text: string) => text.replace('role: user', 'role: user\n    model: x')],
    [
      'a comment was added on its line',
      (text: string) => text.replace('role: user', 'role: user # my friend'),
    ],
    [
      'a comment was added in it',
      (text: string) => text.replace('    role: user', '    # friend\n    role: user'),
    ],
  ])('keeps the entry when %s', (_title, edit) => {
    const { text, insertion } = append(start)
    expect(removeEntry(edit(text), ann, insertion)).toEqual({ state: 'changed' })
  })

  test('an entry that is gone already is absent', () => {
    expect(removeEntry(start, ann, append(start).insertion)).toEqual({ state: 'absent' })
  })
})

/** Rosters as people write them: comments, blank lines, unknown keys, indentation, line ends, styles. */
const rosters = fc
  .record({
    newline: fc.constantFrom('\n', '\r\n'),
    bom: fc.constantFrom('', '\uFEFF', '---\n', '# people\n\n'),
    indent: fc.constantFrom('', '  ', '    '),
    people: fc.array(
      fc.record({
        quotedId: fc.boolean(),
        name: fc.constantFrom('Ann', '"no"', "'x: y'", 'Ünal', '""', '~'),
        extra: fc.constantFrom(
          '',
          'note: |\n  # not a comment\n  two\n',
          'note: >-\n  folded\n\n  text\n',
          'keep: |+\n  x\n\n',
          'tags: [a, {b: c}]\n',
          'deep:\n  - x\n  - y: 1\n',
          'multi: "a\n  b"\n',
          'nothing:\n',
        ),
        comment: fc.constantFrom('', '# about the next one\n', '\n', '\n  # odd place\n\n'),
      }),
      { maxLength: 5 },
    ),
    flow: fc.boolean(),
    tail: fc.constantFrom('', '# end\n', 'other: 1\n', '\n\n# end\nother: {a: b}\n', '...\n'),
    finalNewline: fc.boolean(),
  })
  .map((shape) => {
    const entries = shape.people.map((person, index) => {
      const id = person.quotedId ? `"${index + 1}"` : `${index + 1}`
      if (shape.flow) return `{telegram_id: ${id}, name: ${person.name.replace('~', 'null')}}`
      const lines = `telegram_id: ${id} # id\nname: ${person.name === '~' ? '""' : person.name}\n${person.extra}`
      const indented = lines.replace(/^(?=.)/gm, `${shape.indent}  `)
      return `${person.comment}${shape.indent}- ${indented.trimStart()}`
    })
    const list =
      entries.length === 0
        ? 'users: [] # none\n'
        : shape.flow
          ? `users: [${entries.join(', ')}]\n`
          : `users: # all\n${entries.join('')}`
    const text = `${shape.bom}first: 1\n${list}${shape.tail}`
    const ended = shape.finalNewline ? text : text.replace(/\n$/, '')
    return ended.replaceAll('\n', shape.newline)
  })

const entries: fc.Arbitrary<RosterEntry> = fc.record(
  {
    telegram_id: fc.integer({ min: 1000, max: 2 ** 52 - 1 }),
    name: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('no', '123', 'null', '1e3')),
    os_user: fc.constantFrom('ann', 'no', 'on'),
    role: fc.constantFrom('user', 'admin'),
    github: fc.string(),
    max_budget: fc.double({ min: 0.01, max: 1e30, noNaN: true }),
    github_repos: fc.array(fc.constantFrom('a/b', 'c/d.e'), { maxLength: 3 }),
    github_notify_chat_id: fc.integer({ min: -(2 ** 50) }),
    pr_review: fc.boolean(),
  },
  { requiredKeys: ['telegram_id', 'name', 'os_user', 'role'] },
)

describe('for any roster and any entry', () => {
  test('appending adds the entry last, keeps every other byte, and removing gives the original bytes back', () => {
    fc.assert(
      fc.property(rosters, entries, (text, entry) => {
        const before = parseRoster(text)
        fc.pre(before.ok)
        const { text: edited, insertion } = append(text, entry)
        const kept = edited.replace(insertion.inserted, () => '')
        expect(insertion.replaced === '' ? kept : kept.replace('users:', `users:${insertion.replaced}`)).toBe(
          text,
        )
        expect(parse(edited).users.at(-1)).toEqual(entry)
        expect(removeEntry(edited, entry, insertion)).toEqual({ state: 'removed', text })
      }),
      { numRuns: 200 },
    )
  })

  test('two entries come out again in either order', () => {
    fc.assert(
      fc.property(rosters, entries, fc.boolean(), (text, one, firstFirst) => {
        fc.pre(parseRoster(text).ok)
        const two = { ...one, telegram_id: one.telegram_id - 1, os_user: 'other' }
        const first = append(text, one)
        const second = append(first.text, two)
        const order = firstFirst
          ? ([
              [one, first],
              [two, second],
            ] as const)
          : ([
              [two, second],
              [one, first],
            ] as const)
        let left = second.text
        for (const [entry, { insertion }] of order) {
          const result = removeEntry(left, entry, insertion)
          if (result.state !== 'removed') throw new Error(`cannot remove: ${result.state}`)
          left = result.text
        }
        expect(parse(left)).toEqual(parse(text))
        if (!firstFirst) expect(left).toBe(text)
      }),
      { numRuns: 100 },
    )
  })
})
