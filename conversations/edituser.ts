import type { Context } from 'grammy'
import {
  changedKeys,
  ENTRY_KEYS,
  type EntryKey,
  type IdentityProof,
  type RosterEntry,
} from '../src/domain/person.ts'
import type { Violation } from '../src/domain/violation.ts'
import { EMPTY, h } from '../src/texts/chat/html.ts'
import { editMenu } from '../src/texts/chat/people.ts'
import { label } from '../src/texts/chat/questions.ts'
import { violationsHtml } from '../src/texts/chat/violations.ts'
import type { AllWords } from '../src/texts/words.ts'
import type { Talk } from './context.ts'
import { ask, beginDialogue, button, type Dialogue, type Outcome, scopeOf } from './dialogue.ts'
import type { Answers, Drafted, NotAnswered, OnboardingOptions, OnboardingPorts, Scope } from './ports.ts'
import { column, grid } from './questions/choices.ts'
import { askField, isFieldKey } from './questions/fields.ts'
import { askRole } from './questions/role.ts'
import { ABSENT, askText } from './questions/text-answer.ts'
import { askWho } from './questions/who.ts'

export const EDITUSER = 'edituser'

/** Whom: an OS user or a Telegram id in decimal. Plain JSON: it is stored with the dialogue. */
export interface Edited {
  who: string
}

/** What the dialogue needs beside the questions of an onboarding. */
export interface EditPorts {
  person(scope: Scope, who: string): Promise<{ ok: true; entry: RosterEntry } | NotAnswered>
  /** The ports of the questions, which ask whether an answer would do for this person. */
  forPerson(telegramId: number): OnboardingPorts
  /** Drafts the edit and sees to its review card. */
  draft(scope: Scope, wish: Wish): Promise<Drafted>
}

/** An entry as it is and as it shall be. */
export interface Wish {
  before: RosterEntry
  after: RosterEntry
  /** How a new Telegram id is known to be theirs. */
  proof: IdentityProof
}

/**
 * `/edituser NAME`: a menu of every field with what it says; each can be opened, and is checked by the worker at once. It
 * drafts a request; the review card does the rest.
 */
export function createEdituser(
  all: AllWords,
  ports: EditPorts,
): (talk: Talk, ctx: Context, edited: Edited) => Promise<void> {
  return async function edituser(talk, ctx, { who }) {
    const dialogue = await beginDialogue(all, talk, ctx)
    const { words } = dialogue
    const scope = scopeOf(dialogue)
    const found = await talk.external(() => ports.person(scope, who))
    if (!found.ok) return say(dialogue, found.text)
    const before = found.entry
    const asking = ports.forPerson(before.telegram_id)
    const begun = await talk.external(() => asking.options(scope))
    if (!begun.ok) return say(dialogue, begun.text)
    let after = before
    let proof: IdentityProof = 'typed'
    for (;;) {
      const picked = await askWhich(dialogue, before, after)
      if (picked.kind !== 'answer') return say(dialogue, words.say('people.edit_ended'))
      if (picked.value !== 'done') {
        const outcome = await askOne(picked.value, dialogue, asking, begun.options, after)
        if (outcome.kind === 'cancel') return say(dialogue, words.say('people.edit_ended'))
        if (outcome.kind === 'back') continue
        after = outcome.value.entry
        proof = outcome.value.proof ?? proof
        continue
      }
      const now = scopeOf(dialogue)
      const wish = { before, after, proof }
      const drafted = await talk.external(() => ports.draft(now, wish))
      if (drafted.ok) return say(dialogue, words.say('people.edit_drafted'))
      dialogue.noted = refusal(dialogue, drafted)
    }
  }
}

function refusal({ words }: Dialogue, { violations, text }: { violations: Violation[]; text: string }) {
  return violations.length > 0 ? violationsHtml(words, violations) : h`${text}`
}

async function askWhich(
  dialogue: Dialogue,
  before: RosterEntry,
  after: RosterEntry,
): Promise<Outcome<EntryKey | 'done'>> {
  const { words } = dialogue
  const isChanged = changedKeys(before, after).length > 0
  return ask<EntryKey | 'done'>(dialogue, {
    text: editMenu(words, before, after),
    rows: [
      ...(isChanged ? column([button(dialogue, 'people.edit_done_label', 'done')]) : []),
      ...grid(ENTRY_KEYS.map((key) => ({ label: label(words, key), value: key }))),
    ],
    accept: async (input) =>
      input.kind === 'choice'
        ? { ok: true, value: input.value as EntryKey | 'done' }
        : { ok: false, text: words.html('dialogue.use_a_button') },
  })
}

/** An entry with one answer more, and how a new Telegram id is known. */
interface Answered {
  entry: RosterEntry
  proof?: IdentityProof
}

async function askOne(
  key: EntryKey,
  dialogue: Dialogue,
  ports: OnboardingPorts,
  options: OnboardingOptions,
  entry: RosterEntry,
): Promise<Outcome<Answered>> {
  const { words } = dialogue
  dialogue.noted = EMPTY
  if (key === 'telegram_id') {
    const outcome = await askWho(dialogue, ports, {})
    if (outcome.kind !== 'answer') return outcome
    const { telegram_id, proof } = outcome.value
    await dialogue.ctx.reply(words.say('people.noted'), { reply_markup: { remove_keyboard: true } })
    return { kind: 'answer', value: { entry: { ...entry, telegram_id }, proof } }
  }
  if (key === 'role') return askOtherRole(dialogue, ports, options, entry)
  if (key === 'os_user') {
    const outcome = await askText<string>(
      dialogue,
      ports,
      {},
      {
        key,
        text: words.html('people.other_account'),
        buttons: [],
        read: (typed) => (typed === '' ? null : typed),
      },
    )
    if (outcome.kind !== 'answer') return outcome
    const os_user = outcome.value === ABSENT ? entry.os_user : outcome.value
    return { kind: 'answer', value: { entry: { ...entry, os_user } } }
  }
  if (!isFieldKey(key)) throw new Error(`cannot ask for ${key}: there is no such question`)
  const answers: Answers = { ...entry }
  const outcome = await askField(dialogue, ports, key, { answers, options, suggestedName: '' })
  return outcome.kind === 'answer'
    ? { kind: 'answer', value: { entry: outcome.value as RosterEntry } }
    : outcome
}

async function askOtherRole(
  dialogue: Dialogue,
  ports: OnboardingPorts,
  options: OnboardingOptions,
  entry: RosterEntry,
): Promise<Outcome<Answered>> {
  const outcome = await askRole(dialogue, options)
  if (outcome.kind !== 'answer') return outcome
  const role = outcome.value
  const scope = scopeOf(dialogue)
  const checked = await dialogue.talk.external(() =>
    ports.validate(scope, { key: 'role', value: role, answers: {} }),
  )
  if (checked.ok && checked.violations.length === 0) {
    return { kind: 'answer', value: { entry: { ...entry, role } } }
  }
  dialogue.noted = checked.ok ? violationsHtml(dialogue.words, checked.violations) : h`${checked.text}`
  return { kind: 'back' }
}

async function say(dialogue: Dialogue, text: string): Promise<void> {
  await dialogue.ctx.reply(text, { reply_markup: { remove_keyboard: true } })
}
