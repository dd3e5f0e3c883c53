import { expect, test } from 'vitest'
import { appendEntry, removeEntry } from '../../../../src/provisioning/roster/edit.ts'
import { parseRosterTree } from '../../../../src/provisioning/roster/parse.ts'
import { createRememberedParse } from '../../../../src/provisioning/roster/remembered-parse.ts'

const entryOf = (n: number) => ({ telegram_id: n, name: `Person ${n}`, os_user: `p${n}`, role: 'user' })

function counted() {
  const texts: string[] = []
  const parse = createRememberedParse((text) => {
    texts.push(text)
    return parseRosterTree(text)
  })
  return { texts, parse }
}

test('one edit after the other parses each text once, and gives what it gives without remembering', () => {
  const { texts, parse } = counted()
  let text = 'users: [] # nobody yet\n'
  for (let n = 1; n <= 20; n++) {
    const appended = appendEntry(text, entryOf(n), parse)
    expect(appended).toEqual(appendEntry(text, entryOf(n)))
    if (!appended.ok) throw new Error(appended.why)
    text = appended.text
    expect(parse(text)).toMatchObject({ ok: true, people: { length: n } })
  }
  expect(texts).toHaveLength(21)
  const inserted = '\n  - telegram_id: 7\n    name: Person 7\n    os_user: p7\n    role: user'
  const removed = removeEntry(text, entryOf(7), { inserted, replaced: '' }, parse)
  expect(removed).toEqual(removeEntry(text, entryOf(7), { inserted, replaced: '' }))
  expect(removed.state).toBe('removed')
})

test('a text that cannot be parsed is refused as often as it is asked for', () => {
  const { parse } = counted()
  expect([parse('users:\n'), parse('users:\n'), parse('users: []\n')].map(({ ok }) => ok)).toEqual([
    false,
    false,
    true,
  ])
})

test('the tree of a huge text is not kept', () => {
  const { texts, parse } = counted()
  const huge = `users: []\n${`# ${'x'.repeat(1000)}\n`.repeat(600)}`
  parse(huge)
  parse(huge)
  expect(texts).toEqual([huge, huge])
})

test('people are shared by all who read them, and nobody can change them', () => {
  const tree = createRememberedParse()('users:\n- telegram_id: 1\n  github_repos: [a/b]\n')
  if (!tree.ok) throw new Error(tree.why)
  const [{ entry } = { entry: entryOf(0) }] = tree.people
  expect(() => Object.assign(entry, { role: 'admin' })).toThrow(TypeError)
  expect(() => (entry as { github_repos?: string[] }).github_repos?.push('c/d')).toThrow(TypeError)
})
