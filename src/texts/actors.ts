import type { z } from 'zod'
import type { actorViewSchema } from '../protocol/views.ts'
import { plain } from './plain.ts'

/** Who, for people: the name when the worker knows one, else what the key says. */
export function actorText(actor: z.infer<typeof actorViewSchema>): string {
  if (actor.name !== null) return plain(actor.name, 64)
  if (actor.key === 'operator') return 'the operator (uid 0)'
  if (actor.key === 'bot') return 'the bot'
  if (actor.key === 'worker') return 'the worker'
  if (actor.key.startsWith('telegram:')) return `Telegram user ${plain(actor.key.slice(9), 20)}`
  if (actor.key.startsWith('os:')) return `uid ${plain(actor.key.slice(3), 20)}`
  return plain(actor.key, 64)
}
