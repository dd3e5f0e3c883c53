import type { ForceReply, InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove } from 'grammy/types'
import { type ApiFailure, badRequest } from '../api-result.ts'
import type { Params } from '../params.ts'

/** What a bot may hang under a message, by its kind. */
export type ReplyMarkup =
  | { kind: 'none' }
  | { kind: 'inline'; markup: InlineKeyboardMarkup }
  | { kind: 'keyboard'; markup: ReplyKeyboardMarkup }
  | { kind: 'remove'; markup: ReplyKeyboardRemove }
  | { kind: 'force-reply'; markup: ForceReply }

export type MarkupOutcome = { ok: true; reply: ReplyMarkup } | ApiFailure

const MAX_BUTTONS = 100
const MAX_CALLBACK_DATA_BYTES = 64
const INLINE_ACTIONS = [
  'url',
  'callback_data',
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat',
  'copy_text',
  'callback_game',
  'pay',
]

/** Reads and checks `reply_markup` as the Bot API server does; rows without buttons are dropped as Telegram drops them. */
export function readReplyMarkup(params: Params, chatType: string): MarkupOutcome {
  const parsed = params.json('reply_markup')
  if (!parsed.ok) return badRequest("can't parse reply keyboard markup JSON object")
  const value = parsed.value
  if (value === undefined || value === null) return { ok: true, reply: { kind: 'none' } }
  if (!isObject(value)) return badRequest('object expected as reply markup')
  if (value['inline_keyboard'] !== undefined) return readInline(value['inline_keyboard'])
  if (value['keyboard'] !== undefined) return readKeyboard(value, chatType)
  if (value['remove_keyboard'] === true) {
    return { ok: true, reply: { kind: 'remove', markup: { remove_keyboard: true } } }
  }
  if (value['force_reply'] === true)
    return { ok: true, reply: { kind: 'force-reply', markup: { force_reply: true } } }
  return { ok: true, reply: { kind: 'none' } }
}

function readInline(rows: unknown): MarkupOutcome {
  const grid = readRows(rows)
  if (!grid)
    return badRequest('field "inline_keyboard" of the InlineKeyboardMarkup should be an Array of Arrays')
  for (const button of grid.flat()) {
    const failure = checkInlineButton(button)
    if (failure) return failure
  }
  if (grid.flat().length > MAX_BUTTONS) return badRequest('reply markup is too long')
  if (grid.length === 0) return { ok: true, reply: { kind: 'none' } }
  // Checked above, button by button.
  const markup = { inline_keyboard: grid } as unknown as InlineKeyboardMarkup
  return { ok: true, reply: { kind: 'inline', markup } }
}

function checkInlineButton(button: unknown): ApiFailure | undefined {
  const refuse = (reason: string) => badRequest(`can't parse inline keyboard button: ${reason}`)
  if (!isObject(button)) return refuse('Object expected as inline keyboard button')
  if (typeof button['text'] !== 'string') return refuse('Field "text" must be of type String')
  if (button['text'].trim() === '') return badRequest('BUTTON_TEXT_INVALID')
  const actions = INLINE_ACTIONS.filter((action) => button[action] !== undefined)
  if (actions.length === 0) return refuse('Text buttons are unallowed in the inline keyboard')
  const data = button['callback_data']
  if (data !== undefined) {
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : 0
    if (bytes < 1 || bytes > MAX_CALLBACK_DATA_BYTES) return badRequest('BUTTON_DATA_INVALID')
  }
  const url = button['url']
  if (url !== undefined && !(typeof url === 'string' && URL.canParse(url))) {
    return badRequest(`inline keyboard button URL '${String(url)}' is invalid: Wrong HTTP URL`)
  }
  return undefined
}

function readKeyboard(value: Record<string, unknown>, chatType: string): MarkupOutcome {
  const grid = readRows(value['keyboard'])
  if (!grid) return badRequest('field "keyboard" of the ReplyKeyboardMarkup should be an Array of Arrays')
  for (const button of grid.flat()) {
    const label = typeof button === 'string' ? button : isObject(button) ? button['text'] : undefined
    if (typeof label !== 'string' || label === '') return badRequest('keyboard button text must be non-empty')
    if (!isObject(button)) continue
    const picker = button['request_users']
    const asks = ['request_users', 'request_chat', 'request_contact', 'request_location', 'request_poll']
    if (chatType !== 'private' && asks.some((ask) => button[ask])) {
      return badRequest('phone number can be requested in private chats only')
    }
    if (picker !== undefined && !(isObject(picker) && Number.isInteger(picker['request_id']))) {
      return badRequest(`can't parse keyboard button: Can't find field "request_id"`)
    }
  }
  if (grid.length === 0) return { ok: true, reply: { kind: 'none' } }
  const markup = { ...value, keyboard: grid } as unknown as ReplyKeyboardMarkup
  return { ok: true, reply: { kind: 'keyboard', markup } }
}

function readRows(rows: unknown): unknown[][] | undefined {
  if (!Array.isArray(rows) || !rows.every((row) => Array.isArray(row))) return undefined
  return rows.filter((row: unknown[]) => row.length > 0) as unknown[][]
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
