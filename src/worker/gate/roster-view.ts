import { lstatSync } from 'node:fs'
import type { RosterEntry } from '../../domain/person.ts'

export type RosterReading = { ok: true; people: ListedPerson[] } | { ok: false; why: string }

/** `exactId` false: the Telegram id is text in the file; such an entry names the id but gives no privilege. */
export interface ListedPerson {
  entry: RosterEntry
  exactId: boolean
}

/** The roster as it is now. */
export type RosterView = () => Promise<RosterReading>

/** As for passwd: a file that changed this recently may change again without a visible difference. */
const SETTLED_MS = 50

/**
 * Reads the roster through `read` whenever the file is another one than last time (device, inode, size, owner, mode,
 * times), so that many small requests do not cost a parse each. Only a good reading is kept.
 */
export function createRosterView(file: string, read: RosterView, clock: () => number = Date.now): RosterView {
  let known: { identity: string; reading: RosterReading } | null = null
  return async () => {
    const before = identityOf(file)
    if (before !== null && known?.identity === before.identity) return known.reading
    const reading = await read()
    const after = identityOf(file)
    const settled =
      before !== null && before.identity === after?.identity && clock() - before.changedAt > SETTLED_MS
    known = settled && reading.ok ? { identity: before.identity, reading } : null
    return reading
  }
}

function identityOf(file: string): { identity: string; changedAt: number } | null {
  try {
    const { dev, ino, size, uid, gid, mode, mtimeNs, ctimeNs, ctimeMs } = lstatSync(file, { bigint: true })
    return {
      identity: [dev, ino, size, uid, gid, mode, mtimeNs, ctimeNs].join(':'),
      changedAt: Number(ctimeMs),
    }
  } catch {
    return null // reading it says why
  }
}
