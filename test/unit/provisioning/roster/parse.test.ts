import { describe, expect, test } from 'vitest'
import { parseRoster } from '../../../../src/provisioning/roster/parse.ts'

describe('parsing a roster', () => {
  test('reads the keys that Usher knows and leaves the others in the file', () => {
    const text =
      'users:\n  - telegram_id: 7\n    name: Ann\n    os_user: ann\n    role: user\n    shoe: 38\n    pr_review: false\n'
    expect(parseRoster(text)).toEqual({
      ok: true,
      people: [
        {
          entry: { telegram_id: 7, name: 'Ann', os_user: 'ann', role: 'user', pr_review: false },
          exactId: true,
          line: 2,
        },
      ],
    })
  })

  test('an explicit empty list is the empty roster', () => {
    for (const text of [
      'users: []',
      '# people\nusers: [] # none\n',
      '\uFEFFusers: []\r\n',
      '{"users": []}',
    ]) {
      expect(parseRoster(text)).toEqual({ ok: true, people: [] })
    }
  })

  test('a string of digits names the Telegram id but is not exact', () => {
    const parsed = parseRoster('users:\n- telegram_id: "123"\n  os_user: ann\n')
    expect(parsed).toMatchObject({ ok: true, people: [{ exactId: false, entry: { telegram_id: 123 } }] })
  })

  test.each([
    ['an empty file', '', /empty/],
    ['comments only', '# nothing\n', /empty/],
    ['a missing key', 'people: []\n', /"users" is missing/],
    ['users without a value', 'users:\n', /line 1: "users" must be a list/],
    ['users as a map', 'users:\n  a: 1\n', /must be a list/],
    ['a list at the top', '- telegram_id: 1\n', /top level/],
    ['an entry that is a scalar', 'users:\n- ann\n', /line 2: an entry/],
    ['an empty entry', 'users:\n- telegram_id: 1\n-\n', /line 3: an entry/],
    [
      'an entry without an id',
      'users:\n- telegram_id: 1\n- name: x\n',
      /line 3: the entry has no telegram_id/,
    ],
    ['a fractional id', 'users:\n- telegram_id: 1.5\n', /line 2: telegram_id/],
    ['an id in exponent form', 'users:\n- telegram_id: 1e3\n', /line 2: telegram_id/],
    ['an id in hexadecimal', 'users:\n- telegram_id: 0x1f\n', /line 2: telegram_id/],
    ['an id that is true', 'users:\n- telegram_id: true\n', /line 2: telegram_id/],
    ['a negative id', 'users:\n- telegram_id: -5\n', /line 2: telegram_id/],
    ['an id of 53 bits', 'users:\n- telegram_id: 4503599627370496\n', /line 2: telegram_id/],
    ['a number as OS user', 'users:\n- telegram_id: 1\n  os_user: 123\n', /line 2: os_user must be a string/],
    [
      'a duplicate key',
      'users:\n- telegram_id: 1\n  role: user\n  role: admin\n',
      /line 4: Map keys must be unique/,
    ],
    ['two lists of users', 'users: []\nusers: []\n', /unique/],
    ['an alias', 'a: &x 1\nusers:\n- telegram_id: 1\n  role: *x\n', /line 4: the alias \*x/],
    ['a merge key', 'users:\n- telegram_id: 1\n  <<: {role: admin}\n', /line 3: the merge key/],
    ['an unknown tag', 'users:\n- telegram_id: 1\n  note: !secret x\n', /line 3/],
    ['a tab as indentation', 'users:\n\t- telegram_id: 1\n', /line 2/],
    ['two documents', 'users: []\n---\nusers: []\n', /more than one document/],
    ['broken YAML', 'users: [\n', /line/],
  ])('refuses %s and says where', (_title, text, why) => {
    const parsed = parseRoster(text)
    expect(parsed.ok).toBe(false)
    if (!parsed.ok) expect(parsed.why).toMatch(why)
  })
})
