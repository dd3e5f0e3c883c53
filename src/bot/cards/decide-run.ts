import type { ApiError } from '../../protocol/errors.ts'
import { aboutRequest, newCard } from '../state/cards.ts'
import type { RunVerb } from './buttons.ts'
import { requestCardView } from './card-view.ts'
import { type Decided, type Deciding, refuse, succeed } from './deciding.ts'

/** [Retry], [Keep] and [Undo]: about the run that the card showed when it was sent. */
export async function decideRun(deciding: Deciding, verb: RunVerb): Promise<Decided> {
  const { words, deps, card, onBehalfOf, key } = deciding
  if (card.runId === null) return { done: false, text: words.say('taps.card_changed') }
  const input = { run_id: card.runId }
  if (verb === 'undo') return askForUndo(deciding, card.runId)
  if (verb === 'keep') {
    const kept = await deps.worker.call('run.keep', input, { onBehalfOf, key: key('keep') })
    return kept.ok ? succeed(deciding, words.say('taps.kept')) : refuse(deciding, kept.error)
  }
  const retried = await deps.worker.call('run.retry', input, { onBehalfOf, key: key('retry') })
  if (!retried.ok) return refuse(deciding, retried.error)
  return succeed(deciding, words.say('taps.retried'), requestCardView(retried.request))
}

/**
 * A request of its own, with a card of its own that shows what would be undone: this tap asks, it does not approve what nobody has
 * seen yet.
 */
async function askForUndo(deciding: Deciding, runId: number): Promise<Decided> {
  const { words, deps, onBehalfOf, key, updateId } = deciding
  const { worker, keeper } = deps
  const drafted = await worker.call('run.undo', { run_id: runId }, { onBehalfOf, key: key('undo') })
  if (!drafted.ok) return refuse(deciding, drafted.error)
  const { id, plan } = drafted.request
  const submit = { id, digest: plan.digest }
  const submitted = await worker.call('request.submit', submit, { onBehalfOf, key: key('submit') })
  if (!submitted.ok) return giveUp(deciding, id, submitted.error)
  await keeper.want(newCard(`u${updateId}-${onBehalfOf}`, onBehalfOf, aboutRequest(id)))
  return succeed(deciding, words.say('taps.undo_asked', { id }))
}

/** A draft that cannot be submitted is nobody's: it would only lie about. */
async function giveUp(deciding: Deciding, id: number, error: ApiError): Promise<Decided> {
  const { deps, onBehalfOf, key } = deciding
  await deps.worker.call('request.cancel', { id }, { onBehalfOf, key: key('give-up') })
  return refuse(deciding, error)
}
