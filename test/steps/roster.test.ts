import { readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/domain/person.ts'
import type { StepRecord } from '../../src/domain/step.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { roster } from '../../src/provisioning/steps/roster.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'
import { rememberMachine } from '../support/host/test-machine.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'
import { describeStepContract } from './contract.ts'

const entry: RosterEntry = {
  telegram_id: 77,
  name: 'no',
  os_user: 'ida',
  role: 'user',
  github_repos: ['a/b'],
}
const params = { entry }
const others =
  'users: # all\r\n  - telegram_id: 1 # boss\r\n    name: "B"\r\n    os_user: bo\r\n    role: admin\r\n\r\n# end\r\n'
const asWritten =
  '  - telegram_id: 77\r\n    name: "no"\r\n    os_user: ida\r\n    role: user\r\n    github_repos: ["a/b"]\r\n'

function arrange(text = others) {
  const restore = rememberMachine()
  const host = makeTestHost()
  writeFileSync(places.rosterFile, text)
  return { host, params, snapshot: () => treeSnapshot('/etc/usher'), restore }
}

describeStepContract(roster, { title: 'in a roster with others', arrange: () => arrange() })
describeStepContract(roster, { title: 'in an empty roster', arrange: () => arrange('# nobody\nusers: []\n') })
describeStepContract(roster, {
  title: 'that finds the same entry',
  changes: false,
  arrange: () => arrange(`${others}${asWritten}`),
})

const before: RosterEntry = { telegram_id: 1, name: 'B', os_user: 'bo', role: 'admin' }
const edited = {
  entry: { telegram_id: 2, name: 'B', os_user: 'bo', role: 'user', github_repos: ['no/no'] },
  replaces: before,
}
const asEdited = others
  .replace('telegram_id: 1 # boss', 'telegram_id: 2 # boss')
  .replace('role: admin\r\n', 'role: user\r\n    github_repos: ["no/no"]\r\n')

describeStepContract(roster, {
  title: 'that gives an entry other values',
  arrange: () => ({ ...arrange(), params: edited }),
})
describeStepContract(roster, {
  title: 'that finds the entry with these values',
  changes: false,
  arrange: () => ({ ...arrange(asEdited), params: edited }),
})

describe('the roster entry', () => {
  let host: Host
  let restore: () => void
  let record: Parameters<typeof roster.verify>[2] | null
  const context = () => ({
    host,
    run: { runId: 7, requestId: 5, marker: 'f'.repeat(32), undoing: false },
    journal: {
      commit(committed: StepRecord) {
        record = structuredClone(committed) as typeof record
      },
    },
    signal: AbortSignal.timeout(30_000),
  })
  const text = () => readFileSync(places.rosterFile, 'utf8')
  const edit = (change: (text: string) => string) => writeFileSync(places.rosterFile, change(text()))

  beforeEach(() => {
    ;({ host, restore } = arrange())
    record = null
  })
  afterEach(() => restore())

  test('is appended in the style of the file and taken out again around edits that were made meanwhile', async () => {
    expect(await roster.apply(context(), params, null)).toEqual({
      ok: true,
      notes: [{ code: 'roster.appended' }],
    })
    expect(text()).toBe(others.replace('role: admin\r\n', `role: admin\r\n${asWritten}`))
    edit((now) =>
      now
        .replace('boss', 'the boss')
        .replace('# end', '  - {telegram_id: 5, name: E, os_user: e, role: user}\r\n# end'),
    )
    expect(await roster.undo(context(), params, record)).toEqual({
      state: 'undone',
      notes: [{ code: 'roster.removed' }],
    })
    expect(text()).toBe(
      others
        .replace('boss', 'the boss')
        .replace('# end', '  - {telegram_id: 5, name: E, os_user: e, role: user}\r\n# end'),
    )
  })

  test.each([
    ['the Telegram id', '{telegram_id: 77, name: X, os_user: x, role: user}'],
    ['the Telegram id as a string', '{telegram_id: "77", name: X, os_user: x, role: user}'],
    ['the OS user', '{telegram_id: 78, name: X, os_user: ida, role: user}'],
    ['another name of the same uid', '{telegram_id: 78, name: X, os_user: toor, role: user}'],
    [
      'the same person with another role',
      '{telegram_id: 77, name: "no", os_user: ida, role: admin, github_repos: [a/b]}',
    ],
  ])('is refused when an entry has appeared with %s', async (_title, other) => {
    if (other.includes('toor')) {
      const passwd = readFileSync('/etc/passwd', 'utf8')
      writeFileSync('/etc/passwd', `${passwd}ida:x:4711:4711::/:/bin/sh\ntoor:x:4711:4711::/:/bin/sh\n`)
    }
    edit((now) => now.replace('# end', `  - ${other}\r\n# end`))
    const before = text()
    const failure = { code: 'roster_changed', params: { os_user: 'ida' } }
    expect(await roster.check(host, params)).toEqual({ state: 'blocked', failure, drifts: [] })
    expect(await roster.apply(context(), params, null)).toMatchObject({ ok: false, failure })
    expect(text()).toBe(before)
    expect(await roster.undo(context(), params, record)).toEqual({ state: 'undone', notes: [] })
    expect(text()).toBe(before)
  })

  test('that somebody edited stays, and is reported', async () => {
    await roster.apply(context(), params, null)
    edit((now) => now.replace('name: "no"', 'name: "yes"'))
    const before = text()
    expect(await roster.undo(context(), params, record)).toEqual({
      state: 'kept',
      notes: [{ code: 'roster.kept' }],
    })
    expect(text()).toBe(before)
  })

  test('that a repair only records is not written again when somebody took it out meanwhile', async () => {
    const recorded = { entry, mustBeThere: true as const }
    const before = text()
    const failure = { code: 'roster_changed', params: { os_user: 'ida' } }
    expect(await roster.apply(context(), recorded, null)).toEqual({ ok: false, failure, notes: [] })
    expect([text(), record]).toEqual([before, null])
    edit((old) => old + asWritten)
    expect(await roster.apply(context(), recorded, null)).toMatchObject({ ok: true })
    edit(() => before)
    expect(await roster.apply(context(), recorded, record)).toMatchObject({ ok: false, failure })
    expect(await roster.undo(context(), recorded, record)).toMatchObject({ state: 'undone' })
    expect(text()).toBe(before)
  })

  test('is given other values in place, and its old bytes around edits that were made meanwhile', async () => {
    expect(await roster.check(host, edited)).toMatchObject({ state: 'differs' })
    expect(await roster.apply(context(), edited, null)).toEqual({
      ok: true,
      notes: [{ code: 'roster.changed', params: { fields: 'telegram_id, role, github_repos' } }],
    })
    expect(text()).toBe(asEdited)
    expect(await roster.verify(context(), edited, record ?? { insertion: null })).toMatchObject({ ok: true })
    edit((now) => now.replace('# end', '# the end'))
    expect(await roster.undo(context(), edited, record)).toEqual({
      state: 'undone',
      notes: [{ code: 'roster.restored' }],
    })
    expect(text()).toBe(others.replace('# end', '# the end'))
  })

  test.each([
    ['somebody edited it meanwhile', (now: string) => now.replace('name: "B"', 'name: "C"')],
    ['somebody took it out', () => 'users: []\n'],
    [
      'somebody else has the new Telegram id',
      (now: string) => now.replace('# end', '  - {telegram_id: 2, name: E, os_user: e, role: user}\r\n# end'),
    ],
    [
      'somebody else has the new Telegram id as text',
      (now: string) =>
        now.replace('# end', '  - {telegram_id: "2", name: E, os_user: e, role: user}\r\n# end'),
    ],
  ])('is given no other values when %s', async (_title, byHand) => {
    edit(byHand)
    const found = text()
    const failure = { code: 'roster_changed', params: { os_user: 'bo' } }
    expect(await roster.check(host, edited)).toMatchObject(
      found.startsWith('users: []') ? { state: 'differs' } : { state: 'blocked', failure },
    )
    expect(await roster.apply(context(), edited, null)).toEqual({ ok: false, failure, notes: [] })
    expect([text(), record]).toEqual([found, null])
  })

  test('that was edited by hand since it was given other values stays, and is reported', async () => {
    await roster.apply(context(), edited, null)
    edit((now) => now.replace('role: user', 'role: guest'))
    const found = text()
    expect(await roster.undo(context(), edited, record)).toEqual({
      state: 'kept',
      notes: [{ code: 'roster.kept' }],
    })
    expect(text()).toBe(found)
  })

  test('is not written and not removed while the roster cannot be used', async () => {
    await roster.apply(context(), params, null)
    edit((now) => `${now}\tbroken`)
    const failure = {
      code: 'roster_unusable',
      params: { path: places.rosterFile, why: expect.stringContaining('line') },
    }
    expect(await roster.undo(context(), params, record)).toMatchObject({ state: 'failed', failure })
    expect(await roster.apply(context(), params, record)).toMatchObject({ ok: false, failure })
    expect(await roster.check(host, params)).toMatchObject({ state: 'blocked', failure })
  })
})
