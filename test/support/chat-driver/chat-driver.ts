import type { Control } from '../bot-api-server/control/control.ts'
import { createPerson, type Person } from './person.ts'

interface NewPerson {
  first_name: string
  id?: number
  last_name?: string
  username?: string
  language_code?: string
}

/** People for a test, over a Bot API server in this process or another. */
export interface ChatDriver {
  /** Makes somebody with a Telegram account who does not know the bot yet. */
  person(user: NewPerson): Promise<Person>
}

/** `timeoutMs` is everybody's patience with the bot (5 s by default). */
export function createChatDriver(control: Control, options: { timeoutMs?: number } = {}): ChatDriver {
  return {
    person: async (user) => createPerson(control, await control.createUser(user), options),
  }
}
