import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { markerGecos } from '../../src/domain/gecos.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { activation } from '../../src/provisioning/steps/activation.ts'
import { makeTestHost } from '../support/host/test-host.ts'
import { describeStepContract } from './contract.ts'
import { MARKER, stepContext } from './support/step-context.ts'

type Record = { uid: number; lifts: boolean; onStart?: true }
const params = { osUser: 'maria', gecos: 'Maria Sol' }
let host: Host

const make = (gecos: string, expired: boolean) => {
  const expiry = expired ? ['--expiredate', '1970-01-02'] : []
  execFileSync('useradd', ['--uid', '4301', '--no-create-home', '--comment', gecos, ...expiry, 'maria'])
}
const ours = () => make(markerGecos(MARKER), true)
const isExpired = () => host.accounts.isExpired('maria')
const apply = async (record: Record | null = null) => {
  const { context, records } = stepContext<Record>(host)
  return { outcome: await activation.apply(context, params, record), records, context }
}

describeStepContract(activation, {
  title: 'of an adopted account',
  changes: false,
  arrange: () => {
    host = makeTestHost()
    make('Maria', false)
    return {
      host,
      params,
      snapshot: () => readFileSync('/etc/shadow', 'utf8') + readFileSync('/etc/passwd', 'utf8'),
      restore: () => void execFileSync('userdel', ['maria'], { stdio: 'ignore' }),
    }
  },
})

for (const started of [false, true]) {
  describeStepContract(activation, {
    title: `of a created account whose person has ${started ? '' : 'not '}pressed Start`,
    arrange: () => {
      host = makeTestHost()
      ours()
      return {
        host,
        params: { ...params, awaitsStartOf: 42 },
        marker: MARKER,
        hasStarted: () => started,
        // Since when it is expired and what it is called goes with the account.
        snapshot: () => /^maria:(?:[^:]*:){6}[12]:/m.test(readFileSync('/etc/shadow', 'utf8')),
        restore: () => void execFileSync('userdel', ['maria'], { stdio: 'ignore' }),
      }
    },
    changes: started,
  })
}

const uidsOf = (pid: number | undefined) =>
  /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]?.split('\t') ?? []

describe('activation', () => {
  beforeEach(() => {
    host = makeTestHost()
  })
  afterEach(() => {
    execFileSync('userdel', ['maria'], { stdio: 'ignore' })
  })

  test('lifts the expiry of the account that this run created, and undo expires it again', async () => {
    ours()
    const { outcome, records, context } = await apply()
    expect(outcome).toEqual({ ok: true, notes: [{ code: 'activation.lifted' }] })
    expect(records).toEqual([{ uid: 4301, lifts: true }])
    expect(await isExpired()).toBe(false)
    expect((await host.accounts.byName('maria'))!.gecos).toBe('Maria Sol')
    expect(await activation.verify(context, params, records[0]!)).toEqual({ ok: true, notes: [] })
    for (const notes of [[{ code: 'activation.expired_again' }], []]) {
      expect(await activation.undo(context, params, records[0]!)).toEqual({ state: 'undone', notes })
      expect(await isExpired()).toBe(true)
    }
    expect(await activation.verify(context, params, records[0]!)).toMatchObject({ ok: false })
  })

  test('undone ends what the person runs by then, before anything of theirs is taken away', async () => {
    ours()
    const { records, context } = await apply()
    const running = spawn('/usr/bin/setpriv', [
      ...['--reuid', '4301', '--regid', '4301', '--clear-groups', '/bin/sleep', '60'],
    ])
    const ended = once(running, 'exit')
    await expect.poll(() => uidsOf(running.pid)).toContain('4301')
    expect(await activation.undo(context, params, records[0]!)).toEqual({
      state: 'undone',
      notes: [
        { code: 'activation.expired_again' },
        { code: 'account.processes_ended', params: { count: 1 } },
      ],
    })
    await ended
  })

  test('that was interrupted before or after its effect comes to the same end when it is done again', async () => {
    ours()
    const first = await apply()
    const again = await apply(first.records[0]!)
    expect(again.outcome).toEqual(first.outcome)
    expect(again.records).toEqual(first.records)
    expect(await isExpired()).toBe(false)
  })

  test.for([
    ['active', false],
    ['expired', true],
  ] as const)('leaves an adopted account that is %s alone, in do and in undo', async ([, expired]) => {
    make('Maria', expired)
    const { outcome, records, context } = await apply()
    expect(outcome).toEqual({ ok: true, notes: [{ code: 'activation.not_needed' }] })
    expect(await isExpired()).toBe(expired)
    expect(await activation.undo(context, params, records[0]!)).toEqual({ state: 'undone', notes: [] })
    expect(await isExpired()).toBe(expired)
  })

  test('does nothing to an account of that name that another uid has by now', async () => {
    make('Somebody', false)
    const { context } = stepContext<Record>(host)
    expect(await activation.undo(context, params, { uid: 4999, lifts: true })).toMatchObject({
      state: 'failed',
    })
    expect((await apply({ uid: 4999, lifts: true })).outcome).toMatchObject({
      ok: false,
      failure: { code: 'account_changed' },
    })
    expect(await isExpired()).toBe(false)
  })

  test('has nothing to undo where there is no account or was no apply', async () => {
    const { context } = stepContext<Record>(host)
    expect(await activation.undo(context, params, { uid: 4301, lifts: true })).toEqual({
      state: 'undone',
      notes: [],
    })
    make('Maria', false)
    expect(await activation.undo(context, params, null)).toEqual({ state: 'undone', notes: [] })
    expect(await isExpired()).toBe(false)
  })
})

describe('activation that waits for a Start', () => {
  const waiting = { ...params, awaitsStartOf: 42 }
  const waited: Record = { uid: 4301, lifts: false, onStart: true }
  const begun: Record = { uid: 4301, lifts: true, onStart: true }
  const applyAfter = async (started: number[], record: Record | null = null) => {
    const { context, records } = stepContext<Record>(host, undefined, new Set(started))
    return { outcome: await activation.apply(context, waiting, record), records, context }
  }
  const expire = (date: string) => execFileSync('usermod', ['--expiredate', date, 'maria'])
  const expiry = () => readFileSync('/etc/shadow', 'utf8').match(/^maria:(?:[^:]*:){6}([^:]*)/m)?.[1]
  const lifted = { ok: true, notes: [{ code: 'activation.lifted' }] }
  const kept = { ok: true, notes: [{ code: 'activation.kept', params: { os_user: 'maria' } }] }

  beforeEach(() => {
    host = makeTestHost()
    ours()
  })
  afterEach(() => {
    execFileSync('userdel', ['maria'], { stdio: 'ignore' })
  })

  test('leaves the account expired without it, and takes the marker away', async () => {
    const { outcome, records, context } = await applyAfter([41, 43])
    expect(outcome).toEqual({
      ok: true,
      notes: [{ code: 'activation.waits_for_start', params: { telegram_id: 42 } }],
    })
    expect(records).toEqual([waited])
    expect(expiry()).toBe('1')
    expect((await host.accounts.byName('maria'))!.gecos).toBe('Maria Sol')
    expect(await activation.verify(context, waiting, waited)).toEqual({ ok: true, notes: [] })
    expect((await applyAfter([], waited)).outcome).toEqual(outcome)
    expect(await activation.undo(context, waiting, waited)).toEqual({ state: 'undone', notes: [] })
    expect(expiry()).toBe('1')
  })

  test('lifts the expiry at once when it was pressed before', async () => {
    const { outcome, records } = await applyAfter([42])
    expect(outcome).toEqual(lifted)
    expect(records).toEqual([{ uid: 4301, lifts: true }])
    expect(expiry()).toBe('')
  })

  test('lifts the expiry when it comes later, and undo expires the account again', async () => {
    await applyAfter([])
    const { outcome, records, context } = await applyAfter([42], waited)
    expect(outcome).toEqual(lifted)
    expect(records).toEqual([begun])
    expect(expiry()).toBe('')
    expect(await activation.verify(context, waiting, begun)).toEqual({ ok: true, notes: [] })
    expect(await activation.undo(context, waiting, begun)).toMatchObject({
      notes: [{ code: 'activation.expired_again' }],
    })
    expect(await isExpired()).toBe(true)
  })

  test('that was interrupted before or after its effect comes to the same end', async () => {
    await applyAfter([])
    expect((await applyAfter([42], begun)).outcome).toEqual(lifted)
    expect(expiry()).toBe('')
    expect((await applyAfter([42], begun)).outcome).toEqual(lifted)
    expect(expiry()).toBe('')
  })

  test.for([
    ['while it waited', waited],
    ['before an interrupted lift was looked at again', begun],
  ] as const)('never lifts an expiry that somebody else set %s', async ([, record]) => {
    await applyAfter([])
    expire('2001-01-01')
    const { outcome, records, context } = await applyAfter([42], record)
    expect(outcome).toEqual(kept)
    expect(records).toEqual([waited])
    expect(expiry()).toBe('11323')
    expect((await applyAfter([42], waited)).outcome).toEqual(kept)
    expect(await activation.undo(context, waiting, waited)).toEqual({ state: 'undone', notes: [] })
    expect(expiry()).toBe('11323')
  })

  test('keeps a name that was given to the account by hand meanwhile', async () => {
    await applyAfter([])
    execFileSync('usermod', ['--comment', 'Maria S.', 'maria'])
    expect((await applyAfter([42], waited)).outcome).toEqual(lifted)
    expect((await host.accounts.byName('maria'))!.gecos).toBe('Maria S.')
  })

  test('never touches an account that this run did not create', async () => {
    execFileSync('usermod', ['--comment', 'Somebody', 'maria'])
    expect((await applyAfter([])).outcome).toEqual({ ok: true, notes: [{ code: 'activation.not_needed' }] })
    expect((await applyAfter([42])).outcome).toEqual({ ok: true, notes: [{ code: 'activation.not_needed' }] })
    expect(expiry()).toBe('1')
    expect((await applyAfter([42], { ...waited, uid: 4999 })).outcome).toMatchObject({ ok: false })
    expect(expiry()).toBe('1')
  })
})
