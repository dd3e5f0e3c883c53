import { type BigIntStats, lstatSync } from 'node:fs'
import type { RosterEntry } from '../../domain/person.ts'
import { hasSettled, versionOf } from './file-version.ts'

export type RosterReading = { ok: true; people: readonly ListedPerson[] } | { ok: false; why: string }

/** `exactId` false: the Telegram id is text in the file; such an entry names the id but gives no privilege. */
export interface ListedPerson {
  entry: RosterEntry
  exactId: boolean
}

/** The roster as it is now. */
export type RosterView = () => Promise<RosterReading>

/**
 * Reads the roster through `read` whenever the file is another one than last time (device, inode, size, owner, mode,
 * times), so that many small requests do not cost a parse each. Only a good reading is kept.
 */
export function createRosterView(file: string, read: RosterView, clock: () => number = Date.now): RosterView {
  let known: { version: string; reading: RosterReading } | null = null
  return async () => {
    const before = look(file)
    if (before !== null && known?.version === versionOf(before)) return known.reading
    const reading = await read()
    const after = look(file)
    const settled =
      before !== null &&
      after !== null &&
      versionOf(before) === versionOf(after) &&
      hasSettled(before, clock())
    known = settled && reading.ok ? { version: versionOf(before), reading } : null
    return reading
  }
}

function look(file: string): BigIntStats | null {
  try {
    return lstatSync(file, { bigint: true })
  } catch {
    return null // reading it says why
  }
}
