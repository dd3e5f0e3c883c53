import { createHash, randomBytes } from 'node:crypto'
import { InlineKeyboard } from 'grammy'
import type { Message } from 'grammy/types'
import type { ReconciliationView, RequestView, RunView } from '../../protocol/views.ts'
import type { AccessView } from '../../protocol/views-access.ts'
import { repairState } from '../../texts/chat/drift-card.ts'
import type { Words } from '../../texts/words.ts'
import type { CardSubject } from '../state/cards.ts'

/** Buttons of cards begin with this. */
export const CARD_PREFIX = 'c:'

/** What a button of a card is for; one letter of its data says so. */
export type Verb = 'approve' | 'submit' | 'edit' | 'cancel' | 'deny' | RunVerb | DriftVerb | AccessVerb
/** What can be decided in chat about a run that has ended; the worker names them `choices`. */
export type RunVerb = 'retry' | 'undo' | 'keep'
/** What can be decided about the repairs of a reconciliation, all at once. */
export type DriftVerb = 'repair' | 'leave'
/** What admins can do with somebody who asks for access; `withdraw` is for who asked. */
export type AccessVerb = 'complete' | 'turn_away' | 'block' | 'withdraw'
interface VerbButton {
  letter: string
  /** On which cards it stands: the letter says what the number behind it counts. */
  about: CardSubject['kind']
}
const BUTTONS: Record<Verb, VerbButton> = {
  approve: { letter: 'a', about: 'request' },
  submit: { letter: 's', about: 'request' },
  edit: { letter: 'e', about: 'request' },
  cancel: { letter: 'x', about: 'request' },
  deny: { letter: 'd', about: 'request' },
  retry: { letter: 't', about: 'request' },
  undo: { letter: 'u', about: 'request' },
  keep: { letter: 'k', about: 'request' },
  repair: { letter: 'r', about: 'reconciliation' },
  leave: { letter: 'l', about: 'reconciliation' },
  complete: { letter: 'o', about: 'access' },
  turn_away: { letter: 'n', about: 'access' },
  block: { letter: 'b', about: 'access' },
  withdraw: { letter: 'w', about: 'access' },
}
const VERBS = Object.keys(BUTTONS) as Verb[]
const LETTERS = VERBS.map((verb) => BUTTONS[verb].letter).join('')

/** What a tap on a card claims: nothing in it is trusted before it was compared with the card that was sent. */
export interface CardTap {
  verb: Verb
  subject: CardSubject
  digest: string
  nonce: string
}

/** 128 bits in base64url, 22 characters. */
export function newNonce(): string {
  return randomBytes(16).toString('base64url')
}

/** `c:a:12:DIGEST:NONCE`: 64 bytes (the Bot API's limit) with ids of up to 14 digits. */
export function tapData(tap: CardTap): string {
  return `${CARD_PREFIX}${BUTTONS[tap.verb].letter}:${tap.subject.id}:${tap.digest}:${tap.nonce}`
}

/** The inverse of `tapData`; null for anything else, whoever sent it. */
export function readTap(data: string): CardTap | null {
  const match = new RegExp(`^c:([${LETTERS}]):([1-9][0-9]{0,13}):([\\w-]{22}):([\\w-]{22})$`).exec(data)
  const [, letter, id, digest, nonce] = match ?? []
  const verb = VERBS.find((one) => BUTTONS[one].letter === letter)
  if (verb === undefined || digest === undefined || nonce === undefined) return null
  return { verb, subject: { kind: BUTTONS[verb].about, id: Number(id) }, digest, nonce }
}

/**
 * What can be decided on this request by the person whose card it is. Whose own approval does not count submits only; who has
 * approved already has nothing to approve.
 */
export function verbsOf(request: RequestView, viewer: number): Verb[] {
  const key = `telegram:${viewer}`
  const own = request.requester.key === key
  const mayApprove = !own || request.own_counts
  if (request.state === 'draft') {
    if (!own) return []
    // While approvals in chat are frozen it can still be put up for root to approve.
    const begin = mayApprove && !request.frozen ? 'approve' : 'submit'
    return request.kind === 'onboard' ? [begin, 'edit', 'cancel'] : [begin, 'cancel']
  }
  if (request.state !== 'submitted') return []
  const lacking = request.missing.find((missing) => missing.kind === 'approvals')
  // Of approvals that do not count any more (frozen, too old) one may be this person's, who can give it again.
  const allCount = lacking !== undefined && lacking.have === request.approvals.length
  const hasApproved = allCount && request.approvals.some(({ by }) => by.key === key)
  const decidable = lacking !== undefined && mayApprove && !hasApproved && !request.frozen
  return [...(decidable ? (['approve'] as const) : []), own ? 'cancel' : 'deny']
}

const NEEDED: Readonly<Record<RunVerb, string>> = {
  retry: 'runs.retry',
  undo: 'runs.undo',
  keep: 'runs.retry',
}
const RUN_VERBS = Object.keys(NEEDED) as RunVerb[]

/** What can be done about a run by somebody with these permissions. */
export function runVerbsOf({ choices }: RunView, permissions: readonly string[]): RunVerb[] {
  return RUN_VERBS.filter((verb) => choices.includes(verb) && permissions.includes(NEEDED[verb]))
}

/** What can be decided about the open repairs of a reconciliation by somebody with these permissions. */
export function driftVerbsOf(found: ReconciliationView, permissions: readonly string[]): DriftVerb[] {
  if (found.digest === null) return []
  const asks = !found.frozen && found.requests.some((repair) => repairState(repair) === 'asked')
  return [
    ...(asks && permissions.includes('requests.approve.all') ? (['repair'] as const) : []),
    ...(permissions.includes('requests.deny') ? (['leave'] as const) : []),
  ]
}

/** What can be done about somebody who asks for access by somebody with these permissions. */
export function accessVerbsOf({ state }: AccessView, permissions: readonly string[]): AccessVerb[] {
  if (state !== 'waiting') return []
  return [
    ...(permissions.includes('access.decide') ? (['complete', 'turn_away'] as const) : []),
    ...(permissions.includes('blocks.manage') ? (['block'] as const) : []),
  ]
}

/** What who asked can do themself. */
export function ownAccessVerbs({ state }: AccessView): AccessVerb[] {
  return state === 'waiting' ? ['withdraw'] : []
}

/** Whether this is about a run that has ended. */
export function isRunVerb(verb: Verb): verb is RunVerb {
  return Object.hasOwn(NEEDED, verb)
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

/** The buttons of a card, all bound to one subject, digest and nonce. */
export function cardKeyboard(
  words: Words,
  verbs: readonly Verb[],
  bound: Omit<CardTap, 'verb'>,
): InlineKeyboard {
  const keyboard = new InlineKeyboard()
  for (const verb of verbs) keyboard.text(words.say(`card_button.${verb}`), tapData({ verb, ...bound }))
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
