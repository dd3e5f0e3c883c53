import type { Violation } from '../../domain/violation.ts'
import type { ApiError } from '../../protocol/errors.ts'
import type { RequestView } from '../../protocol/views.ts'
import { WORKER_AWAY } from '../../texts/chat/commands.ts'
import * as texts from '../../texts/chat/taps.ts'
import { errorText } from '../../texts/errors.ts'
import type { BotContext } from '../context.ts'
import { aboutRequest, type Card } from '../state/cards.ts'
import { isAway, updateKey } from '../worker-calls.ts'
import type { CardTap } from './buttons.ts'
import { decidedText } from './decided.ts'
import type { TappedDeps } from './tapped.ts'

type Outcome = { ok: true; request: RequestView } | { ok: false; error: ApiError }

/** What pops up at the button; `done` when the worker did what was asked. */
export interface Decided {
  done: boolean
  text: string
  /** Everything that is wrong with the request now, for a message of its own. */
  violations?: Violation[]
}

/** Approves, cancels or denies as the worker decides. Only for a checked tap. */
export async function decide(ctx: BotContext, deps: TappedDeps, tap: CardTap, card: Card): Promise<Decided> {
  const { worker, cards, keeper } = deps
  const key = (what: string) => updateKey(ctx.me.id, ctx.update.update_id, what)
  const onBehalfOf = card.chatId
  const { digest } = tap
  const { id } = tap.subject

  const finish = async (outcome: Outcome, words: string): Promise<Decided> => {
    if (outcome.ok) {
      const { request } = outcome
      void keeper.refreshNow(card.id, { kind: 'request', request, run: null, told: null })
      if (cards.get(card.id)?.nonce === tap.nonce) {
        await cards.change(card.id, { usedBy: ctx.update.update_id })
      }
      return { done: true, text: words }
    }
    void keeper.refreshNow(card.id)
    if (isAway(outcome)) return { done: false, text: WORKER_AWAY }
    const { code, violations = [] } = outcome.error
    const late = code === 'already_decided' ? await decidedText(deps, card) : null
    return { done: false, text: late ?? errorText(outcome.error), violations }
  }

  if (tap.verb === 'cancel') {
    return finish(
      await worker.call('request.cancel', { id }, { onBehalfOf, key: key('cancel') }),
      texts.CANCELLED,
    )
  }
  if (tap.verb === 'deny') {
    return finish(await worker.call('request.deny', { id }, { onBehalfOf, key: key('deny') }), texts.DENIED)
  }
  if (card.submits) {
    const submitted = await worker.call('request.submit', { id, digest }, { onBehalfOf, key: key('submit') })
    if (!submitted.ok) {
      if (submitted.error.code === 'digest_differs') return redraft(deps, card, key('redraft'))
      return finish(submitted, '')
    }
    if (submitted.claim_code !== null) {
      await cards.change(card.id, { claimCode: submitted.claim_code })
    }
  }
  const approved = await worker.call('request.approve', { id, digest }, { onBehalfOf, key: key('approve') })
  return finish(
    approved,
    approved.ok && approved.request.state === 'approved' ? texts.APPROVED : texts.SUBMITTED,
  )
}

/** The host has changed since the draft: the same answers are planned anew, on the same card. */
async function redraft(deps: TappedDeps, card: Card, key: string): Promise<Decided> {
  const got = await deps.worker.call('request.get', { id: card.subject.id }, { onBehalfOf: card.chatId })
  if (!got.ok) return { done: false, text: errorText(got.error) }
  const { request } = got
  const drafted = await deps.worker.call(
    'request.draft',
    { answers: request.answers, replaces: request.id },
    { onBehalfOf: card.chatId, key },
  )
  if (!drafted.ok) {
    const { violations = [] } = drafted.error
    return { done: false, text: errorText(drafted.error), violations }
  }
  await deps.cards.change(card.id, { subject: aboutRequest(drafted.request.id), claimCode: null })
  void deps.keeper.refreshNow(card.id)
  return { done: false, text: texts.CARD_CHANGED }
}
