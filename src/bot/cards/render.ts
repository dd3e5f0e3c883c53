import { createHash } from 'node:crypto'
import type { RequestView, RunView } from '../../protocol/views.ts'
import { cardText, goneCard } from '../../texts/chat/cards.ts'
import { fitMessage } from '../../texts/chat/fit.ts'
import { isEnded } from '../../texts/runs.ts'
import type { Card } from '../state/cards.ts'
import type { Told } from '../state/newcomers.ts'
import { submitsToo, type Verb, verbsOf } from './buttons.ts'

/** How a card looks now. Plain data; equal hashes look equal. */
export interface Rendering {
  html: string
  /** The whole as text, when it was too long for a message. */
  file: string | null
  verbs: Verb[]
  digest: string
  submits: boolean
  hash: string
  settled: boolean
}

/** The card as the request and its run are now. `settled` says that it will not change any more. */
export function renderCard(
  card: Card,
  request: RequestView,
  run: RunView | null,
  around: { told: Told | null; startLink: string },
): Rendering {
  const { head, lines, tail } = cardText(request, run, { ...around, claimCode: card.claimCode })
  const fitted = fitMessage(head, lines, tail)
  const moving = run !== null && !isEnded(run.state)
  const waitsForTelling =
    run !== null && run.kind === 'onboard' && run.state === 'succeeded' && around.told === null
  const settled =
    request.state === 'approved'
      ? run !== null && !moving && !waitsForTelling
      : request.state !== 'draft' && request.state !== 'submitted'
  return rendering({
    html: fitted.html,
    file: moving ? null : fitted.rest,
    verbs: verbsOf(request, card.chatId),
    digest: request.plan.digest,
    submits: submitsToo(request, card.chatId),
    settled,
  })
}

/** The card of a request that the worker does not show to this person any more. */
export function renderGone(card: Card): Rendering {
  const { head } = goneCard(card.requestId)
  return rendering({ html: head.html, file: null, verbs: [], digest: '', submits: false, settled: true })
}

function rendering(parts: Omit<Rendering, 'hash'>): Rendering {
  return { ...parts, hash: hashOf(JSON.stringify([parts.html, parts.verbs, parts.digest])) }
}

/** By what equal texts are known as such. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
