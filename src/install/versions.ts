import { existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { currentVersion, pointLink } from './current-link.ts'

/** Versions that stay beside the one in use: the last two that were. */
const KEPT = 2
/** `X.Y.Z`, or with what was built between two of them. Everything else below /opt/usher is no version. */
const VERSION = /^\d+\.\d+\.\d+(\+[0-9a-z.]+)?$/
const MIGRATION = /^(\d{4})-.+\.[jt]s$/

/** A version that lies complete below /opt/usher. */
export interface VersionThere {
  version: string
  inUse: boolean
  /** When it came or was last put in use or out of it, epoch milliseconds. */
  at: number
  /** How many migrations it knows; a database that has had more it refuses. */
  schema: number
}

/** `folder`, here and below: /opt/usher. The one in use first, then the others by when they last were. */
export function versionsThere(folder: string): VersionThere[] {
  const current = versionInUse(folder)
  return namesIn(folder)
    .filter((name) => isComplete(folder, name))
    .map((version) => ({
      version,
      inUse: version === current,
      at: statSync(join(folder, version)).mtimeMs,
      schema: knownSchema(folder, version),
    }))
    .sort((a, b) => Number(b.inUse) - Number(a.inUse) || b.at - a.at)
}

/** Whether a version lies there whole: its manifest is the last thing that an installation puts there. */
export function isComplete(folder: string, version: string): boolean {
  if (!VERSION.test(version)) return false
  const tree = lstatSync(join(folder, version), { throwIfNoEntry: false })
  return (
    tree?.isDirectory() === true &&
    ['manifest.json', 'usher'].every((name) => existsSync(join(folder, version, name)))
  )
}

/** The version in use; null where there is none, or the link leads elsewhere. */
export function versionInUse(folder: string): string | null {
  const target = currentVersion(join(folder, 'current'))
  return target !== null && VERSION.test(target) ? target : null
}

/** Puts a version in use, or none, by one rename that lasts; nobody ever finds half of it. */
export function putInUse(folder: string, version: string | null): void {
  const before = versionInUse(folder)
  pointLink(join(folder, 'current'), version)
  const now = new Date()
  for (const each of [before, version]) {
    if (each !== null && isComplete(folder, each)) utimesSync(join(folder, each), now, now)
  }
}

/** Removes all versions but the one in use and the last two, never one of `needed`; gives the removed. */
export function removeOld(folder: string, needed: readonly string[]): string[] {
  const old = versionsThere(folder).filter(({ inUse, version }) => !inUse && !needed.includes(version))
  const room = Math.max(0, KEPT - needed.filter((version) => version !== versionInUse(folder)).length)
  const surplus = old.slice(room).map(({ version }) => version)
  for (const version of surplus) {
    // Under a name that is none, so that half of it is never taken for a version.
    const doomed = join(folder, `.removed-${version}`)
    renameSync(join(folder, version), doomed)
  }
  for (const name of namesIn(folder))
    if (name.startsWith('.removed-')) rmSync(join(folder, name), { recursive: true, force: true })
  return surplus
}

/** How many migrations that version knows: the number of its last one. */
export function knownSchema(folder: string, version: string): number {
  const names = namesIn(join(folder, version, 'src/store/migrations'))
  return Math.max(0, ...names.map((name) => Number(MIGRATION.exec(name)?.[1] ?? 0)))
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
