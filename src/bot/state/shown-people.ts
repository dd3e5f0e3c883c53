import { z } from 'zod'
import type { FileStore } from './file-store.ts'

const schema = z.object({
  id: z.string(),
  chatId: z.number(),
  /** Whom it shows. */
  telegramId: z.number(),
  /** What its buttons are bound to. */
  nonce: z.string(),
  /** Null until Telegram has taken it. */
  messageId: z.number().nullable(),
  /** Hash of text and keyboard as Telegram confirmed them: what a tapped message must look like. */
  shown: z.string().nullable(),
  /** Who used the nonce up: the update of that tap. */
  usedBy: z.number().nullable(),
})

/** A message that shows somebody of the roster to an admin, with buttons. It is written down before it is sent. */
export type ShownPerson = z.infer<typeof schema>

/** The cards of people on the roster, by the message that each is in; the oldest are forgotten. */
export interface ShownPeople {
  atMessage(chatId: number, messageId: number): ShownPerson | undefined
  /** Remembers it, or what changed of it, for good before it resolves. */
  put(shown: ShownPerson): Promise<void>
}

const KEPT = 200

/** The messages as they were remembered; a file that is not one is passed over. */
export async function loadShownPeople(files: FileStore): Promise<ShownPeople> {
  const known = new Map<string, ShownPerson>()
  for (const name of await files.list('people')) {
    const parsed = schema.safeParse(await files.read(`people/${name}`))
    if (parsed.success) known.set(parsed.data.id, parsed.data)
  }
  return {
    atMessage: (chatId, messageId) =>
      [...known.values()].find((one) => one.chatId === chatId && one.messageId === messageId),
    async put(shown) {
      known.delete(shown.id)
      known.set(shown.id, shown)
      await files.write(`people/${shown.id}`, shown)
      const [oldest] = known.keys()
      if (known.size <= KEPT || oldest === undefined) return
      known.delete(oldest)
      await files.remove(`people/${oldest}`)
    },
  }
}
