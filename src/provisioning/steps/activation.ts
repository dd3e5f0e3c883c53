import type { PasswdEntry } from '../../domain/facts.ts'
import type { Drift } from '../../domain/finding.ts'
import { markerGecos } from '../../domain/gecos.ts'
import type { Note, StepFailure, StepParams } from '../../domain/step.ts'
import type { StepContext, StepImplementation, StepOutcome } from '../step-kind.ts'
import { accountChanged } from './parts/person-account.ts'

/**
 * `lifts`: this run was about to lift the expiry of the account with this uid, or has lifted it. `onStart`: not in the run
 * itself but after the person's Start, which may still be to come.
 */
type ActivationRecord = { uid: number; lifts: boolean; onStart?: true }
type Params = StepParams['activation']

/**
 * Lifts the expiry with which this run created an account, once everything is proven, and gives the GECOS field the person's
 * name for the run's marker. An account that this run did not create is never touched: it has no marker of ours.
 *
 * Where the plan waits for the person's Start and it has not come, the account stays expired, and applying again with the
 * record lifts it later: only an expiry that is still the one that the account was created with.
 */
export const activation: StepImplementation<'activation', ActivationRecord> = {
  kind: 'activation',
  deadlineMs: 60_000,

  async check(host, { osUser }) {
    const entry = await host.accounts.byName(osUser)
    if (entry !== null && !(await host.accounts.isExpired(osUser))) {
      return { state: 'already', notes: [{ code: 'activation.not_needed' }], drifts: [] }
    }
    const drifts: Drift[] = []
    if (entry !== null) {
      const code = (await host.accounts.isNeverActivated(osUser))
        ? 'account.never_activated'
        : 'account.expired'
      // Whoever expired it took access away: giving it back is a person's to decide.
      drifts.push({ code, params: { os_user: osUser }, repairable: false })
    }
    return { state: 'differs', notes: [{ code: 'activation.lift' }], drifts }
  },

  async apply(context, params, record) {
    const { host, run, journal, hasStarted } = context
    const { osUser, gecos, awaitsStartOf } = params
    const entry = await host.accounts.byName(osUser)
    if (entry === null || (record !== null && record.uid !== entry.uid)) return failed(accountChanged(osUser))
    if (record?.onStart === true) return applyWaiting(context, params, record, entry)
    const { uid } = entry
    const lifts =
      record?.lifts ?? (entry.gecos === markerGecos(run.marker) && (await host.accounts.isExpired(osUser)))
    // Asked and committed in one turn, so that a Start that comes later finds who waits for it.
    if (record === null && lifts && awaitsStartOf !== undefined && hasStarted?.(awaitsStartOf) !== true) {
      const waiting: ActivationRecord = { uid, lifts: false, onStart: true }
      journal.commit(waiting)
      return applyWaiting(context, params, waiting, entry)
    }
    journal.commit({ uid, lifts })
    if (!lifts) return done({ code: 'activation.not_needed' })
    const lifted = await host.accounts.liftExpiry(osUser, gecos)
    return lifted.ok ? done({ code: 'activation.lifted' }) : failed(lifted.failure)
  },

  async undo({ host, signal }, { osUser }, record) {
    if (record === null || !(record.lifts || record.onStart)) return { state: 'undone', notes: [] }
    const entry = await host.accounts.byName(osUser)
    if (entry === null) return { state: 'undone', notes: [] }
    if (entry.uid !== record.uid) return { state: 'failed', failure: accountChanged(osUser), notes: [] }
    const notes: Note[] = []
    if (record.lifts && !(await host.accounts.isExpired(osUser))) {
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
    return asPromised ? done() : failed(accountChanged(osUser))
  },
}

/** Goes on waiting, or lifts the expiry now that the Start has come; whatever somebody else changed meanwhile stays. */
async function applyWaiting(
  { host: { accounts }, run, journal, hasStarted }: StepContext<ActivationRecord>,
  { osUser, gecos, awaitsStartOf }: Params,
  { uid, lifts }: ActivationRecord,
  entry: PasswdEntry,
): Promise<StepOutcome> {
  // The marker goes when the run ends, active or not; a name that was given by hand since stays.
  if (entry.gecos === markerGecos(run.marker) && gecos !== undefined) {
    const named = await accounts.setGecos(osUser, gecos)
    if (!named.ok) return failed(named.failure)
  }
  if (awaitsStartOf !== undefined && hasStarted?.(awaitsStartOf) !== true) {
    return done({ code: 'activation.waits_for_start', params: { telegram_id: awaitsStartOf } })
  }
  if (await accounts.isNeverActivated(osUser)) {
    journal.commit({ uid, lifts: true, onStart: true })
    const lifted = await accounts.liftExpiry(osUser)
    return lifted.ok ? done({ code: 'activation.lifted' }) : failed(lifted.failure)
  }
  // Lifted before a crash, or changed by hand.
  if (lifts && !(await accounts.isExpired(osUser))) return done({ code: 'activation.lifted' })
  journal.commit({ uid, lifts: false, onStart: true })
  return done({ code: 'activation.kept', params: { os_user: osUser } })
}

function done(...notes: Note[]): StepOutcome {
  return { ok: true, notes }
}

function failed(failure: StepFailure): StepOutcome {
  return { ok: false, failure, notes: [] }
}
