import { initial } from './0001-initial.ts'
import { starts } from './0002-starts.ts'
import { reconciliations } from './0003-reconciliations.ts'

/** Numbered from 1 in order; one that was released is never edited. */
export const MIGRATIONS: readonly string[] = [initial, starts, reconciliations]
