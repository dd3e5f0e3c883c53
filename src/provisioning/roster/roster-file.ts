import type { StepFailure } from '../../domain/step.ts'
import type { FileIdentity, FileOutcome, SafeFiles } from '../host/files/safe-files.ts'
import type { ParseRoster, RosterPerson } from './parse.ts'
import { ROSTER_LIMIT_BYTES } from './parse.ts'
import { createRememberedParse } from './remembered-parse.ts'

/** The roster file of this installation: read whole, edited as text under a lock. */
export interface RosterFile {
  /** A roster that cannot be used is `roster_unusable` with the path and why, never an empty one. */
  read(): Promise<FileOutcome<{ text: string; people: readonly RosterPerson[] }>>
  /**
   * Reads it under the lock and writes what `change` makes of it, unless that is `null` (nothing to write) or a failure. One
   * at a time on the host; the file is replaced atomically and keeps owner and mode.
   */
  edit<T extends object>(change: RosterChange<T>): Promise<FileOutcome<T>>
}

export type RosterChange<T extends object> = (roster: {
  text: string
  people: readonly RosterPerson[]
  /** Knows what it parsed lately: for `appendEntry` and `removeEntry`. */
  parse: ParseRoster
}) => FileOutcome<{ text: string | null } & T>

/** What an owner of the lock does; `createHost` supplies it. */
export type WithLock = <T extends object>(work: () => Promise<FileOutcome<T>>) => Promise<FileOutcome<T>>

/**
 * `owners`: who may own the file: root, and in single-user mode the caller. `parse` may know the text already: parsing a long
 * roster is what a start would else spend most of its time on.
 */
export function createRosterFile(
  files: Pick<SafeFiles, 'readTrusted' | 'replaceTrusted' | 'discardReplacement'>,
  withLock: WithLock,
  path: string,
  owners: number[],
  parse: ParseRoster = createRememberedParse(),
): RosterFile {
  // Most reads find the text of the last one.
  let last: { text: string; people: readonly RosterPerson[] } | null = null
  let queue: Promise<unknown> = Promise.resolve()

  async function read(): Promise<
    FileOutcome<{ text: string; people: readonly RosterPerson[]; identity: FileIdentity }>
  > {
    const options = { maxBytes: ROSTER_LIMIT_BYTES, allowedOwners: owners }
    const file = await files.readTrusted(path, options)
    if (!file.ok) return { ok: false, failure: unusable(path, file.failure) }
    const { text, identity } = file
    if (last?.text !== text) {
      const parsed = parse(text)
      if (!parsed.ok) {
        return { ok: false, failure: { code: 'roster_unusable', params: { path, why: parsed.why } } }
      }
      const people = parsed.people.map(frozen)
      Object.freeze(people)
      last = { text, people }
    }
    return { ok: true, text, people: last.people, identity }
  }

  async function editLocked<T extends object>(change: RosterChange<T>): Promise<FileOutcome<T>> {
    const roster = await read()
    if (!roster.ok) return roster
    const discarded = await files.discardReplacement(path)
    if (!discarded.ok) return discarded
    const changed = change({ text: roster.text, people: roster.people, parse })
    if (!changed.ok || changed.text === null) return changed
    const written = await files.replaceTrusted(path, roster.identity, changed.text)
    return written.ok ? changed : written
  }

  return {
    read,
    edit(change) {
      const result = queue.then(() => withLock(() => editLocked(change)))
      queue = result.catch(() => {})
      return result
    },
  }
}

/** What is parsed once is shared by all who read it. */
function frozen(person: RosterPerson): RosterPerson {
  for (const value of Object.values(person.entry)) if (typeof value === 'object') Object.freeze(value)
  Object.freeze(person.entry)
  return Object.freeze(person)
}

function unusable(path: string, failure: StepFailure): StepFailure {
  if (failure.code !== 'path_unsafe') return failure
  const { why } = failure.params ?? {}
  const where = failure.params?.['path']
  const text = where === undefined || where === path ? `${why}` : `${where}: ${why}`
  return {
    code: 'roster_unusable',
    params: { path, why: text },
    ...(failure.detail ? { detail: failure.detail } : {}),
  }
}
