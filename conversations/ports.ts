import type { InheritedKey, OnboardAnswers } from '../src/domain/person.ts'
import type { Note } from '../src/domain/step.ts'
import type { Violation } from '../src/domain/violation.ts'
import type { Language } from '../src/texts/languages.ts'

/** On whose behalf and for which update a port is called; repeated with the same scope it must be safe. */
export interface Scope {
  telegramId: number
  updateId: number
  /** What words for people are in. */
  language: Language
}

/** The answers so far. A key that is absent was not asked yet, or is inherited. */
export type Answers = Partial<OnboardAnswers>
export type AnswerKey = keyof OnboardAnswers
export type AnswerValue = string | number | boolean | string[]

export interface OnboardingOptions {
  /** Every role that can be given, with one line on what it may do. */
  roles: { name: string; line: string }[]
  inherited: Record<InheritedKey, string | number | null>
  /** In single-user mode the only account there is. */
  ownOsUser: string | null
}

export interface AccountCheck {
  os_user: string
  exists: boolean
  can_create: boolean
  can_adopt: boolean
  create_violations: Violation[]
  adopt_violations: Violation[]
  power: Note[]
}

/** What did not work, in words for people. */
export interface NotAnswered {
  ok: false
  text: string
}

export type Drafted = { ok: true; requestId: number } | (NotAnswered & { violations: Violation[] })

/**
 * What a dialogue needs from outside; the bot supplies it over the worker. All answers are plain JSON, because they are
 * stored and replayed; nothing throws for what can go wrong. Not for sending messages.
 */
export interface OnboardingPorts {
  options(scope: Scope): Promise<{ ok: true; options: OnboardingOptions } | NotAnswered>
  checkAccounts(
    scope: Scope,
    wish: { osUsers: string[]; telegramId: number },
  ): Promise<{ ok: true; checks: AccountCheck[] } | NotAnswered>
  /** What the worker finds wrong with one answer, beside the others given so far. Changes nothing. */
  validate(
    scope: Scope,
    candidate: { key: AnswerKey; value: AnswerValue; answers: Answers },
  ): Promise<{ ok: true; violations: Violation[] } | NotAnswered>
  /** Whether this Telegram user wrote to the bot themself. */
  hasStarted(scope: Scope, telegramId: number): Promise<boolean>
  /** Drafts the request and sees to its review card; `replaces` names the draft and the card that were edited. */
  draft(
    scope: Scope,
    answers: Answers,
    replaces: { requestId: number; cardId: string } | null,
  ): Promise<Drafted>
}
