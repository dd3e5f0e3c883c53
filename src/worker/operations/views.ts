import type { Config } from '../../config/config.ts'
import { changedKeys, ENTRY_KEYS, IDENTITY_KEYS, type RosterEntry, withChanges } from '../../domain/person.ts'
import { type Plan, SHORT_DIGEST_LENGTH } from '../../domain/plan.ts'
import { strictest } from '../../domain/policy.ts'
import type { Approval, EditSubject, Request } from '../../domain/request.ts'
import { type ApprovalPolicy, isSensitiveRole, type Role } from '../../domain/role.ts'
import type { Run, RunStep } from '../../domain/run.ts'
import { hasEnded } from '../../domain/transitions.ts'
import type {
  EditView,
  EntryView,
  PersonView,
  PlanView,
  RequestView,
  RoleView,
  RunView,
} from '../../protocol/views.ts'
import type { Store } from '../../store/store.ts'
import type { EngineContext } from '../context.ts'
import { byHandOf } from '../running/by-hand.ts'
import { choicesOf, isUndoable } from '../running/run-choices.ts'
import { waitingActivation } from '../running/waiting-activation.ts'
import { answersOf, subjectOf } from './request-subject.ts'
import type { Names } from './roster-names.ts'
import { missingOf, requestRole, targetRole } from './target-role.ts'

/** A request as clients see it. Synchronous, so that an effect can answer with what it just wrote. */
export function requestView(context: Viewing, names: Names, request: Request): RequestView {
  const [view] = requestViews(context, names, [request])
  if (view === undefined) throw new Error(`request ${request.id} has no view`)
  return view
}

type Viewing = Pick<EngineContext, 'store' | 'config' | 'clock'>

/** Many of them, with as many questions to the store as for one. */
export function requestViews(context: Viewing, names: Names, requests: readonly Request[]): RequestView[] {
  const { store } = context
  const ids = requests.map(({ id }) => id)
  const newestRuns = store.runs.newestOfRequests(ids)
  const access = store.access.ofRequests(ids)
  const approvals = Map.groupBy(store.decisions.approvalsOf(ids), ({ requestId }) => requestId)
  return requests.map((request) => {
    const given = (approvals.get(request.id) ?? []).filter(({ revision }) => revision === request.revision)
    const view = requestViewWith(context, names, request, given, newestRuns.get(request.id) ?? null)
    const accessId = access.get(request.id)
    return accessId === undefined ? view : { ...view, access_id: accessId }
  })
}

function requestViewWith(
  { store, config, clock }: Viewing,
  names: Names,
  request: Request,
  approvals: readonly Approval[],
  runId: number | null,
): RequestView {
  const open = request.state === 'draft' || request.state === 'submitted'
  const { approval: policy } = requestRole(store, config, request)
  return {
    id: request.id,
    kind: request.subject.kind,
    revision: request.revision,
    state: request.state,
    host: request.host,
    requester: names.actor(request.requester),
    answers: answersOf(store, request),
    ...(request.subject.kind === 'undo'
      ? { undo_of: request.subject.runId, undoes: subjectOf(store, request).kind }
      : { undo_of: null }),
    ...(request.subject.kind === 'repair' ? { findings: request.subject.findings } : {}),
    ...(request.subject.kind === 'edit' ? { edit: editView(config, request.subject) } : {}),
    plan: planView(request.plan),
    missing: open ? missingOf(store, config, request, clock(), approvals) : [],
    approvals: approvals.map(({ actor, via, proof, at }) => ({ by: names.actor(actor), via, proof, at })),
    step_up: policy.step_up,
    own_counts: policy.self,
    frozen: store.freezes.current() !== null,
    decided_by: request.decidedBy === null ? null : names.key(request.decidedBy),
    reason: request.reason,
    returned:
      request.returned === null
        ? null
        : {
            kind: request.returned.kind,
            run_id: request.returned.runId,
            differences: request.returned.differences,
          },
    created_at: request.createdAt,
    submitted_at: request.submittedAt,
    expires_at: request.expiresAt,
    decided_at: request.decidedAt,
    run_id: runId,
  }
}

/** The plan as it may be shown: notes, never parameters. */
export function planView({ digest, steps, demands }: Plan): PlanView {
  return {
    digest: digest.slice(0, SHORT_DIGEST_LENGTH),
    steps: steps.map(({ kind, effect, notes }) => ({ kind, effect, notes })),
    demands,
  }
}

/** A run as clients see it: what its steps say of themselves, never parameters or records. */
export function runView(
  { store, config, stuck }: Pick<EngineContext, 'store' | 'config' | 'stuck'>,
  names: Names,
  run: Run,
  request: Request,
): RunView {
  const { telegram_id, name, os_user, role } = answersOf(store, request)
  const { closed } = run
  return {
    id: run.id,
    request_id: run.requestId,
    kind: run.kind,
    state: run.state,
    subject: { telegram_id, name, os_user, role },
    steps: run.steps.map(stepView),
    queued_at: run.queuedAt,
    started_at: run.startedAt,
    finished_at: run.finishedAt,
    undoable: isUndoable(store, run),
    choices: choicesOf(store, run, request),
    stuck: hasEnded(run.state) ? null : (stuck.of(run.id) ?? waitsForTurn(store, run)),
    by_hand: byHandOf(store, config.paths.roster, run),
    closed: closed === null ? null : { ...closed, by: names.key(closed.by) },
  }
}

/** One that nobody has begun with waits for others to end. */
function waitsForTurn(store: Store, { state, queuedAt }: Run): RunView['stuck'] {
  const running = state === 'queued' ? store.runs.count(['running', 'undoing']) : 0
  return running === 0 ? null : { code: 'turn', params: { running }, since: queuedAt }
}

function stepView(step: RunStep): RunView['steps'][number] {
  const { index, kind, state, startedAt, finishedAt, notes, failure, undoFailure } = step
  const duration_ms = startedAt === null || finishedAt === null ? null : Math.max(0, finishedAt - startedAt)
  return { index, kind, state, duration_ms, notes, failure, undo_failure: undoFailure }
}

/** A role as clients see it: what it gives and what granting it needs. */
export function roleView(role: Role): RoleView {
  const { name, description, groups, shell, approval } = role
  const sensitive = isSensitiveRole(role)
  return { name, description, groups, shell, approval: policyView(approval), sensitive }
}

/** Somebody on the roster, with what was looked at of their account. */
interface Seen {
  entry: RosterEntry
  /** Null: there is no such account. */
  uid: number | null
  expired: boolean
}

/** A roster entry as clients see it: the keys that Usher knows. */
export function personView(store: Store, person: Seen): PersonView {
  const { telegram_id } = person.entry
  const waitsFor = waitingActivation(store, telegram_id)?.run.osUser ?? null
  return personViewWith(person, store.runs.newestOfPerson(telegram_id), waitsFor)
}

/** Many of them, with two questions to the store. */
export function personViews(store: Store, people: readonly Seen[]): PersonView[] {
  const newestRuns = store.runs.newestOfPeople(people.map(({ entry }) => entry.telegram_id))
  // The newest run of a person is the one that counts, so it is put in last.
  const waiting = store.runs.awaitingStart().toReversed()
  const waits = new Map(waiting.map(({ telegramId, osUser }) => [telegramId, osUser]))
  return people.map((person) => {
    const { telegram_id } = person.entry
    return personViewWith(person, newestRuns.get(telegram_id) ?? null, waits.get(telegram_id) ?? null)
  })
}

/** @param waitsFor whose account waits for this person's Start; null when none does */
function personViewWith(
  { entry, uid, expired }: Seen,
  lastRunId: number | null,
  waitsFor: string | null,
): PersonView {
  const { telegram_id, name, os_user, role } = entry
  const waits = waitsFor === os_user
  return {
    ...{ telegram_id, name, os_user, role },
    entry: entryView(entry),
    uid,
    last_run_id: lastRunId,
    ...(waits ? { waits_for_start: true } : {}),
    state: waits ? 'waits_for_start' : uid === null || expired ? 'not_active' : 'active',
  }
}

/** The keys that Usher knows, as the contract has them. */
function entryView(entry: RosterEntry): EntryView {
  return withChanges({} as RosterEntry, entry, ENTRY_KEYS)
}

function editView(config: Config, subject: EditSubject): EditView {
  const { before, after, proof = null } = subject
  const changed = changedKeys(before, after)
  const policy = strictest(targetRole(config, before).approval, targetRole(config, after).approval)
  return {
    before: entryView(before),
    after: entryView(after),
    changed,
    proof,
    policy: policyView(policy),
    identity: IDENTITY_KEYS.some((key) => changed.includes(key)),
  }
}

function policyView({ count, self, step_up, expiresMs }: ApprovalPolicy): EditView['policy'] {
  return { count, self, step_up, expires_ms: expiresMs }
}
