import type { OnboardAnswers } from '../../domain/person.ts'
import type { Request } from '../../domain/request.ts'
import type { Store } from '../../store/store.ts'
import type { EventSubject } from '../events.ts'
import type { PlanIdentity } from '../planning/planner.ts'

/** The answers of a request; of an undo request those of the run that it takes back. */
export function answersOf(store: Store, request: Request): OnboardAnswers {
  let { subject } = request
  // An undo is of an onboarding; the loop only ends wrongly on a damaged database.
  for (let depth = 0; subject.kind === 'undo' && depth < 3; depth++) {
    const run = store.runs.get(subject.runId)
    const target = run === null ? null : store.requests.get(run.requestId)
    if (target === null) break
    subject = target.subject
  }
  if (subject.kind === 'undo') throw new Error(`request ${request.id} undoes a run that does not exist`)
  return subject.answers
}

/** What a request holds against others while it is open. */
export function resourcesOf(answers: OnboardAnswers, uid: number | null): string[] {
  return [
    `os_user:${answers.os_user}`,
    `telegram:${answers.telegram_id}`,
    ...(uid === null ? [] : [`uid:${uid}`]),
  ]
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

/** Whom events of a request are about. */
export function eventSubject(store: Store, request: Request, runId: number | null = null): EventSubject {
  return { requestId: request.id, runId, telegramId: answersOf(store, request).telegram_id }
}

/** Whose plan it would be at this revision. */
export function identityOf(request: Request, revision = request.revision): PlanIdentity {
  return { host: request.host, requestId: request.id, revision, requester: request.requester }
}
