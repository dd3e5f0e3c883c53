import type { RequestView } from '../../protocol/views.ts'
import { errorText } from '../../texts/errors.ts'
import { aboutRequest } from '../state/cards.ts'
import { requestCardView } from './card-view.ts'
import { decideAccess } from './decide-access.ts'
import { decideDrift } from './decide-drift.ts'
import { decideRun } from './decide-run.ts'
import { type Decided, type Deciding, refuse, succeed } from './deciding.ts'

/** Does what the button says, as the worker decides. */
export function decide(deciding: Deciding): Promise<Decided> {
  switch (deciding.tap.verb) {
    case 'approve':
      return approve(deciding)
    case 'submit':
      return submitOnly(deciding)
    case 'cancel':
      return cancel(deciding)
    case 'deny':
    case 'edit':
    case 'complete':
    case 'turn_away':
      throw new Error(`the button to ${deciding.tap.verb} begins a dialogue and decides nothing`)
    case 'retry':
    case 'undo':
    case 'keep':
      return decideRun(deciding, deciding.tap.verb)
    case 'block':
    case 'withdraw':
      return decideAccess(deciding, deciding.tap.verb)
    case 'repair':
    case 'leave':
      return decideDrift(deciding, deciding.tap.verb)
  }
}

async function cancel(deciding: Deciding): Promise<Decided> {
  const { words, deps, tap, onBehalfOf, key } = deciding
  const { id } = tap.subject
  const closed = await deps.worker.call('request.cancel', { id }, { onBehalfOf, key: key('request.cancel') })
  if (!closed.ok) return refuse(deciding, closed.error)
  return succeed(deciding, words.say('taps.cancelled'), requestCardView(closed.request))
}

/** Whose own approval does not count asks for that of others. */
async function submitOnly(deciding: Deciding): Promise<Decided> {
  const submitted = await submit(deciding)
  if (!('request' in submitted)) return submitted
  return succeed(deciding, deciding.words.say('taps.submitted'), requestCardView(submitted.request))
}

async function approve(deciding: Deciding): Promise<Decided> {
  const { words, deps, tap, card, onBehalfOf, key } = deciding
  const { digest, subject } = tap
  if (card.submits) {
    const submitted = await submit(deciding)
    if (!('request' in submitted)) return submitted
  }
  const input = { id: subject.id, digest, challenge: tap.nonce }
  const approved = await deps.worker.call('request.approve', input, { onBehalfOf, key: key('approve') })
  if (!approved.ok) {
    const { code, params } = approved.error
    if (code !== 'step_up_required' || params?.['factor'] !== 'witness')
      return refuse(deciding, approved.error)
    // It shows them this very plan, with the code that they send back.
    const shown = { id: subject.id, digest }
    const asked = await deps.worker.call('witness.ask', shown, { onBehalfOf, key: key('witness') })
    return refuse(deciding, asked.ok ? approved.error : asked.error)
  }
  const { request } = approved
  const said = words.say(request.state === 'approved' ? 'taps.approved' : 'taps.approval_noted')
  return succeed(deciding, said, requestCardView(request))
}

/** The request as submitted, with its claim code on the card; or why it was not. */
async function submit(deciding: Deciding): Promise<Decided | { request: RequestView }> {
  const { deps, tap, card, onBehalfOf, key } = deciding
  const input = { id: tap.subject.id, digest: tap.digest }
  const submitted = await deps.worker.call('request.submit', input, { onBehalfOf, key: key('submit') })
  if (!submitted.ok) {
    return submitted.error.code === 'digest_differs' ? redraft(deciding) : refuse(deciding, submitted.error)
  }
  const { request, claim_code: claimCode } = submitted
  if (claimCode !== null) await deps.cards.change(card.id, { claimCode })
  return { request }
}

/** The host has changed since the draft: the same answers are planned anew, on the same card. */
async function redraft({ words, deps, card, key }: Deciding): Promise<Decided> {
  const got = await deps.worker.call('request.get', { id: card.subject.id }, { onBehalfOf: card.chatId })
  if (!got.ok) return { done: false, text: errorText(words, got.error) }
  const { request } = got
  if (request.kind !== 'onboard') {
    // The worker planned it anew when it refused.
    void deps.keeper.refreshNow(card.id)
    return { done: false, text: words.say('taps.card_changed') }
  }
  const drafted = await deps.worker.call(
    'request.draft',
    { answers: request.answers, replaces: request.id },
    { onBehalfOf: card.chatId, key: key('redraft') },
  )
  if (!drafted.ok) {
    const { violations = [] } = drafted.error
    return { done: false, text: errorText(words, drafted.error), violations }
  }
  await deps.cards.change(card.id, { subject: aboutRequest(drafted.request.id), claimCode: null })
  void deps.keeper.refreshNow(card.id)
  return { done: false, text: words.say('taps.card_changed') }
}
