import type { Catalogue } from '../catalogue.ts'
import { aboutDe } from './de/about.ts'
import { accessDe } from './de/access.ts'
import { approverDe } from './de/approver.ts'
import { cardsDe } from './de/cards.ts'
import { commandsDe } from './de/commands.ts'
import { denyDe } from './de/deny.ts'
import { dialogueDe } from './de/dialogue.ts'
import { differencesDe } from './de/differences.ts'
import { editsDe } from './de/edits.ts'
import { errorsDe } from './de/errors.ts'
import { factorsDe } from './de/factors.ts'
import { failuresDe } from './de/failures.ts'
import { fieldsDe } from './de/fields.ts'
import { findingsDe } from './de/findings.ts'
import { historyDe } from './de/history.ts'
import { inviteDe } from './de/invite.ts'
import { languageDe } from './de/language.ts'
import { notesDe } from './de/notes.ts'
import { peopleDe } from './de/people.ts'
import { questionsDe } from './de/questions.ts'
import { requestsDe } from './de/requests.ts'
import { runsDe } from './de/runs.ts'
import { smallDe } from './de/small.ts'
import { tapsDe } from './de/taps.ts'
import { tellingDe } from './de/telling.ts'
import { violationsDe } from './de/violations.ts'
import { witnessDe } from './de/witness.ts'

/** German. */
export const de: Catalogue = {
  ...aboutDe,
  ...accessDe,
  ...approverDe,
  ...cardsDe,
  ...commandsDe,
  ...denyDe,
  ...dialogueDe,
  ...differencesDe,
  ...editsDe,
  ...errorsDe,
  ...factorsDe,
  ...failuresDe,
  ...fieldsDe,
  ...findingsDe,
  ...historyDe,
  ...inviteDe,
  ...languageDe,
  ...notesDe,
  ...peopleDe,
  ...questionsDe,
  ...requestsDe,
  ...runsDe,
  ...smallDe,
  ...tapsDe,
  ...tellingDe,
  ...violationsDe,
  ...witnessDe,
}
