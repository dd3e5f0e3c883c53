import { Keyboard } from 'grammy'
import type { Message } from 'grammy/types'
import type { IdentityProof } from '../../src/domain/person.ts'
import { type Html, h } from '../../src/texts/chat/html.ts'
import { originHidden } from '../../src/texts/chat/questions.ts'
import { violationsHtml } from '../../src/texts/chat/violations.ts'
import type { Words } from '../../src/texts/words.ts'
import { ask, type Dialogue, type Outcome, scopeOf } from '../dialogue.ts'
import type { Answers, OnboardingPorts } from '../ports.ts'

/** Whom a message points at, and how sure that is. */
export interface Who {
  telegram_id: number | string
  proof: IdentityProof
  name: string
  username?: string
}

/** Marks the answer of the user picker; unique within its message is all that Telegram asks for. */
const PICKER_REQUEST = 1

/** Question 1: who. By Telegram's picker, a forwarded message, a contact or the typed numeric id. */
export async function askWho(
  dialogue: Dialogue,
  ports: OnboardingPorts,
  answers: Answers,
): Promise<Outcome<Who & { telegram_id: number }>> {
  const { words } = dialogue
  const keyboard = new Keyboard()
    .requestUsers(words.say('questions.pick_label'), PICKER_REQUEST, {
      user_is_bot: false,
      max_quantity: 1,
      request_name: true,
      request_username: true,
    })
    .row()
    .text('/cancel')
    .resized()
  return ask<Who & { telegram_id: number }>(dialogue, {
    text: words.html('questions.who'),
    keyboard,
    accept: async (input) => {
      if (input.kind !== 'message') return { ok: false, text: words.html('questions.who_unclear') }
      const found = whoOf(words, input.ctx.message)
      if ('problem' in found) return { ok: false, text: found.problem }
      if (found.telegram_id === input.ctx.me.id)
        return { ok: false, text: words.html('questions.that_is_me') }
      const scope = scopeOf(dialogue)
      const checked = await dialogue.talk.external(() =>
        ports.validate(scope, { key: 'telegram_id', value: found.telegram_id, answers }),
      )
      if (!checked.ok) return { ok: false, text: h`${checked.text}` }
      const { telegram_id } = found
      if (checked.violations.length > 0 || typeof telegram_id !== 'number') {
        return { ok: false, text: violationsHtml(words, checked.violations) }
      }
      const started = await dialogue.talk.external(() => ports.hasStarted(scope, telegram_id))
      return { ok: true, value: { ...found, telegram_id, proof: started ? 'started' : found.proof } }
    },
  })
}

function whoOf(words: Words, message: Message | undefined): Who | { problem: Html } {
  if (message?.users_shared !== undefined) {
    const [user] = message.users_shared.users
    if (user === undefined || message.users_shared.request_id !== PICKER_REQUEST) {
      return { problem: words.html('questions.who_unclear') }
    }
    return who(user.user_id, 'picker', user)
  }
  const origin = message?.forward_origin
  if (origin !== undefined) {
    if (origin.type === 'hidden_user') return { problem: originHidden(words, origin.sender_user_name) }
    if (origin.type !== 'user') return { problem: words.html('questions.origin_not_a_person') }
    if (origin.sender_user.is_bot) return { problem: words.html('questions.origin_is_a_bot') }
    return who(origin.sender_user.id, 'forward', origin.sender_user)
  }
  if (message?.contact !== undefined) {
    const { contact } = message
    if (contact.user_id === undefined) return { problem: words.html('questions.contact_without_id') }
    return who(contact.user_id, 'contact', contact)
  }
  const text = message?.text?.trim()
  if (text === undefined) return { problem: words.html('questions.who_unclear') }
  if (text.startsWith('@')) return { problem: words.html('questions.username_is_no_id') }
  // Whatever was typed goes to the worker, so that chat and terminal refuse it in the same words.
  return { telegram_id: /^[0-9]{1,16}$/.test(text) ? Number(text) : text, proof: 'typed', name: '' }
}

function who(
  id: number,
  proof: IdentityProof,
  user: { first_name?: string; last_name?: string; username?: string },
): Who {
  const name = [user.first_name, user.last_name].filter((part) => part !== undefined && part !== '').join(' ')
  return { telegram_id: id, proof, name, ...(user.username === undefined ? {} : { username: user.username }) }
}
