import { constants, fstatSync, mkdirSync, renameSync } from 'node:fs'
import { at, errnoOf, lstatAt, unsafe, withOpen } from './safe-files-walk.ts'

const { O_DIRECTORY, O_RDONLY } = constants
const QUARANTINE = '.usher-quarantine'

/** Where what stands at `path` would be kept: in the data folder's own quarantine for what is in it, else beside it. */
export function quarantineFor(path: string, dataDir: string): string {
  return `${quarantinedFrom(path, dataDir)}/${QUARANTINE}`
}

/** The folder that has the quarantine for `path`: on the same file system, because nothing is copied. */
export function quarantinedFrom(path: string, dataDir: string): string {
  return path.startsWith(`${dataDir}/`) ? dataDir : path.slice(0, path.lastIndexOf('/'))
}

/**
 * Renames the entry `name` of `parent` into the quarantine of `folder`, which is open as `base`, under `keptName` or, where
 * that is taken, under that name with a number. Nothing is copied: both are on one file system, or it fails.
 *
 * @returns where it is from now on
 */
export function moveToQuarantine(
  parent: number,
  name: string,
  base: number,
  folder: string,
  keptName: string,
): string {
  return withQuarantine(base, folder, (quarantine) => {
    const free = freeName(quarantine, keptName)
    renameSync(at(parent, name), at(quarantine, free))
    return `${folder}/${QUARANTINE}/${free}`
  })
}

function withQuarantine<T>(base: number, folder: string, use: (quarantine: number) => T): T {
  try {
    mkdirSync(at(base, QUARANTINE), 0o700)
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error
  }
  return withOpen(base, QUARANTINE, O_RDONLY | O_DIRECTORY, (quarantine) => {
    const { uid, mode } = fstatSync(quarantine)
    if (uid !== process.getuid?.()) throw unsafe(`${folder}/${QUARANTINE}`, 'owner')
    if ((mode & 0o077) !== 0) throw unsafe(`${folder}/${QUARANTINE}`, 'writable_by_others')
    return use(quarantine)
  })
}

function freeName(directory: number, name: string): string {
  if (name.includes('/') || name === '' || name.startsWith('.')) throw new Error(`cannot keep as "${name}"`)
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? name : `${name}.${count}`
    if (lstatAt(directory, candidate) === null) return candidate
  }
}
