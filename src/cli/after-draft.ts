import type { RequestView } from '../protocol/views.ts'
import { requestLines } from '../texts/requests.ts'
import { afterDecision } from './after-decision.ts'
import { otherPlan } from './decide.ts'
import { done, type Outcome } from './outcome.ts'
import type { Session } from './session.ts'
import { submitAndDecide } from './submit.ts'

/** What whoever drafted wants to come of it. */
export interface DraftWishes {
  dryRun?: true
  /** Decide it at once; a digest: only if the plan is that one. */
  approve?: string | true
  wait?: true
}

/** How a verb that drafted a request out of its flags goes on: only shows it, or submits it and decides as it was told to. */
export async function afterDraft(
  session: Session,
  draft: RequestView,
  { dryRun, approve, wait }: DraftWishes,
): Promise<Outcome> {
  const other = otherPlan(session.words, draft, approve)
  if (other !== null) return other
  if (dryRun) {
    return done({ request: draft, dry_run: true }, [
      ...requestLines(session.words, draft),
      { mark: 'info', text: 'a dry run: nothing was submitted and nothing was changed' },
    ])
  }
  const submitted = await submitAndDecide(session, draft, approve !== undefined)
  if (!submitted.ok) return submitted.outcome
  const { claimCode } = submitted
  return afterDecision(session, submitted.request, {
    wait: wait === true,
    claimCode,
    data: { claim_code: claimCode },
  })
}
