import { errorsEn } from './en/errors.ts'
import { fieldsEn } from './en/fields.ts'
import { languageEn } from './en/language.ts'
import { peopleEn } from './en/people.ts'
import { smallEn } from './en/small.ts'
import { violationsEn } from './en/violations.ts'

/** English: the texts that every other language is compared with. */
export const en = {
  ...errorsEn,
  ...fieldsEn,
  ...languageEn,
  ...peopleEn,
  ...smallEn,
  ...violationsEn,
} as const
