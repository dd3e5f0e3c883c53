import { z } from 'zod'
import { deliverySchema } from '../telling/delivery.ts'
import type { FileStore } from './file-store.ts'

const schema = z.object({
  /** The last event of which this chat's deliveries were written down here; an event that comes again adds nothing. */
  through: z.number(),
  /** In the order in which they go out. */
  items: z.array(
    z.object({
      delivery: deliverySchema,
      /** When it was written down. Epoch milliseconds. */
      at: z.number(),
    }),
  ),
  /** How many were left out since the last that went out, because too many waited. */
  dropped: z.number(),
})

/** What waits to be told in one chat. */
export type Outbox = z.infer<typeof schema>
export type OutboxItem = Outbox['items'][number]

/** All outboxes as they were stored, by chat. One that cannot be read counts as none. */
export async function loadOutboxes(files: FileStore): Promise<Map<number, Outbox>> {
  const boxes = new Map<number, Outbox>()
  for (const name of await files.list('outbox')) {
    const parsed = schema.safeParse(await files.read(nameOf(Number(name))))
    if (parsed.success) boxes.set(Number(name), parsed.data)
  }
  return boxes
}

/** Durable when it resolves. */
export function saveOutbox(files: FileStore, chatId: number, box: Outbox): Promise<void> {
  return files.write(nameOf(chatId), box)
}

/** For a chat that has nothing to be told, and no event that may come again. */
export function removeOutbox(files: FileStore, chatId: number): Promise<void> {
  return files.remove(nameOf(chatId))
}

function nameOf(chatId: number): string {
  return `outbox/${chatId}`
}
