import { approverEn } from './en/approver.ts'
import { commandsEn } from './en/commands.ts'
import { denyEn } from './en/deny.ts'
import { dialogueEn } from './en/dialogue.ts'
import { languageEn } from './en/language.ts'
import { questionsEn } from './en/questions.ts'
import { tapsEn } from './en/taps.ts'
import { witnessEn } from './en/witness.ts'

/** English: the texts that every other language is compared with. */
export const en = {
  ...approverEn,
  ...commandsEn,
  ...denyEn,
  ...dialogueEn,
  ...languageEn,
  ...questionsEn,
  ...tapsEn,
  ...witnessEn,
} as const
