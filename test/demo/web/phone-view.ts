/** A phone as the page shows it: the chat without what nobody sees. Plain JSON. */
import type { BotCommand, MessageEntity } from 'grammy/types'
import type {
  ButtonView,
  ChatView,
  MessageView,
  ReplyButtonView,
} from '../../support/bot-api-server/control/views.ts'

/** Somebody of the cast, and a word on who they are in the play. */
export interface CastMember {
  id: number
  name: string
  part: string
}

export interface MessageOnPhone {
  id: number
  mine: boolean
  /** Unix seconds. */
  date: number
  kind: string
  text: string
  entities: MessageEntity[]
  /** Where it was forwarded from; whoever hides that has a name only. */
  forwarded_from?: string
  buttons: ButtonView[][]
  /** The change clock at its last look: moves with each edit. */
  version: number
  edited: boolean
  document?: { file_name: string; file_size: number; text?: string }
}

export interface PhoneView {
  person: number
  started: boolean
  blocked: boolean
  typing: boolean
  menu: BotCommand[]
  keyboard: ReplyButtonView[][] | null
  messages: MessageOnPhone[]
  /** Taps that were answered, oldest first: what popped up. */
  answers: { query: string; text?: string; alert: boolean }[]
}

const MAX_ANSWERS = 20

export function viewPhone(chat: ChatView, menu: BotCommand[]): PhoneView {
  return {
    person: chat.chat_id,
    started: chat.started,
    blocked: chat.blocked,
    typing: chat.last_action !== null,
    menu,
    keyboard: chat.reply_keyboard?.buttons ?? null,
    messages: chat.messages.filter((message) => !message.deleted).map(viewMessage),
    answers: chat.callbacks
      .flatMap(({ id, answer }) =>
        answer
          ? [{ query: id, alert: answer.show_alert, ...(answer.text ? { text: answer.text } : {}) }]
          : [],
      )
      .slice(-MAX_ANSWERS),
  }
}

function viewMessage(message: MessageView): MessageOnPhone {
  const { raw, document } = message
  const origin = raw.forward_origin
  // The view's own text of a forward repeats who wrote it.
  const plain = raw.text ?? raw.caption
  return {
    id: message.message_id,
    mine: !message.from_bot,
    date: raw.date,
    kind: message.kind,
    text: plain ?? message.text,
    entities: plain === undefined ? [] : (raw.entities ?? raw.caption_entities ?? []),
    ...(origin?.type === 'user' ? { forwarded_from: origin.sender_user.first_name } : {}),
    ...(origin?.type === 'hidden_user' ? { forwarded_from: origin.sender_user_name } : {}),
    buttons: message.buttons,
    version: message.version,
    edited: message.edited && raw.edit_date !== undefined,
    ...(document ? { document } : {}),
  }
}
