import type { InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, Message } from 'grammy/types'
import type { Account } from '../state/account.ts'
import type { ChatRecord, StoredMessage } from '../state/chats.ts'

export interface ButtonView {
  text: string
  /** Callback buttons have data, link buttons a url. */
  data?: string
  url?: string
}

export interface ReplyButtonView {
  text: string
  asks: 'text' | 'users' | 'contact'
  /** Pickers: how many may be chosen. */
  max?: number
}

interface RevisionView {
  version: number
  at_ms: number
  text: string
  buttons: ButtonView[][]
}

/** A message as the people in the chat see it now, and how it looked before. */
export interface MessageView {
  message_id: number
  from_bot: boolean
  from_name: string
  /** What it is: text, document, photo, contact, users_shared, forward… */
  kind: string
  /** Text or caption without mark-up; for other kinds a short description in brackets. */
  text: string
  buttons: ButtonView[][]
  edited: boolean
  deleted: boolean
  /** The change clock at the last change. */
  version: number
  /** Every look of it, the first as it was sent, the last as it is now. */
  history: RevisionView[]
  document?: { file_name: string; file_size: number; text?: string }
  /** The wire form, for whoever needs entities or ids. */
  raw: Message
}

export interface CallbackView {
  id: string
  user_id: number
  message_id: number
  data: string
  version: number
  at_ms: number
  answer?: { version: number; at_ms: number; text?: string; show_alert: boolean }
}

export interface ChatView {
  chat_id: number
  type: string
  title: string
  bot_username: string
  /** The change clock at this look. */
  version: number
  messages: MessageView[]
  /** The keyboard in place of the letters, row by row: as labels, and with what each button asks for. */
  reply_keyboard: { message_id: number; rows: string[][]; buttons: ReplyButtonView[][] } | null
  callbacks: CallbackView[]
  last_action: string | null
  /** Private chats: whether that person has pressed Start at some time, and whether they block the bot now. */
  started: boolean
  blocked: boolean
}

export function viewChat(account: Account, record: ChatRecord): ChatView {
  const { chat, replyKeyboard } = record
  return {
    chat_id: chat.id,
    type: chat.type,
    title: chat.title ?? [chat.first_name, chat.last_name].filter(Boolean).join(' '),
    bot_username: account.me.username,
    version: account.clock.now(),
    messages: record.messages.map(viewMessage),
    reply_keyboard: replyKeyboard
      ? {
          message_id: replyKeyboard.messageId,
          rows: replyKeyboard.markup.keyboard.map((row) => row.map(buttonLabel)),
          buttons: replyKeyboard.markup.keyboard.map((row) => row.map(viewReplyButton)),
        }
      : null,
    callbacks: account.callbacks
      .list()
      .filter((callback) => callback.chat_id === chat.id)
      .map(({ answer, chat_id: _, ...callback }) =>
        answer
          ? {
              ...callback,
              answer: { ...answer, ...(answer.text === undefined ? {} : { text: answer.text }) },
            }
          : callback,
      ),
    last_action: record.lastAction ?? null,
    started: record.started,
    blocked: record.blocked,
  }
}

function viewReplyButton(button: KeyboardButton): ReplyButtonView {
  const text = buttonLabel(button)
  if (typeof button === 'string') return { text, asks: 'text' }
  if ('request_users' in button) {
    return { text, asks: 'users', max: button.request_users.max_quantity ?? 1 }
  }
  return { text, asks: 'request_contact' in button ? 'contact' : 'text' }
}

function viewMessage(stored: StoredMessage): MessageView {
  const { message, revisions, documentText } = stored
  const document = message.document
  return {
    message_id: message.message_id,
    from_bot: stored.fromBot,
    from_name: message.from?.first_name ?? message.sender_chat?.title ?? '',
    ...describe(message),
    buttons: viewButtons(message.reply_markup),
    edited: revisions.length > 1,
    deleted: stored.deleted,
    version: revisions.at(-1)?.version ?? 0,
    history: revisions.map(({ keyboard, ...revision }) => ({ ...revision, buttons: viewButtons(keyboard) })),
    ...(document
      ? {
          document: {
            file_name: document.file_name ?? '',
            file_size: document.file_size ?? 0,
            ...(documentText === undefined ? {} : { text: documentText }),
          },
        }
      : {}),
    raw: message,
  }
}

export const buttonLabel = (button: KeyboardButton): string =>
  typeof button === 'string' ? button : button.text

function viewButtons(markup: InlineKeyboardMarkup | undefined): ButtonView[][] {
  return (markup?.inline_keyboard ?? []).map((row) => row.map(viewButton))
}

function viewButton(button: InlineKeyboardButton): ButtonView {
  return {
    text: button.text,
    ...('callback_data' in button ? { data: button.callback_data } : {}),
    ...('url' in button ? { url: button.url } : {}),
  }
}

function describe(message: Message): { kind: string; text: string } {
  if (message.users_shared) {
    const ids = message.users_shared.users.map((user) => user.user_id)
    return { kind: 'users_shared', text: `[picked: ${ids.join(', ')}]` }
  }
  if (message.contact) {
    const { first_name, last_name, phone_number } = message.contact
    return {
      kind: 'contact',
      text: `[contact: ${[first_name, last_name].filter(Boolean).join(' ')}, ${phone_number}]`,
    }
  }
  const text = message.text ?? message.caption ?? ''
  const origin = message.forward_origin
  if (origin) {
    const author =
      origin.type === 'user'
        ? origin.sender_user.first_name
        : 'sender_user_name' in origin
          ? origin.sender_user_name
          : 'a chat'
    return { kind: 'forward', text: `[forwarded from ${author}] ${text}` }
  }
  if (message.document) return { kind: 'document', text }
  if (message.photo) return { kind: 'photo', text: text || '[photo]' }
  return { kind: 'text', text }
}
