import { afterEach, describe, expect, test } from 'vitest'
import type { StepKind } from '../../../../src/domain/step.ts'
import { createEventLog } from '../../../../src/worker/events.ts'
import { createTally } from '../../../../src/worker/metrics/tally.ts'
import { admin, engineFixture, type Fixture, operator } from '../../../support/engine-fixture.ts'
import type { StepScript } from '../../../support/fake-steps.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

async function onboarded(script: Partial<Record<StepKind, StepScript>> = {}) {
  fixture = await engineFixture({ script })
  expect((await fixture.onboard()).state).toBe('succeeded')
  fixture.steps.length = 0
}

/** Drafts and submits an undo of run 1. */
async function submitUndo(caller = operator) {
  const { request } = await fixture.ok(caller, 'run.undo', { run_id: 1 })
  const { id, plan } = request
  return (await fixture.ok(caller, 'request.submit', { id, digest: plan.digest })).request
}

describe('undoing a run that succeeded', () => {
  test('is planned, approved and done from the records, access first and the service last', async () => {
    await onboarded()
    const { id, plan, kind, undo_of, answers } = await submitUndo()
    expect({ kind, undo_of, os_user: answers.os_user }).toEqual({
      kind: 'undo',
      undo_of: 1,
      os_user: 'alice',
    })
    const order = [
      'roster',
      'activation',
      'smoke-test',
      'memory-seed',
      'data-dirs',
      'groups',
      'account',
      'service',
    ]
    expect(plan.steps.map((step) => step.kind)).toEqual(order)
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    const run = await fixture.ended(request.run_id ?? 0)
    expect(run).toMatchObject({ kind: 'undo', state: 'succeeded', undoable: false })
    expect(fixture.steps).toEqual(order.map((step) => `${step} undo`))
    const undone = await fixture.ok(operator, 'run.get', { id: 1 })
    expect(undone.run.state).toBe('undone')
    expect(fixture.machine.roster).toEqual([])
    expect(fixture.machine.accounts.has('alice')).toBe(false)
  })

  test('does nothing when the run is no longer one that succeeded, and goes back to say so', async () => {
    await onboarded()
    const { id, plan } = await submitUndo()
    await fixture.restart({ limits: { concurrentRuns: 0 } })
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    const { store, time } = fixture
    const events = createEventLog(store, () => time.now, createTally())
    events.commit(() => {
      for (const [from, to] of [
        ['succeeded', 'undoing'],
        ['undoing', 'undone'],
      ] as const) {
        store.runs.transition(1, from, to)
        events.append(`run.${to}`, { requestId: 1, runId: 1, telegramId: 42 }, 'worker', {})
      }
    })
    await fixture.restart({ limits: {} })
    expect((await fixture.ended(request.run_id ?? 0)).state).toBe('superseded')
    const back = await fixture.ok(operator, 'request.get', { id })
    expect(back.request.returned?.differences).toContainEqual({
      code: 'undo_target_changed',
      params: { run: 1, state: 'undone' },
    })
    expect(fixture.steps).toEqual([])
  })

  test('by chat always waits for a terminal, whatever the role asks', async () => {
    await onboarded()
    const { id, plan } = await submitUndo(admin(7))
    const { request } = await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
    expect(request).toMatchObject({ state: 'submitted', missing: [{ kind: 'terminal' }] })
    const confirmed = await fixture.ok(operator, 'request.confirm', { id, digest: plan.digest })
    expect(confirmed.request.state).toBe('approved')
    expect((await fixture.ended(confirmed.request.run_id ?? 0)).state).toBe('succeeded')
  })

  test('is refused a second time, for a run that did not succeed, and for an undo', async () => {
    await onboarded()
    const { id, plan } = await submitUndo()
    const second = await fixture.ok(admin(7), 'run.undo', { run_id: 1 })
    const held = await fixture.call(admin(7), 'request.submit', {
      id: second.request.id,
      digest: second.request.plan.digest,
    })
    expect(held).toMatchObject({ error: { code: 'held' } })
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    await fixture.ended(request.run_id ?? 0)
    for (const [run, refusal] of [
      [1, 'undone_already'],
      [2, 'undo_of_undo'],
    ] as const) {
      expect(await fixture.call(operator, 'run.undo', { run_id: run })).toMatchObject({
        error: { code: 'not_undoable', params: { run, refusal } },
      })
    }
    expect(await fixture.call(operator, 'run.undo', { run_id: 99 })).toMatchObject({
      error: { code: 'not_found' },
    })
    const stale = await fixture.call(admin(7), 'request.submit', {
      id: second.request.id,
      digest: second.request.plan.digest,
    })
    expect(stale).toMatchObject({ ok: false })
  })

  test('tries a step again whose undo failed for a moment, and tells of both tries what they did', async () => {
    let tries = 0
    const passing = () => (++tries < 3 ? { code: 'program_failed' as const } : undefined)
    await onboarded({ groups: { undo: passing } })
    const { id, plan } = await submitUndo()
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    const run = await fixture.ended(request.run_id ?? 0)
    expect(run.state).toBe('succeeded')
    expect(tries).toBe(3)
    expect(fixture.machine.groups.get('agents')?.members ?? []).not.toContain('alice')
  })

  test('gives a step up after three tries', async () => {
    await onboarded({ groups: { undo: () => ({ code: 'program_failed' }) } })
    const { id, plan } = await submitUndo()
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    expect((await fixture.ended(request.run_id ?? 0)).state).toBe('failed')
    expect(fixture.steps.filter((step) => step === 'groups undo')).toHaveLength(3)
  })

  test('that cannot finish leaves both runs failed and says what is left', async () => {
    await onboarded({ 'data-dirs': { undo: () => ({ code: 'path_unsafe' }) } })
    const { id, plan } = await submitUndo()
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    const run = await fixture.ended(request.run_id ?? 0)
    expect(run.state).toBe('failed')
    expect(run.steps.find(({ kind }) => kind === 'data-dirs')).toMatchObject({
      state: 'undo_failed',
      undo_failure: { code: 'path_unsafe' },
    })
    const target = await fixture.ok(operator, 'run.get', { id: 1 })
    expect(target.run.state).toBe('failed')
    expect(fixture.machine.accounts.has('alice')).toBe(false)
  })

  test('lets the person be onboarded again', async () => {
    await onboarded()
    const { id, plan } = await submitUndo()
    const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    await fixture.ended(request.run_id ?? 0)
    expect((await fixture.onboard()).state).toBe('succeeded')
  })
})
