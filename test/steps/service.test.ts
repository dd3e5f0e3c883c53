import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ServiceParams, SmokeTestParams } from '../../src/domain/step.ts'
import type { Services } from '../../src/provisioning/host/services/services.ts'
import { service } from '../../src/provisioning/steps/service.ts'
import { makeTestHost } from '../support/host/test-host.ts'
import { describeStepContract } from './contract.ts'
import { stepContext } from './support/step-context.ts'

type Record = { reached: { unit: string; wasActive: boolean }[]; nonce: string | null }

/** The edge of the machine: units by name, whether each is active and whether it will ever be again. */
function fakeServices(units: { [unit: string]: { active: boolean; broken?: boolean } }) {
  const performed: string[] = []
  const services: Services = {
    available: async () => true,
    isActive: async (unit) => units[unit]?.active === true,
    async perform(unit, action) {
      performed.push(`${action} ${unit}`)
      const known = units[unit]!
      known.active = known.broken !== true
      if (known.active) return { ok: true, durationMs: 12 }
      return { ok: false, failure: { code: 'service_not_active', params: { unit, state: 'failed' } } }
    },
  }
  return { services, performed }
}

const services: ServiceParams['services'] = [
  { unit: 'kai.service', action: 'restart' },
  { unit: 'mail.service', action: 'remind' },
  { unit: 'web.service', action: 'reload' },
]
const params: ServiceParams = { services, probe: null }

const begin = (units: Parameters<typeof fakeServices>[0]) => {
  const { services: edge, performed } = fakeServices(units)
  return { ...stepContext<Record>(makeTestHost({}, edge)), performed }
}

describeStepContract(service, {
  title: 'over services that come back',
  changes: false,
  arrange: () => {
    const units = { 'kai.service': { active: true }, 'web.service': { active: true } }
    const host = makeTestHost({}, fakeServices(units).services)
    return { host, params, snapshot: () => structuredClone(units), restore: () => {} }
  },
})

describe('the service step', () => {
  test('acts on each service, reminds of the others, and remembers what it reached', async () => {
    const { context, records, performed } = begin({
      'kai.service': { active: true },
      'web.service': { active: true },
    })
    expect(await service.apply(context, params, null)).toEqual({
      ok: true,
      notes: [
        { code: 'service.active', params: { unit: 'kai.service', ms: 12 } },
        { code: 'service.remind', params: { unit: 'mail.service' } },
        { code: 'service.active', params: { unit: 'web.service', ms: 12 } },
      ],
    })
    expect(performed).toEqual(['restart kai.service', 'reload web.service'])
    // Each intent was committed before its effect.
    expect(records[0]!.reached.map(({ unit }) => unit)).toEqual(['kai.service'])
    expect(records.at(-1)!.reached.map(({ unit }) => unit)).toEqual(['kai.service', 'web.service'])
    expect(await service.verify(context, params, records.at(-1)!)).toEqual({ ok: true, notes: [] })
  })

  test('says that there is none', async () => {
    const { context } = begin({})
    expect(await service.apply(context, { services: [], probe: null }, null)).toEqual({
      ok: true,
      notes: [{ code: 'service.none' }],
    })
  })

  test('settles once for each service that it reached, and for no other', async () => {
    const { context, records, performed } = begin({
      'kai.service': { active: true, broken: true },
      'web.service': { active: true },
    })
    expect(await service.apply(context, params, null)).toMatchObject({
      ok: false,
      failure: { code: 'service_not_active' },
    })
    expect(performed.splice(0)).toEqual(['restart kai.service'])
    await service.undo(context, params, records.at(-1)!)
    expect(performed).toEqual(['restart kai.service'])
  })

  test('settles nothing when it was never reached', async () => {
    const { context, performed } = begin({ 'kai.service': { active: true } })
    expect(await service.undo(context, params, null)).toEqual({ state: 'undone', notes: [] })
    expect(performed).toEqual([])
  })

  test('is undone when the services are active again', async () => {
    const { context, records } = begin({ 'kai.service': { active: true }, 'web.service': { active: true } })
    await service.apply(context, params, null)
    expect(await service.undo(context, params, records.at(-1)!)).toEqual({
      state: 'undone',
      notes: [
        { code: 'service.settled', params: { unit: 'kai.service' } },
        { code: 'service.settled', params: { unit: 'web.service' } },
      ],
    })
  })

  test('cannot be undone when a service that was active stays down, and is when it was down before', async () => {
    for (const [active, state] of [
      [true, 'failed'],
      [false, 'undone'],
    ] as const) {
      const { context, records } = begin({ 'kai.service': { active, broken: true } })
      await service.apply(context, { services: services.slice(0, 1), probe: null }, null)
      expect(await service.undo(context, params, records.at(-1)!)).toMatchObject({ state })
    }
  })
})

describe('the last check through the service', () => {
  const workspace = '/home/maria/work'
  const probe: SmokeTestParams = {
    osUser: 'maria',
    telegramId: 42,
    home: '/home/maria',
    writable: [workspace],
    agentCommand: null,
    path: ['/usr/bin', '/bin'],
    via: {
      user: 'kai',
      argv: ['/usr/local/bin/become', '--reuid=maria', '--regid=maria', '--init-groups', '--'],
    },
  }
  const nonce = 'feedfacefeedfacefeedfacefeedface'

  beforeEach(() => {
    for (const [name, uid] of [
      ['maria', 4301],
      ['kai', 4303],
    ] as const) {
      execFileSync('useradd', ['--uid', String(uid), '--create-home', name])
    }
    mkdirSync(workspace)
    chownSync(workspace, 4301, 4301)
    copyFileSync('/usr/bin/setpriv', '/usr/local/bin/become')
    chmodSync('/usr/local/bin/become', 0o4755)
  })
  afterEach(() => {
    for (const name of ['maria', 'kai']) execFileSync('userdel', ['-r', name], { stdio: 'ignore' })
    rmSync('/usr/local/bin/become')
  })

  test('is made once the services are active, and leaves nothing', async () => {
    const { context, records } = begin({ 'kai.service': { active: true } })
    const outcome = await service.apply(context, { services: services.slice(0, 1), probe }, null)
    expect(outcome).toMatchObject({
      ok: true,
      notes: [
        { code: 'service.active' },
        { code: 'smoke.via_proven', params: { user: 'kai' } },
        { code: 'smoke.folders_proven' },
      ],
    })
    expect(records.at(-1)!.nonce).toBeNull()
    expect(readdirSync(workspace)).toEqual([])
  })

  test('that fails fails the step', async () => {
    chmodSync('/usr/local/bin/become', 0o755)
    const { context } = begin({ 'kai.service': { active: true } })
    expect(await service.apply(context, { services: services.slice(0, 1), probe }, null)).toMatchObject({
      ok: false,
      failure: { code: 'via_failed', params: { user: 'kai' } },
      notes: [{ code: 'service.active' }],
    })
  })

  test('that was interrupted leaves nothing after undo', async () => {
    const file = `${workspace}/.usher-probe-${nonce}`
    writeFileSync(file, '')
    chownSync(file, 4301, 4301)
    const { context } = begin({ 'kai.service': { active: true } })
    await service.undo(context, { services, probe }, { reached: [], nonce })
    expect(readdirSync(workspace)).toEqual([])
  })

  test.each(['apply', 'undo'] as const)(
    'that was interrupted and still runs is ended by its mark before %s goes on',
    async (what) => {
      const left = spawn('/usr/bin/setpriv', [
        ...['--reuid=4301', '--regid=4301', '--clear-groups', '--', '/bin/sh', '-c'],
        // As a probe that was begun by a worker that is gone: it writes on, long after its file was removed.
        ...['while :; do echo "$0" >"$1"; sleep 0.01; done', nonce, `${workspace}/.usher-probe-${nonce}`],
      ])
      const ended = new Promise((resolve) => left.once('exit', (_, signal) => resolve(signal)))
      const { context } = begin({ 'kai.service': { active: true } })
      const planned = { services: services.slice(0, 1), probe }
      const record = { reached: [{ unit: 'kai.service', wasActive: true }], nonce }
      if (what === 'apply') expect(await service.apply(context, planned, record)).toMatchObject({ ok: true })
      else expect(await service.undo(context, planned, record)).toMatchObject({ state: 'undone' })
      expect(left.signalCode ?? (await Promise.race([ended, sleep(200)]))).toBe('SIGKILL')
      expect(readdirSync(workspace)).toEqual([])
    },
  )
})
