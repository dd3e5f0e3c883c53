import { actorKey } from '../../domain/actor.ts'
import { digestOf } from '../../domain/plan.ts'
import type { Request } from '../../domain/request.ts'
import type { EngineContext } from '../context.ts'
import { closeRequest } from '../operations/decide-request.ts'
import { identityOf } from '../operations/request-subject.ts'
import { targetRole } from '../operations/target-role.ts'
import { type Candidate, fingerprintOf, type Observation } from './observe-everybody.ts'
import { LAST_SUCCESS } from './schedule.ts'

/** How many reconciliations are remembered. */
const REMEMBERED = 200
const WORKER = { kind: 'worker' } as const

/**
 * Stores what was found, asks for the repairs, and tells followers; inside a transaction. Of one person there is at most one open
 * repair, and it is about what was found last. `again`: somebody asks, so that what a failed repair was for is asked for anew;
 * what was denied is not, before it changes.
 *
 * @returns the id of the reconciliation
 */
export function recordObservation(
  context: EngineContext,
  observation: Observation,
  by: string,
  again: boolean,
): number {
  const { store, events } = context
  const { outcome, why, findings, skipped, failed, begunAt, endedAt, smoke, people } = observation
  const open = store.requests.openRepairs()
  const requestIds =
    outcome === 'failed' ? open.map(({ id }) => id) : askForRepairs(context, observation, open, again)
  const fingerprint = fingerprintOf(observation)
  const before = store.reconciliations.newest()
  const changed = before === null ? outcome !== 'clean' : before.fingerprint !== fingerprint
  const stored = { begunAt, endedAt, smoke, outcome, why, people, findings, skipped, requestIds, fingerprint }
  const id = store.reconciliations.insert(stored)
  store.reconciliations.keepNewest(REMEMBERED)
  if (outcome === 'clean' || outcome === 'differs') store.meta.set(LAST_SUCCESS, String(endedAt))
  const nobody = { requestId: null, runId: null, telegramId: null }
  if (outcome === 'failed') {
    events.append('reconcile.failed', nobody, by, { reconciliation_id: id, why: why ?? '', changed })
    return id
  }
  const about = new Set(findings.map(({ telegram_id, os_user, code }) => telegram_id ?? os_user ?? code))
  const data = {
    reconciliation_id: id,
    outcome,
    differing: about.size,
    repairable: requestIds.length,
    failed,
  }
  events.append('reconcile.finished', nobody, by, { ...data, changed, skipped: skipped.length })
  return id
}

/** The open repairs afterwards: those that still say what was found, and new ones. */
function askForRepairs(
  context: EngineContext,
  { candidates, leftOut }: Observation,
  open: readonly Request[],
  again: boolean,
): number[] {
  const kept: number[] = []
  const current = new Map(candidates.map((candidate) => [candidate.answers.telegram_id, candidate]))
  const settled = new Set<number>()
  for (const request of open) {
    if (request.subject.kind !== 'repair') continue
    const { telegram_id } = request.subject.answers
    const candidate = current.get(telegram_id)
    const same = candidate?.checked.plan(identityOf(request)).plan.digest === request.plan.digest
    if (same && !settled.has(telegram_id)) {
      kept.push(request.id)
      settled.add(telegram_id)
      continue
    }
    // Whoever was left out of this look keeps theirs; whoever is no longer on the roster has nothing to repair.
    if (leftOut.has(telegram_id)) {
      kept.push(request.id)
      continue
    }
    closeRequest(context, request, 'cancelled', 'worker', 'what was found is no longer so')
  }
  for (const candidate of candidates) {
    if (settled.has(candidate.answers.telegram_id)) continue
    const id = askForRepair(context, candidate, again)
    if (id !== null) kept.push(id)
  }
  return kept
}

/** A submitted request of the worker's own; null when it must not be asked. */
function askForRepair(context: EngineContext, candidate: Candidate, again: boolean): number | null {
  const { config, store, events, clock, host } = context
  const { answers, findings, checked } = candidate
  // Taken since it was looked at.
  if (store.holds.heldByOther(checked.resources, null) !== null) return null
  const subject = { kind: 'repair' as const, answers, findings }
  const said = findings.map(({ code, params = {} }) => ({ code, params }))
  const subjectHash = digestOf('drift', { answers, said })
  if (wasAnswered(context, subjectHash, again)) return null
  const now = clock()
  const expiresAt = now + targetRole(config, answers).approval.expiresMs
  const id = store.requests.insert({
    host: host.environment.name,
    subject,
    subjectHash,
    subjectTelegramId: answers.telegram_id,
    requester: WORKER,
    requesterKey: actorKey(WORKER),
    requesterPersonKey: null,
    createdAt: now,
    expiresAt,
  })
  const revision = 1
  const identity = { host: host.environment.name, requestId: id, revision, requester: WORKER }
  const { plan, basis } = checked.plan(identity)
  store.requests.setPlan(id, revision, plan, JSON.stringify(basis), expiresAt)
  store.requests.transition(id, 'draft', 'submitted', revision, { submittedAt: now, expiresAt })
  events.append(
    'request.submitted',
    { requestId: id, runId: null, telegramId: answers.telegram_id },
    actorKey(WORKER),
    {
      kind: 'repair',
      revision,
      expires_at: expiresAt,
      consent: plan.demands.consent,
      terminal: plan.demands.terminal,
    },
  )
  return id
}

/** Whether this very drift was denied or its failed repair kept; or, unless somebody asks again, whether a repair was tried in vain. */
function wasAnswered({ store }: EngineContext, subjectHash: string, again: boolean): boolean {
  const newest = store.requests.newestRepair(subjectHash)
  if (newest === null) return false
  if (newest.state === 'denied') return true
  const runId = newest.state === 'approved' ? store.runs.newestOf(newest.id) : null
  const run = runId === null ? null : store.runs.get(runId)
  if (run === null) return false
  return run.closed !== null || (!again && (run.state === 'undone' || run.state === 'failed'))
}
