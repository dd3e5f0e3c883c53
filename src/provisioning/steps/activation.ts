import { markerGecos } from '../../domain/gecos.ts'
import type { Note, StepFailure } from '../../domain/step.ts'
import type { StepImplementation } from '../step-kind.ts'

/** `lifts`: this run was about to lift the expiry of the account with this uid, or has lifted it. */
type ActivationRecord = { uid: number; lifts: boolean }

/**
 * Lifts the expiry with which this run created an account, once everything is proven, and gives the GECOS field the person's
 * name for the run's marker. An account that this run did not create is never touched: it has no marker of ours.
 */
export const activation: StepImplementation<'activation', ActivationRecord> = {
  kind: 'activation',
  deadlineMs: 60_000,

  async check(host, { osUser }) {
    const entry = await host.accounts.byName(osUser)
    if (entry !== null && !(await host.accounts.isExpired(osUser))) {
      return { state: 'already', notes: [{ code: 'activation.not_needed' }] }
    }
    return { state: 'differs', notes: [{ code: 'activation.lift' }] }
  },

  async apply({ host, run, journal }, { osUser, gecos }, record) {
    const entry = await host.accounts.byName(osUser)
    if (entry === null || (record !== null && record.uid !== entry.uid)) {
      return { ok: false, failure: changed(osUser), notes: [] }
    }
    const lifts =
      record?.lifts ?? (entry.gecos === markerGecos(run.marker) && (await host.accounts.isExpired(osUser)))
    journal.commit({ uid: entry.uid, lifts })
    if (!lifts) return { ok: true, notes: [{ code: 'activation.not_needed' }] }
    const lifted = await host.accounts.liftExpiry(osUser, gecos)
    if (!lifted.ok) return { ok: false, failure: lifted.failure, notes: [] }
    return { ok: true, notes: [{ code: 'activation.lifted' }] }
  },

  async undo({ host, signal }, { osUser }, record) {
    if (record === null || !record.lifts) return { state: 'undone', notes: [] }
    const entry = await host.accounts.byName(osUser)
    if (entry === null) return { state: 'undone', notes: [] }
    if (entry.uid !== record.uid) return { state: 'failed', failure: changed(osUser), notes: [] }
    const notes: Note[] = []
    if (!(await host.accounts.isExpired(osUser))) {
      const expired = await host.accounts.expire(osUser)
      if (!expired.ok) return { state: 'failed', failure: expired.failure, notes: [] }
      notes.push({ code: 'activation.expired_again' })
    }
    // Access first, then processes, then files: what the person still runs must not meet the undo of their folders. What does
    // not end is the account's undo to report, which tries again.
    const { ended } = await host.programs.endProcessesOf(record.uid, signal)
    if (ended > 0) notes.push({ code: 'account.processes_ended', params: { count: ended } })
    return { state: 'undone', notes }
  },

  async verify({ host }, { osUser }, record) {
    const entry = await host.accounts.byName(osUser)
    const same = entry !== null && entry.uid === record.uid
    const asPromised = same && !(record.lifts && (await host.accounts.isExpired(osUser)))
    return asPromised ? { ok: true, notes: [] } : { ok: false, failure: changed(osUser), notes: [] }
  },
}

function changed(osUser: string): StepFailure {
  return { code: 'account_changed', params: { os_user: osUser } }
}
