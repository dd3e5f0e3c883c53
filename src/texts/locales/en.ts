import { accessEn } from './en/access.ts'
import { commandsEn } from './en/commands.ts'
import { denyEn } from './en/deny.ts'
import { dialogueEn } from './en/dialogue.ts'
import { inviteEn } from './en/invite.ts'
import { languageEn } from './en/language.ts'
import { questionsEn } from './en/questions.ts'
import { tapsEn } from './en/taps.ts'
import { tellingEn } from './en/telling.ts'

/** English: the texts that every other language is compared with. */
export const en = {
  ...accessEn,
  ...commandsEn,
  ...denyEn,
  ...dialogueEn,
  ...inviteEn,
  ...languageEn,
  ...questionsEn,
  ...tapsEn,
  ...tellingEn,
} as const
