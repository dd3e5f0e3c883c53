import type { OnboardAnswers } from '../../domain/person.ts'
import type { EditSubject, Request, RequestAnswers } from '../../domain/request.ts'
import type { Store } from '../../store/store.ts'
import type { EventSubject } from '../events.ts'
import type { PlanIdentity } from '../planning/planner.ts'
import { editAnswers } from '../planning/planner-edit.ts'
import { retestAnswers } from '../planning/planner-retest.ts'

/** What a request asks for; of an undo request what the run that it takes back was asked for. */
export function subjectOf(store: Store, request: Request): Exclude<RequestAnswers, { kind: 'undo' }> {
  let { subject } = request
  // An undo is of no undo; the loop only ends wrongly on a damaged database.
  for (let depth = 0; subject.kind === 'undo' && depth < 3; depth++) {
    const run = store.runs.get(subject.runId)
    const target = run === null ? null : store.requests.get(run.requestId)
    if (target === null) break
    subject = target.subject
  }
  if (subject.kind === 'undo') throw new Error(`request ${request.id} undoes a run that does not exist`)
  return subject
}

/** The answers of a request as an onboarding would have them; of an edit those that it leads to. */
export function answersOf(store: Store, request: Request): OnboardAnswers {
  const subject = subjectOf(store, request)
  switch (subject.kind) {
    case 'edit':
      return editAnswers(subject)
    case 'retest':
      return retestAnswers(subject.entry)
    default:
      return subject.answers
  }
}

/** Whom a request is about: of an edit that gives them another Telegram id, both. */
export function telegramIdsOf(store: Store, request: Request): number[] {
  const { telegram_id } = answersOf(store, request)
  const subject = subjectOf(store, request)
  return subject.kind === 'edit' ? [...new Set([subject.before.telegram_id, telegram_id])] : [telegram_id]
}

/** What a request holds against others while it is open. */
export function resourcesOf(
  answers: Pick<OnboardAnswers, 'os_user' | 'telegram_id'>,
  uid: number | null,
): string[] {
  return [
    `os_user:${answers.os_user}`,
    `telegram:${answers.telegram_id}`,
    ...(uid === null ? [] : [`uid:${uid}`]),
  ]
}

/** What an edit holds: whom it is about as they are, and as they would be. */
export function editResources({ before, after }: EditSubject, uid: number | null): string[] {
  const both = [before, after].flatMap((entry) => resourcesOf(entry, uid))
  return [...new Set(both)]
}

/** What a request with its subject holds against others; an undo request holds what the run did that it takes back. */
export function heldBy(store: Store, request: Request, uid: number | null): string[] {
  const subject = subjectOf(store, request)
  return subject.kind === 'edit' ? editResources(subject, uid) : resourcesOf(answersOf(store, request), uid)
}

/** The uid of the account that a request adopts, as it was planned; null when it creates one. */
export function adoptedUid(request: Pick<Request, 'plan'>): number | null {
  const account = request.plan.steps.find((step) => step.kind === 'account')
  return account?.kind === 'account' && account.params.mode === 'adopt' ? account.params.uid : null
}

/** What a repair holds against others from its approval to the end of its run. */
export function repairResources(request: Pick<Request, 'plan'>, answers: OnboardAnswers): string[] {
  return resourcesOf(answers, adoptedUid(request))
}

/** Whom events of a request are about; of an edit the person as they were known. */
export function eventSubject(store: Store, request: Request, runId: number | null = null): EventSubject {
  const { subject } = request
  const known = subject.kind === 'edit' ? subject.before : answersOf(store, request)
  return { requestId: request.id, runId, telegramId: known.telegram_id }
}

/** Whose plan it would be at this revision. */
export function identityOf(request: Request, revision = request.revision): PlanIdentity {
  return { host: request.host, requestId: request.id, revision, requester: request.requester }
}
