import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Outcome } from '../setup/ensure.ts'
import type { InitPlaces } from '../setup/init-plan.ts'
import { ensureAccounts } from './changes/accounts.ts'
import { ensureConfiguration } from './changes/configuration.ts'
import { ensureDropIns } from './changes/drop-ins.ts'
import { dropFile, ensureFile, forgetReplaced } from './changes/file.ts'
import { ensureFolders } from './changes/folders.ts'
import { ensureLink } from './changes/link.ts'
import { ensureEnabled, reloadUnits, unitsOf } from './changes/services.ts'
import { ensureTree } from './changes/tree.ts'
import type { Change, ChangeContext, InstallHost, Removal } from './context.ts'
import { currentVersion } from './current-link.ts'
import { type Image, sha256Of, systemFiles } from './image.ts'
import { closeLedger, type Ledger, noLedger, openLedger } from './ledger.ts'
import { placeSystem } from './place-system.ts'
import { SYSUSERS_FILE, TMPFILES_FILE } from './preconditions.ts'
import {
  CURRENT_LINK,
  type InstallRecord,
  type Journal,
  type Made,
  PROGRAM_FOLDER,
  RECORD_FILE,
  readJournal,
  readRecord,
  writeRecord,
} from './record.ts'
import type { SwitchTo, SwitchWish } from './switch.ts'
import { takeBack } from './take-back.ts'
import { versionsThere } from './versions.ts'

export interface InstallWish {
  image: Image
  places: InitPlaces
  /** What brings it: `usher install`, or the package whose files dpkg has put there already. */
  by: InstallRecord['by']
  /** Null where there is none yet. */
  config: Config | null
  /** Start what does not run yet. */
  now: boolean
  /** What of a switch an operator may decide. */
  switching: Pick<SwitchWish, 'giveUpNewer' | 'readyWithinMs'>
  switchTo: SwitchTo
}

export interface InstallPorts {
  host: InstallHost
  signal: AbortSignal
  /** Told of each as it happens. */
  onOutcome(outcome: Outcome): void
  onRemoval(removal: Removal): void
  say(text: string): void
}

export type InstallResult =
  | { ok: true; changed: boolean; outcomes: Outcome[]; from: string | null; started: string[] }
  /**
   * Everything done so far was taken back; `left` is what could not be. `stayed`: it was not, because the version from before cannot
   * read the database any more, and this one is installed although it did not become ready.
   */
  | { ok: false; outcomes: Outcome[]; problem: Outcome; left: Removal[]; stayed: boolean }

/** What an installation of this image comes to, in order; the switch comes last and is no change of its own here. */
function changesOf({ image, places, config }: InstallWish): Change[] {
  const files = systemFiles(image.tree)
  return [
    (context) => ensureTree(context, image),
    (context) => ensureAccounts(context, join(image.tree, SYSUSERS_FILE)),
    (context) => ensureFolders(context, join(image.tree, TMPFILES_FILE)),
    (context) => ensureConfiguration(context, places),
    (context) => ensureSystem(context, image),
    (context) => ensureDropIns(context, config),
    async (context) => {
      const outcomes: Outcome[] = []
      for (const unit of unitsOf(files)) outcomes.push(...(await ensureEnabled(context, unit)))
      return outcomes
    },
  ]
}

/** Looks and says what an installation would change. */
export async function planInstall(ports: InstallPorts, wish: InstallWish, record: InstallRecord | null) {
  const context = contextOf(ports, record, noLedger, true)
  const outcomes = await perform(changesOf(wish), context, () => {})
  const { host } = ports
  const from = currentVersion(`${host.root}${CURRENT_LINK}`)
  const { version } = wish.image.manifest
  outcomes.push(
    from === version
      ? { state: 'already', subject: CURRENT_LINK, text: `link to ${version}` }
      : { state: 'change', subject: CURRENT_LINK, text: switchText(from, version) },
  )
  return outcomes
}

/**
 * Installs, or takes back everything that it made. Second time it changes nothing: where the plan has no change, not even a
 * journal is written.
 *
 * INVARIANTS
 * - Each thing is written down durably before it is made, and the record is written before the journal goes: a kill anywhere
 *   leaves a journal that says what to take back, or a complete installation.
 * - Nothing that was there is replaced, but for files of ours, whose older contents stand beside them until the end.
 */
export async function install(
  ports: InstallPorts,
  wish: InstallWish,
  record: InstallRecord | null,
): Promise<InstallResult> {
  const { host, onOutcome } = ports
  const { version } = wish.image.manifest
  const id = randomBytes(16).toString('hex')
  const at = new Date().toISOString()
  let ledger: Ledger = noLedger
  const outcomes: Outcome[] = []
  try {
    ledger = openLedger(host, { id, version, at, pid: process.pid })
    const context = contextOf(ports, record, ledger, false)
    outcomes.push(...(await perform(changesOf(wish), context, onOutcome)))
    const problem = outcomes.find(({ state }) => state === 'problem')
    if (problem !== undefined) return await undo(ports, ledger.made, outcomes, problem)
    ports.signal.throwIfAborted()
    const from = currentVersion(`${host.root}${CURRENT_LINK}`)
    if (from !== version) ledger.note({ kind: 'current', path: CURRENT_LINK, before: from })
    const place = async (wanted: string) => {
      if (wanted === version) await ensureSystem(context, wish.image)
      else {
        await takeBackSystem(ports, ledger.made)
        // What dpkg put there is in no ledger.
        if (wish.by === 'package') await placeSystem(host, `${host.root}${PROGRAM_FOLDER}/${wanted}`)
      }
    }
    const { programs, root } = host
    const switched = await wish.switchTo(
      { programs, root, placeSystem: place, say: ports.say },
      { ...wish.switching, version, start: wish.now },
    )
    if (!switched.ok) {
      const failed: Outcome = { state: 'problem', subject: CURRENT_LINK, text: switched.message }
      onOutcome(failed)
      if (switched.stayed) {
        complete(host, { id, version, at, made: [...ledger.made] }, record, wish.by)
        return { ok: false, outcomes: [...outcomes, failed], problem: failed, left: [], stayed: true }
      }
      return await undo(ports, ledger.made, [...outcomes, failed], failed)
    }
    const last: Outcome = switched.changed
      ? { state: 'change', subject: CURRENT_LINK, text: switchText(from, version) }
      : { state: 'already', subject: CURRENT_LINK, text: `link to ${version}` }
    outcomes.push(last)
    onOutcome(last)
    complete(host, { id, version, at, made: [...ledger.made] }, record, wish.by)
    return { ok: true, changed: true, outcomes, from, started: switched.started }
  } catch (error) {
    const problem = problemOf(error)
    onOutcome(problem)
    const undone = await undo(ports, ledger.made, [...outcomes, problem], problem)
    // A bug is taken back like anything else, and stays a bug.
    if (!isExpected(error)) throw error
    return undone
  }
}

/** The record is written before the journal goes: from then on the installation is complete. */
function complete(
  host: InstallHost,
  { id, version, at, made }: Pick<Journal, 'id' | 'version' | 'at' | 'made'>,
  record: InstallRecord | null,
  by: InstallRecord['by'],
): void {
  const there = merge(record?.made ?? [], made).filter((one) => {
    // Old versions go with a switch, switch.ts; and what stands in /usr is dpkg's from the package on.
    if (one.kind === 'tree') return existsSync(`${host.root}${one.path}`)
    return !(by === 'package' && 'path' in one && one.kind !== 'folder' && one.path.startsWith('/usr/'))
  })
  writeRecord({ format: 1, id, by, version, at, made: there }, host.root)
  forget(host, made)
}

function forget(host: InstallHost, made: readonly Made[]): void {
  for (const one of made) if (one.kind === 'replaced' || one.kind === 'dropped') forgetReplaced(host, one)
  closeLedger(host)
}

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
  const { host, onRemoval } = ports
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
    if (!dryRun) forget(host, made)
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
  const { removals, left } = await takeBack(host, made, { dryRun, onRemoval })
  closeLedger(host)
  removeProgramFolders(host, left)
  const kept = removals.filter(({ state }) => state === 'kept' || state === 'failed')
  return { ok: true, found: { version, at, continued, left: kept } }
}

async function undo(
  { host, onRemoval }: InstallPorts,
  made: readonly Made[],
  outcomes: Outcome[],
  problem: Outcome,
): Promise<InstallResult> {
  const { removals, left } = await takeBack(host, made, { dryRun: false, onRemoval })
  closeLedger(host)
  removeProgramFolders(host, left)
  return {
    ok: false,
    outcomes,
    problem,
    left: removals.filter(({ state }) => state === 'kept' || state === 'failed'),
    stayed: false,
  }
}

/** /opt/usher goes after its journal and its record, and only when nothing else is in it. */
export function removeProgramFolders(host: InstallHost, left: readonly Made[]): void {
  for (const made of left.toReversed()) {
    if (made.kind !== 'folder' || !PROGRAM_FOLDER.startsWith(made.path)) continue
    const folder = `${host.root}${made.path}`
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
  }
}

/** The record goes, and what an interrupted switch left beside it. */
export function removeRecord({ root }: InstallHost): void {
  for (const name of [RECORD_FILE, `${PROGRAM_FOLDER}/switching.json`]) {
    if (existsSync(`${root}${name}`)) unlinkSync(`${root}${name}`)
  }
}

/** Runs the changes until the first problem. Of several that speak of one thing, the first is heard. */
async function perform(
  changes: readonly Change[],
  context: ChangeContext,
  onOutcome: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const named = new Set<string>()
  for (const change of changes) {
    context.signal.throwIfAborted()
    for (const outcome of await change(context)) {
      if (named.has(outcome.subject) && outcome.state !== 'problem') continue
      named.add(outcome.subject)
      outcomes.push(outcome)
      onOutcome(outcome)
    }
    if (!context.dryRun && outcomes.some(({ state }) => state === 'problem')) break
  }
  return outcomes
}

/** The files of a version's `system/`, and the command. systemd reads its units again when one of them changed. */
async function ensureSystem(context: ChangeContext, image: Image): Promise<Outcome[]> {
  const { host, dryRun, record } = context
  const files = systemFiles(image.tree)
  const outcomes: Outcome[] = []
  const known = (path: string) => new Set(versionsOf(host).flatMap((tree) => hashIn(tree, path)))
  for (const { path, source } of files) {
    const bytes = readFileSync(source)
    outcomes.push(...ensureFile(context, { path, bytes, mode: 0o644, goes: 'uninstall', known: known(path) }))
  }
  const wanted = new Set(files.map(({ path }) => path))
  for (const made of record?.made ?? []) {
    if (made.kind === 'file' && made.path.startsWith('/usr/') && !wanted.has(made.path))
      outcomes.push(...dropFile(context, made, known(made.path)))
  }
  outcomes.push(
    ...ensureLink(context, { path: '/usr/bin/usher', target: `${CURRENT_LINK}/usher`, goes: 'uninstall' }),
  )
  const units = outcomes.some(
    ({ state, subject }) => state === 'change' && subject.includes('/systemd/system/'),
  )
  if (dryRun || !units || outcomes.some(({ state }) => state === 'problem')) return outcomes
  const failed = await reloadUnits(host)
  if (failed !== null)
    outcomes.push({
      state: 'problem',
      subject: 'systemd',
      text: `cannot let systemd read the units: ${failed}`,
    })
  return outcomes
}

/** The units and the like of the version from before are in their places again. */
async function takeBackSystem({ host, onRemoval }: InstallPorts, made: readonly Made[]): Promise<void> {
  const system = made.filter(
    (one) =>
      ['file', 'replaced', 'dropped', 'link', 'put-aside'].includes(one.kind) &&
      'path' in one &&
      one.path.startsWith('/usr/'),
  )
  await takeBack(host, system, { dryRun: false, onRemoval })
}

function versionsOf(host: InstallHost): string[] {
  const folder = `${host.root}${PROGRAM_FOLDER}`
  return versionsThere(folder).map(({ version }) => join(folder, version))
}

function hashIn(tree: string, path: string): string[] {
  const file = join(tree, 'system', path.slice(1))
  return existsSync(file) ? [sha256Of(readFileSync(file))] : []
}

/** What holds after an installation on top of an earlier one: the first word on what was before counts, the last on what is. */
export function merge(earlier: readonly Made[], later: readonly Made[]): Made[] {
  const made = [...earlier]
  for (const one of later) {
    if (one.kind === 'replaced') {
      const at = made.findLastIndex((known) => known.kind === 'file' && known.path === one.path)
      const file = made[at]
      if (file?.kind === 'file') made[at] = { ...file, sha256: one.sha256 }
      continue
    }
    if (one.kind === 'put-aside' || one.kind === 'dropped') {
      // What was put aside is the operator's from now on; where ours took its place, that is the next entry.
      const again = later.some((other) => other.kind === 'file' && other.path === one.path)
      const at = again ? -1 : made.findIndex((known) => known.kind === 'file' && known.path === one.path)
      if (at !== -1) made.splice(at, 1)
      continue
    }
    const at = made.findIndex((known) => sameThing(known, one))
    if (at === -1) made.push(one)
    else if (one.kind === 'file') made[at] = one
  }
  return made
}

function sameThing(a: Made, b: Made): boolean {
  if (a.kind !== b.kind) return false
  if ('path' in a && 'path' in b) return a.path === b.path
  if (a.kind === 'account' && b.kind === 'account') return a.name === b.name
  return a.kind === 'enabled' && b.kind === 'enabled' && a.unit === b.unit
}

function contextOf(
  { host, signal }: InstallPorts,
  record: InstallRecord | null,
  ledger: Ledger,
  dryRun: boolean,
): ChangeContext {
  return { host, dryRun, ledger, record, signal }
}

function switchText(from: string | null, version: string): string {
  return from === null ? `link made to ${version}` : `link moved from ${from} to ${version}`
}

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EIO: 'the device reports an error',
}

/** What the file system or a signal said, for people. */
function problemOf(error: unknown): Outcome {
  if (isAbort(error)) return { state: 'problem', subject: 'install', text: 'stopped before its end' }
  const { code, path, dest, message } = error as NodeJS.ErrnoException & { dest?: string }
  const subject = dest ?? path ?? PROGRAM_FOLDER
  return { state: 'problem', subject, text: `cannot write there: ${WORDS[code ?? ''] ?? message}` }
}

function isExpected(error: unknown): boolean {
  return isAbort(error) || (error instanceof Error && 'syscall' in error)
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
