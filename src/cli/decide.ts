import type { RequestView } from '../protocol/views.ts'
import { actorText } from '../texts/actors.ts'
import { requestLines } from '../texts/requests.ts'
import type { Words } from '../texts/words.ts'
import { failed, type Outcome, refused } from './outcome.ts'
import type { Session } from './session.ts'
import { isDigestOf } from './verbs/arguments.ts'

export type Shown = { ok: true; digest: string } | { ok: false; outcome: Outcome }

/**
 * The digest that a person agrees to: the given one, or that of the plan that they are shown and say yes to. Where nobody
 * can be asked, only a given one counts.
 */
export async function agreeOnPlan(
  session: Session,
  id: number,
  given: string | undefined,
  question: (request: RequestView) => string,
): Promise<Shown> {
  if (given !== undefined) return { ok: true, digest: given }
  const { client, prompter, signal, words } = session
  const answer = await client.call('request.get', { id }, { signal })
  if (!answer.ok) return { ok: false, outcome: refused(words, answer.error) }
  const { request } = answer
  if (request.state !== 'draft' && request.state !== 'submitted') {
    const params = {
      state: request.state,
      ...(request.decided_by === null ? {} : { by: actorText(words, request.decided_by) }),
    }
    const message = `cannot decide request ${id} again: it is ${request.state} already`
    return { ok: false, outcome: refused(words, { code: 'already_decided', message, params }) }
  }
  if (prompter === null) {
    return {
      ok: false,
      outcome: failed(
        'bad_request',
        `cannot ask without a terminal: look at the plan with 'usher request show ${id}' and give its digest with --digest`,
      ),
    }
  }
  await prompter.show(requestLines(words, request))
  if (await prompter.confirm(question(request))) return { ok: true, digest: request.plan.digest }
  return { ok: false, outcome: failed('declined', `request ${id} was left as it is: you did not agree`) }
}

/** Why the plan is not the one that was named beforehand, or null. Nothing is submitted then. */
export function otherPlan(
  words: Words,
  request: RequestView,
  given: string | true | undefined,
): Outcome | null {
  if (given === undefined || given === true || isDigestOf(request.plan.digest, given)) return null
  const message = `cannot approve this: the plan now has the digest ${request.plan.digest}; look at it and decide again`
  return failed('digest_differs', message, {
    data: { request },
    lines: [...requestLines(words, request), { mark: 'failed', text: message }],
  })
}
