import { z } from 'zod'
import { eventViewSchema } from '../../protocol/views.ts'

/**
 * Something that one chat has yet to be told. It names what happened and not how to say it: words, and whether it still matters, are
 * found when it is delivered.
 */
export const deliverySchema = z.discriminatedUnion('kind', [
  z.object({
    /**
     * `notice`: a text for admins. `card`: the card of the event's request, `drift` that of a reconciliation, for an admin who
     * has none. `welcome`, `active`: to the person that the run was about. `access`: the card of somebody who asks for access, for an
     * admin; `access_told`: to who asked.
     */
    kind: z.enum(['notice', 'card', 'drift', 'welcome', 'active', 'access', 'access_told']),
    event: eventViewSchema.strip(),
  }),
  /** Somebody cannot be written to. */
  z.object({ kind: z.literal('unreachable'), chatId: z.number(), since: z.number() }),
  /** So many were left out here, because too many waited. */
  z.object({ kind: z.literal('left_out'), count: z.number() }),
])

export type Delivery = z.infer<typeof deliverySchema>
/** Those that an event brought. */
export type EventDelivery = Extract<Delivery, { event: unknown }>

/** By what equal deliveries to one chat are known as such. */
export function keyOf(delivery: Delivery): string {
  if (delivery.kind === 'left_out') return 'left_out'
  if (delivery.kind === 'unreachable') return `unreachable ${delivery.chatId} ${delivery.since}`
  return `${delivery.kind} ${delivery.event.id}`
}
