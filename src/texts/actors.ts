import type { z } from 'zod'
import type { actorViewSchema } from '../protocol/views.ts'
import { plain } from './plain.ts'
import type { Words } from './words.ts'

/** Who, for people: the name when the worker knows one, else what the key says. */
export function actorText(words: Words, actor: z.infer<typeof actorViewSchema>): string {
  if (actor.name !== null) return plain(actor.name, 64)
  if (actor.key === 'operator') return words.say('actor.operator')
  if (actor.key === 'bot') return words.say('actor.bot')
  if (actor.key === 'witness') return words.say('actor.witness')
  if (actor.key === 'approver') return words.say('actor.approver')
  if (actor.key === 'worker') return words.say('actor.worker')
  const asserted = /^(?:telegram|approver):(.*)$/s.exec(actor.key)?.[1]
  if (asserted !== undefined) return words.say('actor.telegram', { id: plain(asserted, 20) })
  if (actor.key.startsWith('os:')) return words.say('actor.uid', { id: plain(actor.key.slice(3), 20) })
  return plain(actor.key, 64)
}
