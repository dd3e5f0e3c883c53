import { aboutEn } from './en/about.ts'
import { accessEn } from './en/access.ts'
import { approverEn } from './en/approver.ts'
import { cardsEn } from './en/cards.ts'
import { commandsEn } from './en/commands.ts'
import { denyEn } from './en/deny.ts'
import { dialogueEn } from './en/dialogue.ts'
import { differencesEn } from './en/differences.ts'
import { editsEn } from './en/edits.ts'
import { errorsEn } from './en/errors.ts'
import { factorsEn } from './en/factors.ts'
import { failuresEn } from './en/failures.ts'
import { fieldsEn } from './en/fields.ts'
import { findingsEn } from './en/findings.ts'
import { historyEn } from './en/history.ts'
import { inviteEn } from './en/invite.ts'
import { languageEn } from './en/language.ts'
import { notesEn } from './en/notes.ts'
import { peopleEn } from './en/people.ts'
import { questionsEn } from './en/questions.ts'
import { requestsEn } from './en/requests.ts'
import { runsEn } from './en/runs.ts'
import { smallEn } from './en/small.ts'
import { tapsEn } from './en/taps.ts'
import { tellingEn } from './en/telling.ts'
import { violationsEn } from './en/violations.ts'
import { witnessEn } from './en/witness.ts'

/** English: the texts that every other language is compared with. */
export const en = {
  ...aboutEn,
  ...accessEn,
  ...approverEn,
  ...cardsEn,
  ...commandsEn,
  ...denyEn,
  ...dialogueEn,
  ...differencesEn,
  ...editsEn,
  ...errorsEn,
  ...factorsEn,
  ...failuresEn,
  ...fieldsEn,
  ...findingsEn,
  ...historyEn,
  ...inviteEn,
  ...languageEn,
  ...notesEn,
  ...peopleEn,
  ...questionsEn,
  ...requestsEn,
  ...runsEn,
  ...smallEn,
  ...tapsEn,
  ...tellingEn,
  ...violationsEn,
  ...witnessEn,
} as const
