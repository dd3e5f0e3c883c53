import { initial } from './0001-initial.ts'
import { starts } from './0002-starts.ts'
import { failedRuns } from './0003-failed-runs.ts'
import { audit } from './0004-audit.ts'
import { reconciliations } from './0005-reconciliations.ts'
import { listings } from './0006-listings.ts'
import { retention } from './0007-retention.ts'
import { access } from './0008-access.ts'
import { factors } from './0009-factors.ts'
import { witness } from './0010-witness.ts'
import { edits } from './0011-edits.ts'

/** Numbered from 1 in order; one that was released is never edited. */
export const MIGRATIONS: readonly string[] = [
  initial,
  starts,
  failedRuns,
  audit,
  reconciliations,
  listings,
  retention,
  access,
  factors,
  witness,
  edits,
]
