import type { Context } from 'grammy'
import { OPTIONAL_KEYS } from '../src/domain/person.ts'
import { EMPTY, h } from '../src/texts/chat/html.ts'
import { label } from '../src/texts/chat/questions.ts'
import { violationsHtml } from '../src/texts/chat/violations.ts'
import type { AllWords } from '../src/texts/words.ts'
import type { Talk } from './context.ts'
import { ask, beginDialogue, button, type Choice, type Dialogue, type Outcome, scopeOf } from './dialogue.ts'
import type { Answers, OnboardingOptions, OnboardingPorts } from './ports.ts'
import { grid } from './questions/choices.ts'
import { askField, type FieldKey, isFieldKey } from './questions/fields.ts'
import { askOsUser } from './questions/os-user.ts'
import { askRole } from './questions/role.ts'
import { askWho } from './questions/who.ts'

export const EDIT_ANSWER = 'edit-answer'

/** The draft that is edited and the card that shows it. Plain JSON: it is stored with the dialogue. */
export interface EditedDraft {
  requestId: number
  cardId: string
  answers: Answers
}

type Key = 'telegram_id' | 'os_user' | 'role' | FieldKey
const KEYS: readonly Key[] = [...(['telegram_id', 'os_user', 'role', 'name'] as const), ...OPTIONAL_KEYS]

/** `[Edit]` on a review card: opens one answer again and drafts anew in place of the old draft. */
export function createEditAnswer(
  all: AllWords,
  ports: OnboardingPorts,
): (talk: Talk, ctx: Context, draft: EditedDraft) => Promise<void> {
  return async function editAnswer(talk, ctx, draft) {
    const dialogue = await beginDialogue(all, talk, ctx)
    const { words } = dialogue
    const scope = scopeOf(dialogue)
    const begun = await talk.external(() => ports.options(scope))
    if (!begun.ok) {
      await ctx.reply(begun.text)
      return
    }
    let answers = draft.answers
    for (;;) {
      const which = await ask<Key>(dialogue, {
        text: words.html('questions.which_answer'),
        rows: grid(KEYS.map((key) => choiceOf(dialogue, key))),
        accept: async (input) =>
          input.kind === 'choice'
            ? { ok: true, value: input.value as Key }
            : { ok: false, text: words.html('dialogue.use_a_button') },
      })
      if (which.kind !== 'answer') {
        await dialogue.ctx.reply(words.say('questions.edit_ended'), {
          reply_markup: { remove_keyboard: true },
        })
        return
      }
      const outcome = await askAgain(which.value, dialogue, ports, begun.options, answers)
      if (outcome.kind === 'cancel') {
        await dialogue.ctx.reply(words.say('questions.edit_ended'), {
          reply_markup: { remove_keyboard: true },
        })
        return
      }
      if (outcome.kind === 'back') continue
      answers = outcome.value
      const target = { requestId: draft.requestId, cardId: draft.cardId }
      const now = scopeOf(dialogue)
      const changed = answers
      const drafted = await talk.external(() => ports.draft(now, changed, target))
      if (drafted.ok) {
        await dialogue.ctx.reply(words.say('questions.edited'), { reply_markup: { remove_keyboard: true } })
        return
      }
      dialogue.noted =
        drafted.violations.length > 0 ? violationsHtml(words, drafted.violations) : h`${drafted.text}`
    }
  }
}

function choiceOf(dialogue: Dialogue, key: Key): Choice {
  if (key === 'telegram_id') return button(dialogue, 'questions.person_label', key)
  return { label: label(dialogue.words, key), value: key }
}

async function askAgain(
  key: Key,
  dialogue: Dialogue,
  ports: OnboardingPorts,
  options: OnboardingOptions,
  answers: Answers,
): Promise<Outcome<Answers>> {
  dialogue.noted = EMPTY
  if (key === 'telegram_id') {
    const { telegram_id: _, proof: __, ...others } = answers
    const outcome = await askWho(dialogue, ports, others)
    if (outcome.kind !== 'answer') return outcome
    const { telegram_id, proof } = outcome.value
    return { kind: 'answer', value: { ...others, telegram_id, proof } }
  }
  if (key === 'os_user') {
    const outcome = await askOsUser(dialogue, ports, { answers, options, suggestFrom: answers.name ?? '' })
    return outcome.kind === 'answer' ? { kind: 'answer', value: { ...answers, ...outcome.value } } : outcome
  }
  if (key === 'role') {
    const outcome = await askRole(dialogue, options)
    return outcome.kind === 'answer'
      ? { kind: 'answer', value: { ...answers, role: outcome.value } }
      : outcome
  }
  if (!isFieldKey(key)) throw new Error(`cannot ask for ${key}: there is no such question`)
  return askField(dialogue, ports, key, { answers, options, suggestedName: answers.name ?? '' })
}
