import { dirname } from 'node:path'
import type { PasswdEntry, PathFact } from '../../domain/facts.ts'
import type { Drift } from '../../domain/finding.ts'
import type { DirectoryOwner, DirectorySpec, Note, StepFailure } from '../../domain/step.ts'
import type { FileIdentity, FileOutcome } from '../host/files/safe-files.ts'
import { isSameObject } from '../host/files/same-object.ts'
import type { Host } from '../host/host.ts'
import type { StepContext, StepImplementation, UndoOutcome } from '../step-kind.ts'
import { byDiskCause } from './parts/disk-cause.ts'
import { identityOfEntry, ownerOf } from './parts/person-account.ts'
import { removeIfOurs } from './parts/remove-if-ours.ts'

const PRIVATE = 0o700
/** People pass through the roots to what is theirs and see nothing of the others. */
const ROOT_MODE = 0o711
const REMOVAL_TRIES = 2

/**
 * A directory that was absent when the run was about to make it. `identity` is known before root's get their final name,
 * and after a person's were made.
 */
type MadeDirectory = {
  path: string
  by: 'root' | 'person'
  /** The owner's uid; null for a data root, which is everybody's. */
  uid: number | null
  identity: FileIdentity | null
}
type DataDirsRecord = { marker: string; made: MadeDirectory[] }
type Context = StepContext<DataDirsRecord>

/** The person's folders under the data roots, and the workspace. What is there is checked and left as it is. */
export const dataDirs: StepImplementation<'data-dirs', DataDirsRecord> = {
  kind: 'data-dirs',
  deadlineMs: 60_000,

  async check(host, { osUser, directories }) {
    const notes: Note[] = []
    const drifts: Drift[] = []
    let blocked: StepFailure | null = null
    for (const spec of directories) {
      const fact = await host.files.stat(spec.path)
      if (fact.kind === 'absent') {
        drifts.push({ code: 'dir.missing', params: { path: spec.path }, repairable: true })
        notes.push(makeNote('dir.make', spec, osUser))
        continue
      }
      const owner = await ownerOf(host, spec.owner, osUser)
      blocked ??= owner.ok ? problemWith(spec.path, fact, owner.entry.uid) : owner.failure
      drifts.push(...directoryDrifts(spec, fact, owner.ok ? owner.entry : null))
      notes.push({ code: 'dir.exists', params: { path: spec.path } })
    }
    if (blocked !== null) return { state: 'blocked', failure: blocked, drifts }
    return { state: notes.every((note) => note.code === 'dir.exists') ? 'already' : 'differs', notes, drifts }
  },

  async apply(context, { osUser, directories }, record) {
    const made = new MadeDirectories(context, record)
    const notes: Note[] = []
    for (const spec of directories) {
      const owner = await ownerOf(context.host, spec.owner, osUser)
      if (!owner.ok) return { ok: false, failure: owner.failure, notes }
      const ensured =
        spec.madeBy === 'root'
          ? await ensureByRoot(context, made, spec, owner.entry)
          : await ensureByPerson(context, made, spec, owner.entry)
      if (!ensured.ok) return { ok: false, failure: ensured.failure, notes }
      notes.push(
        ensured.made
          ? makeNote('dir.made', spec, osUser)
          : { code: 'dir.exists', params: { path: spec.path } },
      )
    }
    return { ok: true, notes }
  },

  async undo(context, { osUser }, record) {
    return record === null ? { state: 'undone', notes: [] } : removeMade(context, osUser, record)
  },

  async verify({ host }, { osUser, directories }) {
    for (const spec of directories) {
      const owner = await ownerOf(host, spec.owner, osUser)
      const failure = owner.ok ? await problemOf(host, spec.path, owner.entry.uid) : owner.failure
      if (failure) return { ok: false, failure, notes: [] }
    }
    return { ok: true, notes: [] }
  },
}

/** The record while it grows; every change is committed. */
class MadeDirectories {
  readonly #context: Context
  #made: MadeDirectory[]

  constructor(context: Context, record: DataDirsRecord | null) {
    this.#context = context
    this.#made = record?.made ?? []
  }

  of(path: string): MadeDirectory | undefined {
    return this.#made.find((made) => made.path === path)
  }

  commit(...changed: MadeDirectory[]): void {
    for (const directory of changed) {
      this.#made = [...this.#made.filter((made) => made.path !== directory.path), directory]
    }
    this.#context.journal.commit({ marker: this.#context.run.marker, made: this.#made })
  }
}

async function ensureByRoot(
  context: Context,
  made: MadeDirectories,
  { path, purpose }: DirectorySpec,
  { uid, gid }: PasswdEntry,
): Promise<FileOutcome<{ made: boolean }>> {
  if (purpose !== 'workspace') {
    const us = process.getuid?.() ?? 0
    const root = await ensureOne(
      context,
      made,
      dirname(path),
      { uid: us, gid: process.getgid?.() ?? 0 },
      ROOT_MODE,
      null,
    )
    if (!root.ok) return root
  }
  return ensureOne(context, made, path, { uid, gid }, PRIVATE, uid)
}

async function ensureOne(
  { host, run }: Context,
  made: MadeDirectories,
  path: string,
  owner: { uid: number; gid: number },
  mode: number,
  uid: number | null,
): Promise<FileOutcome<{ made: boolean }>> {
  const parents = await host.files.checkParents(path)
  if (!parents.ok) return parents
  const fact = await host.files.stat(path)
  if (fact.kind !== 'absent') {
    const failure = await problemOf(host, path, owner.uid)
    return failure ? { ok: false, failure } : { ok: true, made: made.of(path) !== undefined }
  }
  made.commit({ path, by: 'root', uid, identity: null })
  const result = await host.files.makeDirectory(
    path,
    owner,
    mode,
    temporaryName(run.marker, path),
    (identity) => made.commit({ path, by: 'root', uid, identity }),
  )
  return result.ok ? { ok: true, made: true } : result
}

/** Inside a home root makes nothing: `mkdir` as that person does, for every component that is missing. */
async function ensureByPerson(
  { host, signal }: Context,
  made: MadeDirectories,
  { path }: DirectorySpec,
  entry: PasswdEntry,
): Promise<FileOutcome<{ made: boolean }>> {
  const missing: string[] = []
  for (let at = path; at !== '/' && (await host.files.stat(at)).kind === 'absent'; at = dirname(at))
    missing.unshift(at)
  if (missing.length > 0) {
    made.commit(...missing.map((at) => ({ path: at, by: 'person' as const, uid: entry.uid, identity: null })))
    const argv: [string, ...string[]] = ['/bin/mkdir', '-m', '0700', '--', ...missing]
    const result = await host.programs.runAsPerson(identityOfEntry(entry), argv, { signal })
    if (!result.ok) {
      const failure = await byDiskCause(result.failure, dirname(missing[0]!))
      return { ok: false, failure: notUsable(path, failure) }
    }
  }
  const unknown = [...missing, path]
    .map((at) => made.of(at))
    .filter((directory) => directory?.identity === null)
  const identified: MadeDirectory[] = []
  for (const directory of unknown) {
    const { identity } = await host.files.stat(directory!.path)
    if (identity) identified.push({ ...directory!, identity })
  }
  if (identified.length > 0) made.commit(...identified)
  const failure = await problemOf(host, path, entry.uid)
  return failure ? { ok: false, failure } : { ok: true, made: made.of(path) !== undefined }
}

/** Why a directory that is there cannot serve; it is never re-owned or re-moded. */
async function problemOf(host: Host, path: string, uid: number): Promise<StepFailure | null> {
  return problemWith(path, await host.files.stat(path), uid)
}

function problemWith(path: string, fact: PathFact, uid: number): StepFailure | null {
  const refuse = (reason: string, why: string): StepFailure => ({
    code: 'path_unsafe',
    params: { path, reason, why },
  })
  if (fact.kind === 'unreadable') return refuse(fact.errno, `the system refused (${fact.errno})`)
  if (fact.kind === 'absent') return refuse('missing', 'it is missing')
  if (fact.kind === 'symlink') return refuse('symlink', 'it is a symbolic link')
  if (fact.kind !== 'directory') return refuse('not_a_directory', 'it is not a folder')
  if (fact.uid !== uid) return refuse('owner', `it belongs to uid ${fact.uid} and not to ${uid}`)
  return (fact.mode & 0o022) === 0 ? null : refuse('writable_by_others', 'others can write to it')
}

/**
 * Everything that is not as the step makes it. Root's folders are closed to everybody else; one in a home, which the home closes,
 * is its person's to open, but never for writing. `in_home_of` says that root must not set it right under a path that this
 * person can change.
 */
function directoryDrifts(
  { path, madeBy }: DirectorySpec,
  fact: Exclude<PathFact, { kind: 'absent' }>,
  owner: PasswdEntry | null,
): Drift[] {
  const home: Drift['params'] = madeBy === 'person' && owner !== null ? { in_home_of: owner.name } : {}
  const drift = (code: Drift['code'], params: Drift['params']): Drift => ({
    code,
    params: { path, ...params },
    repairable: false,
  })
  if (fact.kind === 'unreadable') return [drift('dir.unreadable', { errno: fact.errno })]
  if (fact.kind !== 'directory') return [drift('dir.not_a_directory', { kind: fact.kind })]
  const isOpen = (fact.mode & (madeBy === 'root' ? 0o077 : 0o022)) !== 0 || (fact.mode & PRIVATE) !== PRIVATE
  const mode = fact.mode.toString(8).padStart(4, '0')
  const expected: Drift['params'] = owner === null ? {} : { expected: owner.name }
  return [
    ...(fact.uid === owner?.uid ? [] : [drift('dir.owner', { uid: fact.uid, ...expected, ...home })]),
    ...(isOpen ? [drift('dir.mode', { mode, expected: '0700', ...home })] : []),
  ]
}

/** Removed in reverse; what has something in it by now goes to the quarantine, the person's own things in a home stay. */
async function removeMade(context: Context, osUser: string, record: DataDirsRecord): Promise<UndoOutcome> {
  const { host } = context
  const notes: Note[] = []
  let kept = false
  for (const directory of record.made.toReversed()) {
    const { path } = directory
    const temporary = await host.files.removeTemporary(path, temporaryName(record.marker, path))
    // The parents of what a person made are not root's; there is nothing of root's beside it.
    if (!temporary.ok && directory.by === 'root' && temporary.failure.params?.['reason'] !== 'missing') {
      return { state: 'failed', failure: temporary.failure, notes }
    }
    const there = await host.files.stat(path)
    if (there.kind === 'absent') continue
    if (there.kind !== 'directory' || !isStillTheSame(there.identity, directory)) {
      notes.push({ code: 'dir.kept', params: { path } })
      kept = true
      continue
    }
    const outcome = await removeOne(context, osUser, { ...directory, identity: there.identity! })
    if ('failure' in outcome) return { state: 'failed', failure: outcome.failure, notes }
    notes.push(...outcome.notes)
    kept ||= outcome.kept
  }
  return { state: kept ? 'kept' : 'undone', notes }
}

type Removal = { kept: boolean; notes: Note[] } | { failure: StepFailure }

async function removeOne(
  { host, run, signal }: Context,
  osUser: string,
  { path, by, uid, identity }: MadeDirectory & { identity: FileIdentity },
): Promise<Removal> {
  const removed: Removal = { kept: false, notes: [{ code: 'dir.removed', params: { path } }] }
  const person = await host.accounts.byName(osUser)
  if (by === 'person') {
    if (person?.uid !== uid) return { kept: true, notes: [{ code: 'dir.kept', params: { path } }] }
    for (let tries = 0; tries < REMOVAL_TRIES; tries++) {
      await host.programs.runAsPerson(identityOfEntry(person), ['/bin/rmdir', '--', path], { signal })
      if ((await host.files.stat(path)).kind === 'absent') return removed
      // Theirs by now; an empty one is still there only because something failed for a moment.
      if (!(await host.files.listTree(path, 0)).ok) break
    }
    return { kept: true, notes: [{ code: 'dir.kept', params: { path } }] }
  }
  const emptied = await host.files.removeEmptyDirectory(path, identity)
  if (emptied.ok) return removed
  if (emptied.failure.code !== 'path_occupied') return { failure: emptied.failure }
  // A data root with other people's folders in it.
  if (uid === null) return { kept: false, notes: [] }
  if (person?.uid === uid) {
    const neverActive = !run.undoing && (await host.accounts.isNeverActivated(osUser))
    const directory = { path, identity, left: [] }
    if ((await removeIfOurs(host, identityOfEntry(person), directory, { neverActive, signal })) === 'removed')
      return removed
  }
  const quarantined = await host.files.quarantine(path, identity, `${keptName(path)}-run-${run.runId}`)
  if (!quarantined.ok) return { failure: quarantined.failure }
  return { kept: false, notes: [{ code: 'dir.quarantined', params: { path, kept_at: quarantined.keptAt } }] }
}

/** Without an identity the run was stopped before it could know: root's directory had no name yet, a person's may have. */
function isStillTheSame(there: FileIdentity | undefined, { by, identity }: MadeDirectory): boolean {
  if (identity === null) return by === 'person'
  return isSameObject(there, identity)
}

function temporaryName(marker: string, path: string): string {
  return `.usher-${marker}-${path.slice(path.lastIndexOf('/') + 1)}`
}

function keptName(path: string): string {
  return path.split('/').slice(-2).join('-')
}

function makeNote(
  code: 'dir.make' | 'dir.made',
  { path, owner }: { path: string; owner: DirectoryOwner },
  osUser: string,
): Note {
  return { code, params: { path, owner: owner === 'person' ? osUser : owner.user, mode: '0700' } }
}

function notUsable(path: string, failure: StepFailure): StepFailure {
  if (failure.code !== 'program_failed') return failure
  const why = 'it cannot be made as that person'
  return {
    code: 'folder_not_usable',
    params: { path, why },
    ...(failure.detail ? { detail: failure.detail } : {}),
  }
}
