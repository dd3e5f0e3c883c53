import type { ReconciliationView } from '../../protocol/views.ts'
import { leftText, repairText } from '../../texts/chat/drift-card.ts'
import type { DriftVerb } from './buttons.ts'
import { type Decided, type Deciding, refuse, succeed } from './deciding.ts'

/** [Repair] and [Leave it]: about exactly the repairs that the card showed when it was sent. */
export function decideDrift(deciding: Deciding, verb: DriftVerb): Promise<Decided> {
  return verb === 'repair' ? repair(deciding) : leave(deciding)
}

async function repair(deciding: Deciding): Promise<Decided> {
  const { words, deps, tap, onBehalfOf, key } = deciding
  const { digest, subject } = tap
  const input = { id: subject.id, digest, challenge: tap.nonce }
  const approved = await deps.worker.call('reconcile.approve', input, { onBehalfOf, key: key('repair') })
  if (!approved.ok) return refuse(deciding, approved.error)
  const { reconciliation, refused } = approved
  return shown(deciding, repairText(words, reconciliation, refused), reconciliation)
}

/** Each is denied by itself; what somebody else has decided meanwhile stays as they decided. */
async function leave(deciding: Deciding): Promise<Decided> {
  const { words, deps, tap, onBehalfOf, key } = deciding
  const { worker } = deps
  const read = () => worker.call('reconcile.get', { id: tap.subject.id }, { onBehalfOf })
  const before = await read()
  if (!before.ok) return refuse(deciding, before.error)
  const open = before.reconciliation.requests.filter(({ state }) => state === 'submitted')
  if (open.length > 0 && before.reconciliation.digest !== tap.digest) {
    void deps.keeper.refreshNow(deciding.card.id)
    return { done: false, text: words.say('taps.card_changed') }
  }
  let denied = 0
  for (const { id } of open) {
    const closed = await worker.call('request.deny', { id }, { onBehalfOf, key: key(`leave-${id}`) })
    if (closed.ok) denied += 1
    else if (closed.error.code !== 'already_decided') return refuse(deciding, closed.error)
  }
  if (denied === 0) {
    const error = {
      code: 'already_decided',
      message: 'cannot leave it: nothing waits for a decision',
    } as const
    return refuse(deciding, error)
  }
  const after = await read()
  return after.ok
    ? shown(deciding, leftText(words, denied), after.reconciliation)
    : succeed(deciding, leftText(words, denied))
}

/** The answer is shown at once, without its buttons; the next look decides which of them stand. */
function shown(deciding: Deciding, text: string, found: ReconciliationView): Promise<Decided> {
  return succeed(deciding, text, { kind: 'reconciliation', found, permissions: [] })
}
