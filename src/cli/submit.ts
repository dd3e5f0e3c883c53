import type { RequestView } from '../protocol/views.ts'
import type { Line } from '../texts/line.ts'
import { type Outcome, refused } from './outcome.ts'
import type { Session } from './session.ts'

export type Submitted =
  | { ok: true; request: RequestView; claimCode: string | null }
  | { ok: false; outcome: Outcome }

/** Puts a draft up for decision and, when asked to, decides it: the plan that was drafted and no other. */
export async function submitAndDecide(
  { client, signal, words }: Session,
  draft: RequestView,
  approve: boolean,
): Promise<Submitted> {
  const input = { id: draft.id, digest: draft.plan.digest }
  const submitted = await client.call('request.submit', input, { signal })
  if (!submitted.ok) return { ok: false, outcome: refused(words, submitted.error, { request: draft }) }
  const { request, claim_code: claimCode } = submitted
  if (!approve) return { ok: true, request, claimCode }
  const approved = await client.call('request.approve', input, { signal })
  if (!approved.ok) {
    // It waits for somebody who may: say so, because it holds the name.
    const outcome = refused(words, approved.error, { request, claim_code: claimCode }, [waitsLine(request)])
    return { ok: false, outcome }
  }
  return { ok: true, request: approved.request, claimCode }
}

/** That a request which was not decided as wished holds its person nevertheless. */
export function waitsLine({ id }: RequestView): Line {
  return { mark: 'info', text: `request ${id} is submitted and waits: 'usher request show ${id}'` }
}
