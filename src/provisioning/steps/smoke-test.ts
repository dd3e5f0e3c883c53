import { randomBytes } from 'node:crypto'
import type { StepImplementation, StepOutcome } from '../step-kind.ts'
import { proveIsolation } from './parts/smoke-isolation.ts'
import { endInterruptedProbe, personOf, probe } from './parts/smoke-probe.ts'

/** `nonce` names the files of a probe that was begun; `done` says that it has answered for all of them. */
type SmokeRecord = { nonce: string; done: boolean }

/**
 * The proof, before anybody is live: root decides about isolation from facts, in both directions; then the new person
 * tries, as the service will start them: writes, reads back and removes a file in each folder, fails to read what is not
 * theirs, and runs the agent command.
 */
export const smokeTest: StepImplementation<'smoke-test', SmokeRecord> = {
  kind: 'smoke-test',
  usualMs: 30_000,
  deadlineMs: 120_000,

  /** A proof is about a moment: there is nothing to look at afterwards but to prove it again. */
  async check() {
    return { state: 'differs', notes: [{ code: 'smoke.will_prove' }], drifts: [] }
  },

  async apply({ host, journal, signal }, params, record) {
    const person = await personOf(host, params)
    if (!person.ok) return { ...person, notes: [] }
    const isolation = await proveIsolation(host, params, person.person)
    if (!isolation.ok) return isolation
    // What an interrupted probe of this run left is found by its nonce, so an unfinished one keeps it.
    const nonce = record !== null && !record.done ? record.nonce : randomBytes(16).toString('hex')
    if (record !== null && !record.done) {
      const failure = await endInterruptedProbe(host, params, { nonce, signal })
      if (failure) return { ok: false, failure, notes: [] }
    }
    journal.commit({ nonce, done: false })
    const outcome = await probe(host, params, person.person, {
      nonce,
      forbidden: isolation.forbidden,
      signal,
    })
    if (outcome.answered) journal.commit({ nonce, done: true })
    if (outcome.outcome.ok && params.agentCommand !== null) {
      // The agent command is a program of somebody else, run as the person: what it did to their folders is looked at too.
      const still = await proveIsolation(host, params, person.person)
      if (!still.ok) return { ...still, notes: [...outcome.outcome.notes, ...still.notes] }
    }
    return { ...outcome.outcome, notes: [...isolation.notes, ...outcome.outcome.notes] }
  },

  async undo({ host, signal }, params, record) {
    if (record === null || record.done) return { state: 'undone', notes: [] }
    const failure = await endInterruptedProbe(host, params, { nonce: record.nonce, signal })
    return failure ? { state: 'failed', failure, notes: [] } : { state: 'undone', notes: [] }
  },

  async verify(_context, _params, record): Promise<StepOutcome> {
    if (record.done) return { ok: true, notes: [] }
    return { ok: false, failure: { code: 'probe_failed', params: { why: 'it has not answered' } }, notes: [] }
  },
}
