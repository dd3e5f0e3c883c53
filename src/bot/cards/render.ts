import { createHash } from 'node:crypto'
import type { RequestView, RunView } from '../../protocol/views.ts'
import { accessCardText, goneAccessCard, ownAccessText } from '../../texts/chat/access-card.ts'
import { cardText, goneCard } from '../../texts/chat/cards.ts'
import { driftCardText, goneDriftCard, isOver } from '../../texts/chat/drift-card.ts'
import { fitMessage } from '../../texts/chat/fit.ts'
import { EMPTY } from '../../texts/chat/html.ts'
import { isEnded } from '../../texts/runs.ts'
import type { Words } from '../../texts/words.ts'
import type { Card } from '../state/cards.ts'
import {
  accessVerbsOf,
  driftVerbsOf,
  ownAccessVerbs,
  runVerbsOf,
  submitsToo,
  type Verb,
  verbsOf,
} from './buttons.ts'
import type { AccessCardView, CardView, ReconciliationCardView, RequestCardView } from './card-view.ts'

/** How a card looks now. Plain data; equal hashes look equal. */
export interface Rendering {
  html: string
  /** The whole as text, when it was too long for a message. */
  file: string | null
  verbs: Verb[]
  digest: string
  submits: boolean
  /** The run that the buttons are about. */
  runId: number | null
  /** The repairs that a reconciliation's card shows; null of any other. */
  requestIds: number[] | null
  hash: string
  settled: boolean
}

export interface Around {
  startLink: string
  /** The newest reconciliation with a card in the same chat. */
  newestReconciliation: number | null
}

/** The card as its subject is now, in the words of its chat. `settled` says that it will not change any more. */
export function renderCard(words: Words, card: Card, view: CardView, around: Around): Rendering {
  switch (view.kind) {
    case 'request':
      return renderRequest(words, card, view, around)
    case 'reconciliation':
      return renderReconciliation(words, card, view, around)
    case 'access':
      return renderAccess(words, card, view)
    case 'gone': {
      const { kind, id } = card.subject
      const gone = { request: goneCard, reconciliation: goneDriftCard, access: goneAccessCard }
      const { head } = gone[kind](words, id)
      return rendering(words, {
        ...{ html: head.html, file: null, verbs: [], digest: '', submits: false, runId: null },
        ...{ requestIds: card.requestIds, settled: true },
      })
    }
  }
}

function renderRequest(
  words: Words,
  card: Card,
  { request, run, told, permissions }: RequestCardView,
  { startLink }: Around,
): Rendering {
  const offered = run === null ? [] : runVerbsOf(run, permissions)
  const { head, lines, tail } = cardText(words, request, run, {
    ...{ told, startLink, offered, claimCode: card.claimCode },
  })
  const fitted = fitMessage(words, head, lines, tail)
  const moving = run !== null && !isEnded(run.state)
  return rendering(words, {
    html: fitted.html,
    file: moving ? null : fitted.rest,
    verbs: run === null ? verbsOf(request, card.chatId) : offered,
    digest: request.plan.digest,
    submits: submitsToo(request, card.chatId),
    runId: offered.length > 0 && run !== null ? run.id : null,
    requestIds: null,
    settled: isSettled(request, run, told),
  })
}

function renderAccess(words: Words, card: Card, { access, own, permissions }: AccessCardView): Rendering {
  const { head, lines, tail } = own
    ? { head: ownAccessText(words, access), lines: [], tail: EMPTY }
    : accessCardText(words, access)
  return rendering(words, {
    ...{ html: fitMessage(words, head, lines, tail).html, file: null },
    verbs: own ? ownAccessVerbs(access) : accessVerbsOf(access, permissions),
    ...{ digest: hashOf(`access ${card.subject.id}`).slice(0, 22), submits: false, runId: null },
    requestIds: null,
    settled: access.state !== 'waiting' && access.state !== 'completed',
  })
}

function renderReconciliation(
  words: Words,
  card: Card,
  { found, permissions }: ReconciliationCardView,
  { newestReconciliation: newest }: Around,
): Rendering {
  const replacedBy = newest !== null && newest > card.subject.id ? newest : null
  const verbs = replacedBy === null ? driftVerbsOf(found, permissions) : []
  const { head, lines, tail } = driftCardText(words, found, { replacedBy, offered: verbs.length > 0 })
  const { html, rest } = fitMessage(words, head, lines, tail)
  return rendering(words, {
    // The file is what was found, once; how far the repairs are stands above it.
    ...{ html, file: card.fileOf === null ? rest : null, verbs },
    ...{ digest: found.digest ?? '', submits: false, runId: null },
    requestIds: found.requests.map(({ id }) => id),
    settled: isOver(found, replacedBy !== null),
  })
}

/** The same with some of its buttons. */
export function withVerbs(words: Words, whole: Rendering, keep: (verb: Verb) => boolean): Rendering {
  return rendering(words, { ...whole, verbs: whole.verbs.filter(keep) })
}

function isSettled(request: RequestView, run: RunView | null, told: unknown): boolean {
  if (request.state !== 'approved') return request.state !== 'draft' && request.state !== 'submitted'
  if (run === null || !isEnded(run.state)) return false
  const waitsForTelling = run.kind === 'onboard' && run.state === 'succeeded' && told === null
  return !waitsForTelling
}

function rendering(words: Words, parts: Omit<Rendering, 'hash'>): Rendering {
  const { html, verbs, digest, runId } = parts
  return { ...parts, hash: hashOf(JSON.stringify([words.language, html, verbs, digest, runId])) }
}

/** By what equal texts are known as such. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
