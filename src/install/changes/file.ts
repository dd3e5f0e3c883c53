import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Outcome, octal } from '../../setup/ensure.ts'
import type { ChangeContext, InstallHost, Removal } from '../context.ts'
import { sha256Of } from '../image.ts'
import type { Goes, InstallRecord, MadeOf } from '../record.ts'
import { ensureFolder } from './folder.ts'

export interface FileWish {
  path: string
  bytes: Buffer
  mode: number
  goes: Goes
  /** Hashes of what else is ours there, besides what the record says: of other versions, or made from another config. */
  known: ReadonlySet<string>
}

/**
 * The file with these contents, root's. One of ours with older contents is replaced; one of ours that somebody edited is put
 * aside under another name; one that is not ours is a problem.
 */
export function ensureFile(context: ChangeContext, wish: FileWish): Outcome[] {
  const { host, dryRun, ledger, record } = context
  const { path, bytes, mode, goes } = wish
  const real = `${host.root}${path}`
  const done = (state: Outcome['state'], text: string): Outcome => ({ state, subject: path, text })
  const sha256 = sha256Of(bytes)
  const outcomes = ensureFolder(context, { path: dirname(path), goes, contents: false })
  if (outcomes.some(({ state }) => state === 'problem')) return outcomes
  const stat = lstatSync(real, { throwIfNoEntry: false })
  if (stat === undefined) {
    if (!dryRun) {
      ledger.note({ kind: 'file', path, sha256, goes })
      writeBeside(host, real, bytes, mode)
      renameSync(temporaryOf(real), real)
    }
    return [...outcomes, done('change', `file made, ${octal(mode)} root`)]
  }
  if (!stat.isFile()) return [done('problem', `cannot use ${path}: it is not a plain file; move it away`)]
  const found = sha256Of(readFileSync(real))
  if (found === sha256) {
    if (stat.uid === host.owner && stat.gid === host.owner && (stat.mode & 0o7777) === mode)
      return [done('already', `file, ${octal(mode)} root`)]
    const before = { uid: stat.uid, gid: stat.gid, mode: stat.mode & 0o7777 }
    if (!dryRun) {
      ledger.note({ kind: 'adjusted', path, before })
      chownSync(real, host.owner, host.owner)
      chmodSync(real, mode)
    }
    return [
      done(
        'change',
        `file set to ${octal(mode)} root (was ${octal(before.mode)} ${before.uid}:${before.gid})`,
      ),
    ]
  }
  const recorded = recordedFile(record, path)
  if (recorded === undefined && !wish.known.has(found))
    return [done('problem', `cannot put ours there: ${path} is there and is not Usher's; move it away`)]
  if (recorded?.sha256 === found || wish.known.has(found)) {
    if (!dryRun) {
      const { backup, kept } = backupOf(host, path)
      ledger.note({ kind: 'replaced', path, sha256, backup })
      linkSync(real, kept)
      writeBeside(host, real, bytes, mode)
      renameSync(temporaryOf(real), real)
    }
    return [done('change', 'file replaced by that of this version')]
  }
  const to = freeName(host, path)
  if (!dryRun) {
    ledger.note({ kind: 'put-aside', path, to })
    renameSync(real, `${host.root}${to}`)
    ledger.note({ kind: 'file', path, sha256, goes })
    writeBeside(host, real, bytes, mode)
    renameSync(temporaryOf(real), real)
  }
  return [done('change', `file replaced; somebody had changed it, theirs is ${to} now`)]
}

/** A file of ours that this version does not have: it goes, and an edited one is put aside. */
export function dropFile(
  context: ChangeContext,
  { path, sha256 }: MadeOf<'file'>,
  known: ReadonlySet<string>,
): Outcome[] {
  const { host, dryRun, ledger } = context
  const real = `${host.root}${path}`
  if (!lstatSync(real, { throwIfNoEntry: false })?.isFile()) return []
  const found = sha256Of(readFileSync(real))
  const ours = found === sha256 || known.has(found)
  const to = freeName(host, path)
  if (!dryRun && ours) {
    const { backup, kept } = backupOf(host, path)
    ledger.note({ kind: 'dropped', path, backup })
    renameSync(real, kept)
  } else if (!dryRun) {
    ledger.note({ kind: 'put-aside', path, to })
    renameSync(real, `${host.root}${to}`)
  }
  const text = ours
    ? 'file removed: this version has none'
    : `this version has none; somebody had changed it, theirs is ${to} now`
  return [{ state: 'change', subject: path, text }]
}

/** Takes the file away; one that was changed since is put aside under another name. */
export function removeFile(host: InstallHost, { path, sha256 }: MadeOf<'file'>, dryRun: boolean): Removal {
  const real = `${host.root}${path}`
  if (!dryRun) discard(temporaryOf(real))
  const stat = lstatSync(real, { throwIfNoEntry: false })
  if (stat === undefined) return { state: 'gone', subject: path, text: 'is not there any more' }
  if (!stat.isFile()) return { state: 'kept', subject: path, text: 'stays: it is no plain file any more' }
  if (sha256 !== null && sha256Of(readFileSync(real)) !== sha256) {
    const to = freeName(host, path)
    if (!dryRun) renameSync(real, `${host.root}${to}`)
    return {
      state: 'kept',
      subject: path,
      text: `was changed by somebody: ${dryRun ? 'would be' : 'is'} ${to} now`,
    }
  }
  if (!dryRun) unlinkSync(real)
  return { state: 'removed', subject: path, text: 'file removed' }
}

/** Puts the older file back. */
export function restoreReplaced(
  host: InstallHost,
  { path, backup }: MadeOf<'replaced' | 'dropped'>,
): Removal {
  const kept = `${host.root}${backup}`
  discard(temporaryOf(`${host.root}${path}`))
  if (lstatSync(kept, { throwIfNoEntry: false }) === undefined)
    return { state: 'gone', subject: path, text: 'is the one from before' }
  renameSync(kept, `${host.root}${path}`)
  return { state: 'removed', subject: path, text: 'put back as it was' }
}

/** The installation is complete: the older file is not needed any more. */
export function forgetReplaced(host: InstallHost, { backup }: MadeOf<'replaced' | 'dropped'>): void {
  discard(`${host.root}${backup}`)
}

/** Puts the edited file back in its place, unless something stands there. */
export function restorePutAside(host: InstallHost, { path, to }: MadeOf<'put-aside'>): Removal {
  const aside = `${host.root}${to}`
  const real = `${host.root}${path}`
  if (lstatSync(aside, { throwIfNoEntry: false }) === undefined)
    return { state: 'gone', subject: path, text: 'is where it was' }
  if (lstatSync(real, { throwIfNoEntry: false }) !== undefined)
    return { state: 'kept', subject: to, text: `stays: something stands at ${path}` }
  renameSync(aside, real)
  return { state: 'removed', subject: path, text: 'put back as it was' }
}

/** What the record says of a file of ours; the newest entry counts. */
function recordedFile(record: InstallRecord | null, path: string): MadeOf<'file'> | undefined {
  return record?.made.findLast((made): made is MadeOf<'file'> => made.kind === 'file' && made.path === path)
}

/** Whole and durable under a hidden name in the same folder; the caller renames it into place. */
function writeBeside(host: InstallHost, real: string, bytes: Buffer, mode: number): void {
  const temporary = temporaryOf(real)
  discard(temporary)
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const descriptor = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
    fchownSync(descriptor, host.owner, host.owner)
    fchmodSync(descriptor, mode)
    fsyncSync(descriptor)
  } catch (error) {
    // write(2) does not say where.
    throw Object.assign(error as Error, { path: real })
  } finally {
    closeSync(descriptor)
  }
}

function temporaryOf(real: string): string {
  return join(dirname(real), `.${basename(real)}.usher-new`)
}

function discard(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) unlinkSync(path)
}

/** Where the older file is until the end; what an earlier try left there goes. */
function backupOf({ root }: InstallHost, path: string): { backup: string; kept: string } {
  const backup = join(dirname(path), `.${basename(path)}.usher-before`)
  discard(`${root}${backup}`)
  return { backup, kept: `${root}${backup}` }
}

/** Where an edited file is put: systemd and man read nothing of that name. */
function freeName({ root }: InstallHost, path: string): string {
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? `${path}.usher-saved` : `${path}.usher-saved-${count}`
    if (lstatSync(`${root}${candidate}`, { throwIfNoEntry: false }) === undefined) return candidate
  }
}
