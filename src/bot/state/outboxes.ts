import { z } from 'zod'
import { deliverySchema } from '../telling/delivery.ts'
import type { FileStore } from './file-store.ts'

const schema = z.object({
  /** The last event of which this chat's deliveries were written down here; an event that comes again adds nothing. */
  through: z.number(),
  items: z.array(z.unknown()),
})
const itemSchema = z.object({
  delivery: deliverySchema,
  /** When it was written down. Epoch milliseconds. */
  at: z.number(),
})

export type OutboxItem = z.infer<typeof itemSchema>

/** What waits to be told in one chat, in the order in which it goes out. */
export interface Outbox {
  through: number
  items: OutboxItem[]
}

/** All outboxes as they were stored, by chat. What cannot be read is left out. */
export async function loadOutboxes(files: FileStore): Promise<Map<number, Outbox>> {
  const boxes = new Map<number, Outbox>()
  for (const name of await files.list('outbox')) {
    const parsed = schema.safeParse(await files.read(nameOf(Number(name))))
    if (!parsed.success) continue
    const items = parsed.data.items.map((item) => itemSchema.safeParse(item))
    boxes.set(Number(name), {
      through: parsed.data.through,
      items: items.flatMap((item) => (item.success ? [item.data] : [])),
    })
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
