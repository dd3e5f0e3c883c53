import type { User } from 'grammy/types'
import type { Control } from '../bot-api-server/control/control.ts'
import type { ButtonView, CallbackView, ChatView, MessageView } from '../bot-api-server/control/views.ts'
import { waitInChat } from '../bot-api-server/control/wait.ts'
import { renderChat } from '../bot-api-server/transcript.ts'
import { failure } from './failure.ts'
import { matches, matchesLabel, type Pattern, show } from './pattern.ts'

interface SeesOptions {
  /** Labels that must be there together with the text: inline buttons or the reply keyboard. */
  buttons?: Pattern[]
  timeoutMs?: number
}

interface TapsOptions {
  /** The message to tap on, whenever it came. */
  on?: { message_id: number }
  /** Also messages from before this person's last action. */
  earlier?: boolean
  timeoutMs?: number
}

/** A tap on its way: when it was made (monotonic milliseconds of the server's process) and on what. */
interface Tap {
  query_id: string
  message_id: number
  data: string
  at_ms: number
}

/**
 * Somebody with a phone. Each action also sets a mark; `sees`, `seesToast` and `taps` only look at what the bot did since
 * that mark, so that an old message cannot pass for an answer. All waits are bounded and fail with the chat in the message.
 */
export interface Person {
  readonly id: number
  readonly user: User
  starts(payload?: string): Promise<void>
  /** Types a text or a command, in the private chat or in `chat`. Resolves with the message's id. */
  sends(text: string, options?: { chat?: number; replyTo?: number }): Promise<number>
  sendsPhoto(caption?: string): Promise<void>
  edits(messageId: number, text: string): Promise<void>
  /** Waits for a message of the bot that says this now, or said it at some time since the last action. */
  sees(pattern: Pattern, options?: SeesOptions): Promise<MessageView>
  /** Waits until the message looks like this right now: for live cards. */
  seesOn(message: { message_id: number }, pattern: Pattern, options?: SeesOptions): Promise<MessageView>
  /** Waits for the answer to a tap, the text that pops up; an empty text matches `''`. */
  seesToast(pattern: Pattern, timeoutMs?: number): Promise<CallbackView>
  /** Fails when the bot writes or edits anything for this person within the time. */
  seesNothing(forMs?: number): Promise<void>
  /** Waits for an inline button on a message newer than the last action; gives its whole label and the message. */
  finds(label: Pattern, timeoutMs?: number): Promise<{ message_id: number; label: string }>
  /** Taps an inline button by its label. */
  taps(label: Pattern, options?: TapsOptions): Promise<Tap>
  /** Sends a callback with any data for any message id, also in another person's chat: what a hostile client can do. */
  forgesTap(messageId: number, data: string, options?: { chat?: number }): Promise<Tap>
  /** Presses a plain or contact button of the reply keyboard. */
  presses(label: string): Promise<void>
  /** Uses the user picker of the reply keyboard. */
  picks(...people: { id: number }[]): Promise<void>
  sharesContact(of?: { id: number } | { first_name: string; phone_number: string }): Promise<void>
  forwards(from: { id: number }, text: string, options?: { hidden?: boolean }): Promise<void>
  /** Sets another language in Telegram. */
  speaks(languageCode: string): Promise<void>
  blocks(): Promise<void>
  chat(): Promise<ChatView>
  /** The chat as plain text. */
  transcript(): Promise<string>
}

const TIMEOUT_MS = 5000

export function createPerson(control: Control, user: User, options: { timeoutMs?: number } = {}): Person {
  const { id } = user
  const patience = options.timeoutMs ?? TIMEOUT_MS
  const view = () => control.chat({ chat: id })
  let mark = 0

  const act = async <T>(action: () => Promise<T>): Promise<T> => {
    const { version } = await view()
    const result = await action()
    mark = version
    return result
  }

  const waitFor = async <T>(what: string, find: (chat: ChatView) => T | undefined, timeoutMs = patience) => {
    const found = await waitInChat(control, id, find, timeoutMs)
    if (found === undefined) {
      throw await failure(control, id, `${user.first_name} ${what} within ${timeoutMs} ms`)
    }
    return found
  }

  return {
    id,
    user,
    starts: (payload) => act(async () => void (await control.pressStart({ user: id, payload }))),
    sends: (text, { chat, replyTo } = {}) =>
      act(async () => (await control.sendText({ user: id, text, chat, reply_to: replyTo })).message_id),
    sendsPhoto: (caption) => act(async () => void (await control.sendPhoto({ user: id, caption }))),
    edits: (messageId, text) =>
      act(async () => void (await control.editText({ user: id, message_id: messageId, text }))),
    sees: (pattern, { buttons = [], timeoutMs } = {}) =>
      waitFor(
        `did not see ${describe(pattern, buttons)}`,
        (chat) =>
          fromBot(chat).find((message) =>
            message.history.some(
              (look) =>
                look.version > mark &&
                matches(pattern, look.text) &&
                buttons.every((label) =>
                  labels(chat, message, look.buttons).some((one) => matchesLabel(label, one)),
                ),
            ),
          ),
        timeoutMs,
      ),
    seesOn: ({ message_id }, pattern, { buttons = [], timeoutMs } = {}) =>
      waitFor(
        `did not see ${describe(pattern, buttons)} on message ${message_id}`,
        (chat) =>
          fromBot(chat).find(
            (message) =>
              message.message_id === message_id &&
              matches(pattern, message.text) &&
              buttons.every((label) =>
                labels(chat, message, message.buttons).some((one) => matchesLabel(label, one)),
              ),
          ),
        timeoutMs,
      ),
    seesToast: (pattern, timeoutMs) =>
      waitFor(
        `got no answer ${show(pattern)} to a tap`,
        (chat) =>
          chat.callbacks.findLast(
            ({ user_id, answer }) =>
              user_id === id && answer && answer.version > mark && matches(pattern, answer.text ?? ''),
          ),
        timeoutMs,
      ),
    async seesNothing(forMs = 300) {
      const news = (chat: ChatView) => fromBot(chat).find((message) => message.version > mark)
      const found = await waitInChat(control, id, news, forMs)
      if (found) throw await failure(control, id, `${user.first_name} saw message ${found.message_id}`)
    },
    finds: (pattern, timeoutMs) =>
      waitFor(
        `found no button ${show(pattern)} on a new message`,
        (chat) => {
          for (const message of fromBot(chat)) {
            if (message.version <= mark) continue
            const button = message.buttons.flat().find(({ text }) => matchesLabel(pattern, text))
            if (button) return { message_id: message.message_id, label: button.text }
          }
          return undefined
        },
        timeoutMs,
      ),
    async taps(label, { on, earlier = false, timeoutMs } = {}) {
      const isMeant = (message: MessageView) =>
        on ? message.message_id === on.message_id : earlier || message.version > mark
      const hasButton = (button: ButtonView) => button.data !== undefined && matchesLabel(label, button.text)
      const found = await waitFor(
        `found no button ${show(label)}${on || earlier ? '' : ' on a new message'} to tap`,
        (chat) => {
          const message = fromBot(chat).find((one) => isMeant(one) && one.buttons.flat().some(hasButton))
          const button = message?.buttons.flat().find(hasButton)
          return message && button ? { message_id: message.message_id, data: button.data } : undefined
        },
        timeoutMs,
      )
      return act(() => control.tap({ user: id, ...found }))
    },
    forgesTap: (messageId, data, { chat } = {}) =>
      act(() => control.tap({ user: id, chat, message_id: messageId, data, forged: true })),
    presses: (button) => act(async () => void (await control.pressReplyButton({ user: id, button }))),
    picks: (...people) =>
      act(async () => void (await control.pickUsers({ user: id, users: people.map((person) => person.id) }))),
    sharesContact: (of) =>
      act(async () => void (await control.shareContact({ user: id, of: of && 'id' in of ? of.id : of }))),
    forwards: (from, text, { hidden } = {}) =>
      act(async () => void (await control.forward({ user: id, from: from.id, text, hidden }))),
    speaks: async (languageCode) =>
      void (await control.setLanguage({ user: id, language_code: languageCode })),
    blocks: () => act(async () => void (await control.block({ user: id }))),
    chat: view,
    transcript: async () => renderChat(await view()),
  }
}

/** The bot's messages that are still there, newest first. */
function fromBot(chat: ChatView): MessageView[] {
  return chat.messages.filter((message) => message.from_bot && !message.deleted).reverse()
}

function labels(chat: ChatView, message: MessageView, buttons: ButtonView[][]): string[] {
  const keyboard =
    chat.reply_keyboard?.message_id === message.message_id ? chat.reply_keyboard.rows.flat() : []
  return [...buttons.flat().map((button) => button.text), ...keyboard]
}

function describe(pattern: Pattern, buttons: Pattern[]): string {
  return buttons.length > 0 ? `${show(pattern)} with buttons ${buttons.map(show).join(', ')}` : show(pattern)
}
