import type { Catalogue } from '../catalogue.ts'
import { accessDe } from './de/access.ts'
import { commandsDe } from './de/commands.ts'
import { denyDe } from './de/deny.ts'
import { dialogueDe } from './de/dialogue.ts'
import { inviteDe } from './de/invite.ts'
import { languageDe } from './de/language.ts'
import { questionsDe } from './de/questions.ts'
import { tapsDe } from './de/taps.ts'
import { tellingDe } from './de/telling.ts'

/** German. */
export const de: Catalogue = {
  ...accessDe,
  ...commandsDe,
  ...denyDe,
  ...dialogueDe,
  ...inviteDe,
  ...languageDe,
  ...questionsDe,
  ...tapsDe,
  ...tellingDe,
}
