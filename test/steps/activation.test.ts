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

type Record = { uid: number; lifts: boolean }
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
