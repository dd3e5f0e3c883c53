import { createHash, randomBytes } from 'node:crypto'
import { InlineKeyboard } from 'grammy'
import type { Message } from 'grammy/types'
import type { RequestView } from '../../protocol/views.ts'
import { APPROVE_LABEL, CANCEL_LABEL, DENY_LABEL, EDIT_LABEL } from '../../texts/chat/cards.ts'

/** Buttons of cards begin with this. */
export const CARD_PREFIX = 'c:'

export type Verb = 'approve' | 'edit' | 'cancel' | 'deny'
const LETTERS = { approve: 'a', edit: 'e', cancel: 'x', deny: 'd' } as const satisfies Record<Verb, string>
const LABELS: Record<Verb, string> = {
  approve: APPROVE_LABEL,
  edit: EDIT_LABEL,
  cancel: CANCEL_LABEL,
  deny: DENY_LABEL,
}

/** What a tap on a card claims: nothing in it is trusted before it was compared with the card that was sent. */
export interface CardTap {
  verb: Verb
  requestId: number
  digest: string
  nonce: string
}

/** 128 bits in base64url, 22 characters. */
export function newNonce(): string {
  return randomBytes(16).toString('base64url')
}

/** `c:a:12:DIGEST:NONCE`: 64 bytes (the Bot API's limit) with request ids of up to 14 digits. */
export function tapData(tap: CardTap): string {
  return `${CARD_PREFIX}${LETTERS[tap.verb]}:${tap.requestId}:${tap.digest}:${tap.nonce}`
}

/** The inverse of `tapData`; null for anything else, whoever sent it. */
export function readTap(data: string): CardTap | null {
  const match = /^c:([aexd]):([1-9][0-9]{0,13}):([\w-]{22}):([\w-]{22})$/.exec(data)
  const [, letter, id, digest, nonce] = match ?? []
  const verb = (Object.keys(LETTERS) as Verb[]).find((one) => LETTERS[one] === letter)
  if (verb === undefined || digest === undefined || nonce === undefined) return null
  return { verb, requestId: Number(id), digest, nonce }
}

/** What can be decided on this request by the person whose card it is. */
export function verbsOf(request: RequestView, viewer: number): Verb[] {
  const own = request.requester.key === `telegram:${viewer}`
  const decidable = request.missing.some((missing) => missing.kind === 'approvals')
  if (request.state === 'draft') {
    if (!own) return []
    return request.kind === 'onboard' ? ['approve', 'edit', 'cancel'] : ['approve', 'cancel']
  }
  if (request.state !== 'submitted') return []
  return [...(decidable ? (['approve'] as const) : []), own ? 'cancel' : 'deny']
}

/**
 * Whether [Approve] also submits: a draft; and an own request that waits for the owner of an account, because a request that
 * came back as a new revision, or whose claim code was lost, gets a new code that way.
 */
export function submitsToo(request: RequestView, viewer: number): boolean {
  if (request.state === 'draft') return true
  const own = request.requester.key === `telegram:${viewer}`
  return own && request.state === 'submitted' && request.missing.some(({ kind }) => kind === 'consent')
}

/** The buttons of a card, all bound to one request, digest and nonce. */
export function cardKeyboard(verbs: readonly Verb[], bound: Omit<CardTap, 'verb'>): InlineKeyboard {
  const keyboard = new InlineKeyboard()
  for (const verb of verbs) keyboard.text(LABELS[verb], tapData({ verb, ...bound }))
  return keyboard
}

/** Hash of what people see and can tap on a message: text and keyboard, as Telegram has them. */
export function shownHash(message: Pick<Message, 'text' | 'reply_markup'>): string {
  const keyboard = (message.reply_markup?.inline_keyboard ?? []).map((row) =>
    row.map((button) => [button.text, 'callback_data' in button ? button.callback_data : null]),
  )
  return createHash('sha256')
    .update(JSON.stringify([message.text ?? '', keyboard]))
    .digest('base64url')
}
