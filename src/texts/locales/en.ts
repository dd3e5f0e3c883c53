import { commandsEn } from './en/commands.ts'
import { dialogueEn } from './en/dialogue.ts'
import { errorsEn } from './en/errors.ts'
import { fieldsEn } from './en/fields.ts'
import { languageEn } from './en/language.ts'
import { peopleEn } from './en/people.ts'
import { questionsEn } from './en/questions.ts'
import { smallEn } from './en/small.ts'
import { tapsEn } from './en/taps.ts'
import { violationsEn } from './en/violations.ts'

/** English: the texts that every other language is compared with. */
export const en = {
  ...commandsEn,
  ...dialogueEn,
  ...errorsEn,
  ...fieldsEn,
  ...languageEn,
  ...peopleEn,
  ...questionsEn,
  ...smallEn,
  ...tapsEn,
  ...violationsEn,
} as const
