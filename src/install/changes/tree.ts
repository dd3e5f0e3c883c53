import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MANIFEST_FILE, pathsBelow, readManifest } from '../../config/manifest.ts'
import { whyOf } from '../../domain/step.ts'
import type { Outcome } from '../../setup/ensure.ts'
import type { ChangeContext, InstallHost, Removal } from '../context.ts'
import { damageOf, type Image, readImage } from '../image.ts'
import { type MadeOf, PROGRAM_FOLDER, syncFolder } from '../record.ts'

/**
 * The version's tree in /opt/usher: copied under a hidden name, compared with the manifest while it is read, made durable, then
 * renamed. One that is there already is compared, and never changed in place.
 */
export async function ensureTree(context: ChangeContext, image: Image): Promise<Outcome[]> {
  const { host, dryRun, ledger, signal } = context
  const { manifest, sha256 } = image
  const path = `${PROGRAM_FOLDER}/${manifest.version}`
  const real = `${host.root}${path}`
  const done = (state: Outcome['state'], text: string): Outcome[] => [{ state, subject: path, text }]
  const size = `${manifest.files.length} files`
  if (lstatSync(real, { throwIfNoEntry: false }) !== undefined) {
    const there = readImage(real)
    if (there.ok && there.image.sha256 !== sha256)
      return done(
        'problem',
        `cannot install ${manifest.version}: another build of it is there; give this one another version`,
      )
    const damage = there.ok ? damageOf(there.image) : MANIFEST_FILE
    if (damage === null) return done('already', `${size}, as the manifest says`)
    return done(
      'problem',
      `cannot use ${path}: ${damage} is not as the manifest says; move the folder away and install again`,
    )
  }
  if (dryRun) return done('change', `${size} copied`)
  ledger.note({ kind: 'tree', path, manifest: sha256 })
  const hidden = hiddenName(real)
  if (lstatSync(hidden, { throwIfNoEntry: false }) !== undefined) discardTree(hidden)
  const problem = await copyTree(host, image, hidden, signal)
  if (problem !== null) return done('problem', problem)
  // One call for the whole file system instead of one for each file.
  const synced = await host.programs.run('/usr/bin/sync', ['--file-system', '--', hidden], {
    timeoutMs: 300_000,
  })
  if (!synced.ok) return done('problem', `cannot make ${path} durable: ${whyOf(synced.failure)}`)
  renameSync(hidden, real)
  syncFolder(dirname(real))
  return done('change', `${size} copied`)
}

/**
 * Copies what the manifest names, and nothing else, to `to`, which is not there yet. What is written is what was compared with the
 * manifest; whoever can write to the original meanwhile changes nothing of the copy.
 *
 * @returns what the original lacks, for people; null when the copy is whole
 */
export async function copyTree(
  host: Pick<InstallHost, 'owner'>,
  { tree, manifest, sha256 }: Image,
  to: string,
  signal: AbortSignal,
): Promise<string | null> {
  makeFolder(host, to)
  const folders = new Set<string>()
  for (const [index, file] of manifest.files.entries()) {
    // Signals are heard between two files.
    if (index % 20 === 0) await nextTurn()
    signal.throwIfAborted()
    makeParents(host, to, dirname(file.path), folders)
    const mode = Number.parseInt(file.mode, 8)
    if (copyFile(host, join(tree, file.path), join(to, file.path), mode) !== file.sha256)
      return `cannot copy ${join(tree, file.path)}: it is not what the manifest says; stage it again`
  }
  if (copyFile(host, join(tree, MANIFEST_FILE), join(to, MANIFEST_FILE), 0o644) !== sha256)
    return `cannot copy ${join(tree, MANIFEST_FILE)}: it was changed meanwhile`
  return null
}

/** Takes a version's tree away: what its manifest names, and what is left of a copy of it. Other files stay. */
export function removeTree(host: InstallHost, { path }: MadeOf<'tree'>, dryRun: boolean): Removal {
  const real = `${host.root}${path}`
  const hidden = hiddenName(real)
  const halfCopied = lstatSync(hidden, { throwIfNoEntry: false }) !== undefined
  if (halfCopied && !dryRun) discardTree(hidden)
  if (lstatSync(real, { throwIfNoEntry: false }) === undefined) {
    return halfCopied
      ? { state: 'removed', subject: path, text: 'what was copied of it removed' }
      : { state: 'gone', subject: path, text: 'is not there any more' }
  }
  const known = namesOf(real)
  const foreign = pathsBelow(real).filter((file) => !known.has(file))
  if (foreign.length > 0) {
    const text = `stays with what is not Usher's in it: ${foreign.slice(0, 5).join(', ')}`
    if (!dryRun) removeFiles(real, (file) => known.has(file) && file !== MANIFEST_FILE)
    return { state: 'kept', subject: path, text }
  }
  if (!dryRun) {
    // Under the hidden name everything is ours: who goes on after a kill needs no manifest.
    renameSync(real, hidden)
    discardTree(hidden)
  }
  return { state: 'removed', subject: path, text: `folder removed, ${known.size} files` }
}

function hiddenName(real: string): string {
  return join(dirname(real), `.${basename(real)}.new`)
}

/** Removes a tree that is all ours, as a copy in a folder of root's is. */
export function discardTree(tree: string): void {
  removeFiles(tree, () => true)
}

/** Removes the files that are named, and the folders that are empty then; the tree itself too. */
function removeFiles(tree: string, named: (path: string) => boolean, folder = ''): void {
  const inside = join(tree, folder)
  for (const entry of readdirSync(inside, { withFileTypes: true })) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) removeFiles(tree, named, path)
    else if (named(path)) unlinkSync(join(tree, path))
  }
  if (readdirSync(inside).length === 0) rmdirSync(inside)
}

function namesOf(tree: string): ReadonlySet<string> {
  const read = readManifest(tree)
  return new Set([MANIFEST_FILE, ...(read.ok ? read.manifest.files.map(({ path }) => path) : [])])
}

function makeParents(
  host: Pick<InstallHost, 'owner'>,
  tree: string,
  folder: string,
  made: Set<string>,
): void {
  if (folder === '.' || made.has(folder)) return
  makeParents(host, tree, dirname(folder), made)
  makeFolder(host, join(tree, folder))
  made.add(folder)
}

function makeFolder(host: Pick<InstallHost, 'owner'>, path: string): void {
  mkdirSync(path, { mode: 0o700 })
  chownSync(path, host.owner, host.owner)
  chmodSync(path, 0o755)
}

/** Copies the bytes of a plain file, and says their hash: what was checked is what was written. */
function copyFile(host: Pick<InstallHost, 'owner'>, from: string, to: string, mode: number): string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY, O_CREAT, O_EXCL } = constants
  const source = openSync(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const target = openSync(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    try {
      const hash = createHash('sha256')
      const chunk = Buffer.allocUnsafe(Math.min(1024 * 1024, fstatSync(source).size + 1))
      for (let read = readSync(source, chunk); read > 0; read = readSync(source, chunk)) {
        const bytes = chunk.subarray(0, read)
        hash.update(bytes)
        for (let written = 0; written < read; ) written += writeSync(target, bytes, written)
      }
      fchownSync(target, host.owner, host.owner)
      fchmodSync(target, mode)
      return hash.digest('hex')
    } catch (error) {
      // write(2) does not say where.
      throw Object.assign(error as Error, { path: to })
    } finally {
      closeSync(target)
    }
  } finally {
    closeSync(source)
  }
}
