import type { AccessVerb } from './buttons.ts'
import { type Decided, type Deciding, refuse, succeed } from './deciding.ts'

/** [Block], of an admin, and [Take it back], of who asked; the other buttons begin a dialogue. */
export async function decideAccess(
  deciding: Deciding,
  verb: Extract<AccessVerb, 'block' | 'withdraw'>,
): Promise<Decided> {
  const { words, deps, tap, onBehalfOf, key } = deciding
  const { worker } = deps
  const { id } = tap.subject
  if (verb === 'withdraw') {
    const withdrawn = await worker.call('access.withdraw', { id }, { onBehalfOf, key: key('withdraw') })
    if (!withdrawn.ok) return refuse(deciding, withdrawn.error)
    return succeed(deciding, words.say('access.withdrawn'))
  }
  const got = await worker.call('access.get', { id }, { onBehalfOf })
  if (!got.ok) return refuse(deciding, got.error)
  const { telegram_id } = got.access
  const blocked = await worker.call('block.add', { telegram_id }, { onBehalfOf, key: key('block') })
  if (!blocked.ok) return refuse(deciding, blocked.error)
  return succeed(deciding, words.say('access.blocked_toast'))
}
