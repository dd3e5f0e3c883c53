import { randomBytes } from 'node:crypto'
import type { Chat, Contact, KeyboardButton, Message, MessageOrigin } from 'grammy/types'
import { z } from 'zod'
import type { Account } from '../state/account.ts'
import type { UpdateContent } from '../state/update-queue.ts'
import { action } from './action.ts'
import { chatById, chatOf, personById, postAs, push, pushBlocked, typedText } from './people.ts'
import { buttonLabel } from './views.ts'

const user = z.int()

/** What a person does in their private chat with the bot (texts and photos: in any chat that they are in). */
export const privateChatActions = {
  /** Opens the bot and presses Start; unblocks it. A payload is what a deep link `?start=…` carries. */
  pressStart: action(
    z.strictObject({
      user,
      payload: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,64}$/)
        .optional(),
    }),
    (account, { user, payload }) => {
      const from = personById(account, user)
      const record = account.chats.privateWith(from)
      if (record.blocked) {
        record.blocked = false
        pushBlocked(account, from, record, false)
      }
      return postAs(account, from, record, typedText(payload === undefined ? '/start' : `/start ${payload}`))
    },
  ),

  /** Types a text or a command. */
  sendText: action(
    z.strictObject({ user, text: z.string(), chat: z.int().optional(), reply_to: z.int().optional() }),
    (account, { user, text, chat, reply_to }) => {
      const record = chatOf(account, user, chat)
      const quoted = reply_to === undefined ? undefined : account.chats.message(record, reply_to)
      if (reply_to !== undefined && !quoted)
        throw new Error(`cannot reply to message ${reply_to}: it is not there`)
      const { reply_to_message: _, ...target } = quoted?.message ?? {}
      return postAs(account, personById(account, user), record, {
        ...typedText(text),
        ...(quoted ? { reply_to_message: target as Message['reply_to_message'] } : {}),
      })
    },
  ),

  sendPhoto: action(
    z.strictObject({ user, caption: z.string().optional(), chat: z.int().optional() }),
    (account, { user, caption, chat }) =>
      postAs(account, personById(account, user), chatOf(account, user, chat), {
        photo: [
          {
            file_id: `AgACAgIAAx${randomBytes(24).toString('base64url')}`,
            file_unique_id: randomBytes(8).toString('base64url'),
            width: 90,
            height: 90,
            file_size: 1024,
          },
        ],
        ...(caption === undefined ? {} : { caption }),
      }),
  ),

  /** Changes the text of an own message. */
  editText: action(
    z.strictObject({ user, message_id: z.int(), text: z.string(), chat: z.int().optional() }),
    (account, { user, message_id, text, chat }) => {
      const record = chatOf(account, user, chat)
      const stored = account.chats.message(record, message_id)
      if (stored?.message.from?.id !== user)
        throw new Error(`cannot edit message ${message_id}: not one of ${user}`)
      const { entities: _, ...rest } = stored.message
      stored.message = { ...rest, ...typedText(text), edit_date: Math.floor(Date.now() / 1000) }
      account.chats.revise(stored, account.clock.tick())
      const edited = stored.message as NonNullable<UpdateContent['edited_message']>
      return { delivered: push(account, { edited_message: edited }) }
    },
  ),

  /** Shares a contact: one's own, another Telegram user's, or one that has no Telegram account. */
  shareContact: action(
    z.strictObject({
      user,
      of: z.union([z.int(), z.strictObject({ first_name: z.string(), phone_number: z.string() })]).optional(),
    }),
    (account, { user, of = user }) =>
      postAs(account, personById(account, user), chatOf(account, user, undefined), {
        contact: typeof of === 'number' ? contactOf(account, of) : of,
      }),
  ),

  /** Forwards a message that somebody wrote elsewhere, or a channel or group by its id; `hidden` when their privacy setting hides who they are. */
  forward: action(
    z.strictObject({ user, from: z.int(), text: z.string(), hidden: z.boolean().optional() }),
    (account, { user, from, text, hidden = false }) => {
      const own = chatOf(account, user, undefined)
      const source = account.users.find(from) === undefined ? chatById(account, from).chat : undefined
      if (source !== undefined) {
        const origin = originInChat(source)
        return postAs(account, personById(account, user), own, { ...typedText(text), forward_origin: origin })
      }
      const author = personById(account, from)
      const date = Math.floor(Date.now() / 1000) - 60
      const name = [author.first_name, author.last_name].filter(Boolean).join(' ')
      const origin: MessageOrigin = hidden
        ? { type: 'hidden_user', sender_user_name: name, date }
        : { type: 'user', sender_user: author, date }
      return postAs(account, personById(account, user), own, { ...typedText(text), forward_origin: origin })
    },
  ),

  /** Presses a plain or contact button of the reply keyboard. */
  pressReplyButton: action(z.strictObject({ user, button: z.string() }), (account, { user, button }) => {
    const from = personById(account, user)
    const record = chatOf(account, user, undefined)
    const found = keyboardButtons(account, user).find((one) => buttonLabel(one) === button)
    if (!found) throw new Error(`cannot press "${button}": ${describeKeyboard(account, user)}`)
    if (typeof found !== 'string' && 'request_users' in found) {
      throw new Error(`cannot press "${button}" without a choice: use pickUsers`)
    }
    const asksContact = typeof found !== 'string' && 'request_contact' in found && found.request_contact
    return postAs(
      account,
      from,
      record,
      asksContact ? { contact: contactOf(account, user) } : typedText(button),
    )
  }),

  /** Presses a `request_users` button and picks people; without `button` the only such button there is. */
  pickUsers: action(
    z.strictObject({ user, users: z.array(z.int()).min(1), button: z.string().optional() }),
    (account, { user, users, button }) => {
      const pickers = keyboardButtons(account, user).flatMap((one) =>
        typeof one !== 'string' && 'request_users' in one && (button === undefined || one.text === button)
          ? [one]
          : [],
      )
      const picker = pickers[0]
      if (!picker || pickers.length > 1) {
        throw new Error(
          `cannot pick users: ${pickers.length} picker buttons; ${describeKeyboard(account, user)}`,
        )
      }
      const {
        request_id,
        max_quantity = 1,
        user_is_bot,
        request_name,
        request_username,
      } = picker.request_users
      if (users.length > max_quantity)
        throw new Error(`cannot pick ${users.length} users: at most ${max_quantity}`)
      const shared = users.map((id) => {
        const picked = personById(account, id)
        if (user_is_bot !== undefined && user_is_bot !== picked.is_bot) {
          throw new Error(`cannot pick ${id}: the picker does not offer ${picked.is_bot ? 'bots' : 'people'}`)
        }
        return {
          user_id: id,
          ...(request_name ? { first_name: picked.first_name } : {}),
          ...(request_name && picked.last_name !== undefined ? { last_name: picked.last_name } : {}),
          ...(request_username && picked.username !== undefined ? { username: picked.username } : {}),
        }
      })
      return postAs(account, personById(account, user), chatOf(account, user, undefined), {
        users_shared: { request_id, users: shared },
      })
    },
  ),

  /** Blocks the bot: it gets 403 from now on. */
  block: action(z.strictObject({ user }), (account, { user }) => {
    const from = personById(account, user)
    const record = chatById(account, user)
    record.blocked = true
    pushBlocked(account, from, record, true)
    account.clock.tick()
    return {}
  }),
}

/** A message of a channel, or of a group in whose name it was written. */
function originInChat(chat: Chat): MessageOrigin {
  const date = Math.floor(Date.now() / 1000) - 60
  return chat.type === 'channel'
    ? { type: 'channel', chat, message_id: 1, date }
    : { type: 'chat', sender_chat: chat, date }
}

function contactOf(account: Account, id: number): Contact {
  const { first_name, last_name } = personById(account, id)
  const names = last_name === undefined ? { first_name } : { first_name, last_name }
  return { phone_number: account.users.phoneOf(id), ...names, user_id: id }
}

function keyboardButtons(account: Account, user: number): KeyboardButton[] {
  return chatById(account, user).replyKeyboard?.markup.keyboard.flat() ?? []
}

function describeKeyboard(account: Account, user: number): string {
  const labels = keyboardButtons(account, user).map((one) => `"${buttonLabel(one)}"`)
  return labels.length > 0 ? `the keyboard has ${labels.join(', ')}` : 'there is no reply keyboard'
}
