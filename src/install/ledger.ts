import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import type { InstallHost } from './context.ts'
import { JOURNAL_FILE, type Journal, type Made, PROGRAM_FOLDER, syncFolder, writeJournal } from './record.ts'

/** What an installation has made until now, in order. */
export interface Ledger {
  /** Durable when it returns; whoever calls makes the thing only then. Throws where it cannot be written. */
  note(made: Made): void
  readonly made: readonly Made[]
}

/** For a dry run: nothing is made, so nothing is written down. */
export const noLedger: Ledger = {
  note: () => {
    throw new Error('cannot make anything: this is a dry run')
  },
  made: [],
}

/** Where the program's folder is put together with its first journal, before it gets its name. */
const FRESH_FOLDER = '/opt/.usher.installing'

/**
 * Begins the journal of an installation. /opt/usher comes into being together with it, so that there is never a half-made one
 * of which nothing says whose it is.
 */
export function openLedger(host: InstallHost, start: Omit<Journal, 'format' | 'made'>): Ledger {
  const { root } = host
  const made: Made[] = []
  const journal = (): Journal => ({ format: 1, ...start, made })
  const folder = `${root}${PROGRAM_FOLDER}`
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) {
    const above = dirname(folder)
    if (lstatSync(above, { throwIfNoEntry: false }) === undefined) {
      mkdirSync(above, { mode: 0o755 })
      made.push({ kind: 'folder', path: dirname(PROGRAM_FOLDER), goes: 'purge', contents: false })
    }
    made.push({ kind: 'folder', path: PROGRAM_FOLDER, goes: 'purge', contents: false })
    clearFresh(root)
    const fresh = `${root}${FRESH_FOLDER}`
    mkdirSync(fresh, { mode: 0o755 })
    writeJournal(journal(), root, fresh)
    renameSync(fresh, folder)
    syncFolder(above)
  } else writeJournal(journal(), root)
  return {
    made,
    note: (one) => {
      made.push(one)
      try {
        writeJournal(journal(), root)
      } catch (error) {
        made.pop()
        throw error
      }
    },
  }
}

/** Ends an installation under way, whatever became of it: its journal goes. */
export function closeLedger({ root }: InstallHost): void {
  for (const name of [JOURNAL_FILE, `${JOURNAL_FILE}.new`]) {
    if (lstatSync(`${root}${name}`, { throwIfNoEntry: false }) !== undefined) unlinkSync(`${root}${name}`)
  }
  clearFresh(root)
  if (lstatSync(`${root}${PROGRAM_FOLDER}`, { throwIfNoEntry: false }) !== undefined)
    syncFolder(`${root}${PROGRAM_FOLDER}`)
}

/** What an installation left that was killed before it had even a journal. */
function clearFresh(root: string): void {
  const fresh = `${root}${FRESH_FOLDER}`
  if (!lstatSync(fresh, { throwIfNoEntry: false })?.isDirectory()) return
  for (const name of readdirSync(fresh)) unlinkSync(`${fresh}/${name}`)
  rmdirSync(fresh)
}
