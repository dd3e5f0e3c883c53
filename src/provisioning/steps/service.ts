import { randomBytes } from 'node:crypto'
import type { Drift } from '../../domain/finding.ts'
import type { Note, ServiceParams, SmokeTestParams, StepFailure } from '../../domain/step.ts'
import type { Host } from '../host/host.ts'
import type { StepContext, StepImplementation, StepOutcome } from '../step-kind.ts'
import { endInterruptedProbe, type ProbeRun, personOf, probe } from './parts/smoke-probe.ts'

/**
 * The units that this run was about to act on, with whether they were active before; and the nonce of a probe that was
 * begun and has not answered.
 */
type ServiceRecord = { reached: { unit: string; wasActive: boolean }[]; nonce: string | null }

/**
 * Tells the configured services about the new person, waits until each is active again, and repeats the proof through the
 * service. Undo *settles*: called after every other undo, it acts once more on each unit that was reached, so that the
 * service knows the roster as it is now; none if none was reached.
 */
export const service: StepImplementation<'service', ServiceRecord> = {
  kind: 'service',
  // A start may take 90 s by systemd's default, twice with a start limit, and wait for the budget besides.
  deadlineMs: 240_000,
  usualMs: 60_000,

  async check(host, { services }) {
    const ours = services.filter(({ action }) => action !== 'remind')
    const drifts: Drift[] = []
    for (const { unit } of ours) {
      if (await host.services.isActive(unit)) continue
      // Everybody's agents run in it: starting it is a person's to decide.
      drifts.push({ code: 'service.down', params: { unit }, repairable: false })
    }
    return ours.length > 0
      ? { state: 'differs', notes: planned(services), drifts }
      : { state: 'already', notes: planned(services), drifts }
  },

  async apply(context, { services, probe: proof }, record) {
    const { host, journal, signal } = context
    const notes: Note[] = []
    const reached = [...(record?.reached ?? [])]
    const stillRunning = await endOwnProbe(context, proof, record)
    if (stillRunning) return { ok: false, failure: stillRunning, notes }
    for (const { unit, action } of services) {
      if (action === 'remind') {
        notes.push({ code: 'service.remind', params: { unit } })
        continue
      }
      if (!reached.some((known) => known.unit === unit)) {
        reached.push({ unit, wasActive: await host.services.isActive(unit) })
        journal.commit({ reached: [...reached], nonce: null })
      }
      const outcome = await host.services.perform(unit, action, signal)
      if (!outcome.ok) return { ok: false, failure: outcome.failure, notes }
      notes.push({ code: 'service.active', params: { unit, ms: Math.round(outcome.durationMs) } })
    }
    const nonce = proof === null ? null : randomBytes(16).toString('hex')
    journal.commit({ reached, nonce })
    if (services.length === 0) return { ok: true, notes: [{ code: 'service.none' }] }
    if (proof === null || nonce === null) return { ok: true, notes }
    const proven = await proveThroughService(host, proof, { nonce, forbidden: [], signal })
    if (proven.answered) journal.commit({ reached, nonce: null })
    return { ...proven.outcome, notes: [...notes, ...proven.outcome.notes] }
  },

  async undo(context, { services, probe: proof }, record) {
    const { host, signal } = context
    const notes: Note[] = []
    const stillRunning = await endOwnProbe(context, proof, record)
    if (stillRunning) return { state: 'failed', failure: stillRunning, notes }
    for (const { unit, wasActive } of record?.reached ?? []) {
      const action = services.find((known) => known.unit === unit)?.action ?? 'restart'
      const outcome = await host.services.perform(unit, action, signal)
      if (outcome.ok) notes.push({ code: 'service.settled', params: { unit } })
      // One that was down before this run is as it was.
      else if (wasActive) return { state: 'failed', failure: outcome.failure, notes }
    }
    return { state: 'undone', notes }
  },

  async verify({ host }, { services }) {
    for (const { unit, action } of services) {
      if (action === 'remind' || (await host.services.isActive(unit))) continue
      return {
        ok: false,
        failure: { code: 'service_not_active', params: { unit, state: 'not active' } },
        notes: [],
      }
    }
    return { ok: true, notes: [] }
  },
}

function planned(services: ServiceParams['services']): Note[] {
  if (services.length === 0) return [{ code: 'service.none' }]
  return services.map(({ unit, action }): Note => ({ code: `service.${action}`, params: { unit } }))
}

/** Isolation is decided already, and nothing is tried that a live person could be disturbed by. */
async function proveThroughService(
  host: Host,
  proof: SmokeTestParams,
  run: ProbeRun,
): Promise<{ answered: boolean; outcome: StepOutcome }> {
  const found = await personOf(host, proof)
  if (!found.ok) return { answered: true, outcome: { ok: false, failure: found.failure, notes: [] } }
  return probe(host, proof, found.person, run)
}

/** Ends a probe of this run that has not answered; null when nothing of it is left. */
async function endOwnProbe(
  { host, signal }: StepContext<ServiceRecord>,
  proof: SmokeTestParams | null,
  record: ServiceRecord | null,
): Promise<StepFailure | null> {
  if (proof === null || record === null || record.nonce === null) return null
  return endInterruptedProbe(host, proof, { nonce: record.nonce, signal })
}
