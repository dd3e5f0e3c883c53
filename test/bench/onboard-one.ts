import type { EventView } from '../../src/protocol/views.ts'
import type { Scene } from '../support/stage/scene.ts'

/**
 * Milliseconds from the call that approves to the event that tells of the end, for the nth new account. `cursor` is
 * the last event that was seen, and moves on.
 */
export async function onboardOne(
  { client }: Pick<Scene, 'client'>,
  n: number,
  cursor = { after: 0 },
): Promise<number> {
  const answers = {
    telegram_id: 810_000_000 + n,
    name: `Person ${n}`,
    os_user: `usher-${n}`,
    role: 'user',
    account: 'create',
    proof: 'started',
  } as const
  const drafted = await client.call('request.draft', { answers })
  if (!drafted.ok) throw new Error(`cannot draft: ${JSON.stringify(drafted.error)}`)
  const { id, plan } = drafted.request
  const { digest } = plan
  const submitted = await client.call('request.submit', { id, digest })
  if (!submitted.ok) throw new Error(`cannot submit: ${JSON.stringify(submitted.error)}`)
  const stop = new AbortController()
  const ended = endOf(client.events(cursor.after, { signal: stop.signal }), id)
  const begin = performance.now()
  const approved = await client.call('request.approve', { id, digest })
  if (!approved.ok) throw new Error(`cannot approve: ${JSON.stringify(approved.error)}`)
  const { type, id: eventId } = await ended
  cursor.after = eventId
  const took = performance.now() - begin
  stop.abort()
  if (type !== 'run.succeeded') throw new Error(`cannot count a run that ended with ${type}`)
  return took
}

async function endOf(events: AsyncIterable<EventView>, requestId: number): Promise<EventView> {
  for await (const event of events) {
    const ended = ['run.succeeded', 'run.undone', 'run.failed', 'run.superseded'].includes(event.type)
    if (event.request_id === requestId && ended) return event
  }
  throw new Error('cannot see the end of the run: the stream of events ended')
}
