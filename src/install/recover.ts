import { complete, forgetJournal } from './complete.ts'
import type { InstallPorts, Removal } from './context.ts'
import { currentVersion } from './current-link.ts'
import { closeLedger } from './ledger.ts'
import { removeProgramFolders } from './program-folder.ts'
import { CURRENT_LINK, type Made, readJournal, readRecord } from './record.ts'
import { takeBack } from './take-back.ts'

/** What an earlier installation left, and what became of it. */
export interface HalfFinished {
  version: string
  at: string
  /** It had come as far as its last change, and was brought to its end; else it was taken back. */
  continued: boolean
  left: Removal[]
}

/**
 * What an earlier installation left that did not come to its end: taken back, or, where only its last line was missing, brought to
 * its end. Null where there is none.
 */
export async function recover(
  ports: Pick<InstallPorts, 'host' | 'onRemoval'>,
  dryRun: boolean,
): Promise<{ ok: true; found: HalfFinished | null } | { ok: false; message: string }> {
  const { host } = ports
  const journal = readJournal(host.root, host.owner)
  if (!journal.ok) return journal
  if (journal.value === null) {
    if (!dryRun) closeLedger(host)
    return { ok: true, found: null }
  }
  const record = readRecord(host.root, host.owner)
  if (!record.ok) return record
  const { id, version, at, made } = journal.value
  if (record.value?.id === id) {
    if (!dryRun) forgetJournal(host, made)
    return { ok: true, found: null }
  }
  // Services may have run since, and people may have come: that is not taken back any more.
  const continued =
    made.some(({ kind }) => kind === 'current') && currentVersion(`${host.root}${CURRENT_LINK}`) === version
  if (dryRun) return { ok: true, found: { version, at, continued, left: [] } }
  if (continued) {
    complete(host, journal.value, record.value, record.value?.by ?? 'install')
    return { ok: true, found: { version, at, continued, left: [] } }
  }
  return { ok: true, found: { version, at, continued, left: await takeBackJournal(ports, made) } }
}

/** Takes back everything that a journal names, and ends the journal; answers what could not be taken back. */
export async function takeBackJournal(
  { host, onRemoval }: Pick<InstallPorts, 'host' | 'onRemoval'>,
  made: readonly Made[],
): Promise<Removal[]> {
  const { removals, left } = await takeBack(host, made, { dryRun: false, onRemoval })
  closeLedger(host)
  removeProgramFolders(host, left)
  return removals.filter(({ state }) => state === 'kept' || state === 'failed')
}
