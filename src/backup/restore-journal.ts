import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync, renameSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isThere, sync, writeNew } from './files.ts'

/**
 * One thing that a restore changes, by renaming alone: what stands at `target` goes to `aside`, and `source`, which lies ready in
 * the same file system, takes its place. Without a source nothing does; with `fresh` an empty folder.
 */
export interface Move {
  target: string
  source: string | null
  aside: string
  /** Names that belong to the target: a database's log. */
  with?: readonly string[]
  fresh?: { uid: number; gid: number; mode: number }
}

export interface RestoreJournal {
  format: 1
  /** What all names of this restore end with. */
  stamp: string
  moves: Move[]
}

/** A restore that has begun to change things and has not said that it is done. */
export function journalOf(state: string): string {
  return join(state, 'restore.json')
}
/** What the last restore changed: what `--undo` goes by. */
export function recordOf(state: string): string {
  return join(state, 'restored.json')
}

/** The journal in this file, null when there is none. Throws when it is not its owner's alone or cannot be read. */
export function readJournal(file: string, owners: readonly number[]): RestoreJournal | null {
  const stat = lstatSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return null
  if (!stat.isFile() || !owners.includes(stat.uid) || (stat.mode & 0o077) !== 0) {
    throw new Error(`cannot trust ${file}: it must be a plain file of ours, mode 0600`)
  }
  const journal = JSON.parse(readFileSync(file, 'utf8')) as RestoreJournal
  if (journal.format !== 1 || !Array.isArray(journal.moves)) throw new Error(`cannot read ${file}`)
  return journal
}

/** From here on the restore is going to be finished, by whoever comes first. */
export function beginJournal(state: string, journal: RestoreJournal): void {
  const file = journalOf(state)
  if (isThere(`${file}.new`)) unlinkSync(`${file}.new`)
  writeNew(`${file}.new`, `${JSON.stringify(journal, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
  sync(state)
}

/**
 * Makes every move that was not made yet, and keeps the journal as the record. Safe to repeat after a kill anywhere: which moves were
 * made shows in what is where.
 */
export function finishJournal(state: string, journal: RestoreJournal): void {
  for (const move of journal.moves) make(move)
  renameSync(journalOf(state), recordOf(state))
  sync(state)
}

function make({ target, source, aside, with: belonging = [], fresh }: Move): void {
  const pending = source === null ? !isThere(aside) : isThere(source)
  if (pending) {
    if (isThere(target) && !isThere(aside)) {
      // What belongs to it first: a database that has its name must not find another one's log.
      for (const suffix of belonging) {
        if (isThere(`${target}${suffix}`)) renameSync(`${target}${suffix}`, `${aside}${suffix}`)
      }
      renameSync(target, aside)
      sync(dirname(target))
    }
    if (source !== null) {
      renameSync(source, target)
      sync(dirname(target))
    }
  }
  if (fresh !== undefined && !isThere(target)) {
    mkdirSync(target, { mode: 0o700 })
    chownSync(target, fresh.uid, fresh.gid)
    chmodSync(target, fresh.mode)
    sync(dirname(target))
  }
}
