import { Keyboard } from 'grammy'
import type { Message } from 'grammy/types'
import type { IdentityProof } from '../../src/domain/person.ts'
import { type Html, h } from '../../src/texts/chat/html.ts'
import * as texts from '../../src/texts/chat/questions.ts'
import { violationsHtml } from '../../src/texts/chat/violations.ts'
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
  const keyboard = new Keyboard()
    .requestUsers(texts.PICK_LABEL, PICKER_REQUEST, {
      user_is_bot: false,
      max_quantity: 1,
      request_name: true,
      request_username: true,
    })
    .row()
    .text('/cancel')
    .resized()
  return ask<Who & { telegram_id: number }>(dialogue, {
    text: texts.askWho,
    keyboard,
    accept: async (input) => {
      if (input.kind !== 'message') return { ok: false, text: texts.whoUnclear }
      const found = whoOf(input.ctx.message)
      if ('problem' in found) return { ok: false, text: found.problem }
      const scope = scopeOf(dialogue)
      const checked = await dialogue.talk.external(() =>
        ports.validate(scope, { key: 'telegram_id', value: found.telegram_id, answers }),
      )
      if (!checked.ok) return { ok: false, text: h`${checked.text}` }
      const { telegram_id } = found
      if (checked.violations.length > 0 || typeof telegram_id !== 'number') {
        return { ok: false, text: violationsHtml(checked.violations) }
      }
      const started = await dialogue.talk.external(() => ports.hasStarted(scope, telegram_id))
      return { ok: true, value: { ...found, telegram_id, proof: started ? 'started' : found.proof } }
    },
  })
}

function whoOf(message: Message | undefined): Who | { problem: Html } {
  if (message?.users_shared !== undefined) {
    const [user] = message.users_shared.users
    if (user === undefined || message.users_shared.request_id !== PICKER_REQUEST) {
      return { problem: texts.whoUnclear }
    }
    return who(user.user_id, 'picker', user)
  }
  const origin = message?.forward_origin
  if (origin !== undefined) {
    if (origin.type === 'hidden_user') return { problem: texts.originHidden(origin.sender_user_name) }
    if (origin.type !== 'user') return { problem: texts.originNotAPerson }
    if (origin.sender_user.is_bot) return { problem: texts.originIsABot }
    return who(origin.sender_user.id, 'forward', origin.sender_user)
  }
  if (message?.contact !== undefined) {
    const { contact } = message
    if (contact.user_id === undefined) return { problem: texts.contactWithoutId }
    return who(contact.user_id, 'contact', contact)
  }
  const text = message?.text?.trim()
  if (text === undefined) return { problem: texts.whoUnclear }
  if (text.startsWith('@')) return { problem: texts.usernameIsNoId }
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
