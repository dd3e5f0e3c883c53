import { z } from 'zod'
import type { FileStore } from './file-store.ts'

const subjectSchema = z.object({ kind: z.enum(['request', 'reconciliation', 'access']), id: z.number() })

/** What a card is about: it is read from the worker again for each look. */
export type CardSubject = z.infer<typeof subjectSchema>

const schema = z.object({
  id: z.string(),
  chatId: z.number(),
  subject: subjectSchema,
  /** Null until Telegram has taken it. */
  messageId: z.number().nullable(),
  /** Whether Approve on it also submits: a draft, or an own request whose account's owner needs a claim code. */
  submits: z.boolean(),
  /** What the buttons on it are bound to; null without buttons. */
  nonce: z.string().nullable(),
  digest: z.string().nullable(),
  /** The run whose fate the buttons are about; null while they are about the request. */
  runId: z.number().nullable().default(null),
  /** Who used the nonce up: the update of that tap. */
  usedBy: z.number().nullable(),
  /** Hash of what was last rendered, to leave an unchanged card alone. */
  rendered: z.string().nullable(),
  /** Hash of text and keyboard as Telegram confirmed them: what a tapped card must look like. */
  shown: z.string().nullable(),
  /** `usher claim CODE`, when an existing account is adopted. */
  claimCode: z.string().nullable(),
  /** Hash of the long form that was sent as a file. */
  fileOf: z.string().nullable(),
  /** The repairs that a reconciliation asked for; null while they were not read yet, and of a request. */
  requestIds: z.array(z.number()).nullable().default(null),
  /** Nothing about it will change any more. */
  settled: z.boolean(),
  /** Whether it comes without a sound. */
  silent: z.boolean().default(false),
})

/** Cards were about requests alone once. */
const stored = z.preprocess((value) => {
  if (typeof value !== 'object' || value === null || !('requestId' in value)) return value
  const { requestId, ...rest } = value
  return { subject: { kind: 'request', id: requestId }, ...rest }
}, schema)

/**
 * A message that shows one request, reconciliation or access request to one person and follows it. It is written down before it is sent, so that none is lost;
 * a card that was sent but not yet noted as such is sent again.
 */
export type Card = z.infer<typeof schema>

export interface Cards {
  get(id: string): Card | undefined
  /** Remembers a new one for good before it resolves. */
  add(card: Card): Promise<void>
  /**
   * Changes some of it, whatever else was changed meanwhile, and remembers that before it resolves. Never writes back what
   * was read earlier: taps and passes work on the same card at the same time.
   */
  change(id: string, changes: Partial<Omit<Card, 'id' | 'chatId'>>): Promise<void>
  atMessage(chatId: number, messageId: number): Card | undefined
  about(subject: CardSubject): Card[]
  /** Cards of the request itself, and of a reconciliation that shows it or was not looked at yet. */
  showing(requestId: number): Card[]
  /** The newest reconciliation with a card in this chat. */
  newestReconciliation(chatId: number): number | null
  unsettled(): Card[]
  inChat(chatId: number): Card[]
}

const KEPT = 2000

/** The cards as they were remembered; a file that is not a card is passed over. */
export async function loadCards(files: FileStore): Promise<Cards> {
  const cards = new Map<string, Card>()
  for (const name of await files.list('cards')) {
    const parsed = stored.safeParse(await files.read(`cards/${name}`))
    if (parsed.success) cards.set(parsed.data.id, parsed.data)
  }
  const all = () => [...cards.values()]
  const put = (card: Card) => {
    cards.set(card.id, card)
    return files.write(`cards/${card.id}`, card)
  }
  return {
    get: (id) => cards.get(id),
    async change(id, changes) {
      const card = cards.get(id)
      if (card !== undefined) await put({ ...card, ...changes })
    },
    async add(card) {
      await put(card)
      if (cards.size <= KEPT) return
      const [oldest] = all()
        .filter((one) => one.settled)
        .sort((a, b) => a.subject.id - b.subject.id)
      if (oldest === undefined) return
      cards.delete(oldest.id)
      await files.remove(`cards/${oldest.id}`)
    },
    atMessage: (chatId, messageId) =>
      all().find((card) => card.chatId === chatId && card.messageId === messageId),
    about: (subject) => all().filter((card) => isSame(card.subject, subject)),
    showing: (requestId) =>
      all().filter(({ subject, requestIds }) => {
        if (subject.kind === 'access') return false
        if (subject.kind === 'request') return subject.id === requestId
        return requestIds === null || requestIds.includes(requestId)
      }),
    newestReconciliation(chatId) {
      const here = all().filter((card) => card.chatId === chatId && card.subject.kind === 'reconciliation')
      return here.length === 0 ? null : Math.max(...here.map(({ subject }) => subject.id))
    },
    unsettled: () => all().filter((card) => !card.settled),
    inChat: (chatId) => all().filter((card) => card.chatId === chatId),
  }
}

/** A card that is still to be sent. */
export function newCard(id: string, chatId: number, subject: CardSubject): Card {
  return {
    ...{ id, chatId, subject },
    ...{ messageId: null, nonce: null, digest: null, usedBy: null, rendered: null, shown: null },
    ...{ claimCode: null, fileOf: null, runId: null, requestIds: null, submits: false, settled: false },
    silent: false,
  }
}

/** Whether both mean the same thing. */
export function isSame(a: CardSubject, b: CardSubject): boolean {
  return a.kind === b.kind && a.id === b.id
}

/** The request with this id, as a subject. */
export function aboutRequest(id: number): CardSubject {
  return { kind: 'request', id }
}

/** The access request with this id, as a subject. */
export function aboutAccess(id: number): CardSubject {
  return { kind: 'access', id }
}

/** The reconciliation with this id, as a subject. */
export function aboutReconciliation(id: number): CardSubject {
  return { kind: 'reconciliation', id }
}

/** The card of a reconciliation in this chat: there is one, whoever asked for it. */
export function driftCard(chatId: number, id: number): Card {
  return newCard(`d${id}-${chatId}`, chatId, aboutReconciliation(id))
}
