import { randomBytes } from 'node:crypto'
import { renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PasswdEntry } from '../../../domain/facts.ts'
import type { FileOutcome } from '../files/safe-files.ts'
import type { Host } from '../host.ts'
import type { PersonIdentity } from '../programs/programs.ts'

/** Folders of root's or of a daemon's in which an entry bears the account's name: userdel(8) leaves these. */
const NAMED = ['/var/lib/systemd/linger', '/var/spool/cron/crontabs', '/var/spool/cron']
/** Folders in which an entry belongs to whom it is owned by: at(1) jobs. */
const OWNED = ['/var/spool/cron/atjobs', '/var/spool/at', '/var/spool/at/spool']
/** Folders that everybody may write in and that outlive a process: posix shared memory and message queues. */
const SHARED = ['/dev/shm', '/dev/mqueue']
const REMOVAL_TRIES = 2
/** System V ipc: the table of proc(5) and the flag of ipcrm(1). */
const IPC = [
  { table: '/proc/sysvipc/shm', flag: '--shmem-id', id: 'shmid' },
  { table: '/proc/sysvipc/sem', flag: '--semaphore-id', id: 'semid' },
  { table: '/proc/sysvipc/msg', flag: '--queue-id', id: 'msqid' },
] as const

/** `left`: what could not be removed, because it is somebody else's too or something is mounted there. */
export type Leftovers = FileOutcome<{ removed: string[]; left: string[] }>

/**
 * Removes what stays of an account outside its home and is not removed by userdel(8): linger, crontab, at jobs, shared memory
 * and other ipc, `/run/user/UID`. For an account that a run made, after `endProcessesOf` and before the account itself is
 * removed. Safe to repeat. Nothing in /tmp: its uid is never given out again, so nobody inherits it.
 *
 * As root only entries of folders that the account cannot change are unlinked, which never follows a link; whatever the
 * account could have put something in, it empties itself.
 */
export async function removeLeftoversOf(
  host: Pick<Host, 'programs'>,
  { name, uid, gid, home, shell }: PasswdEntry,
  signal: AbortSignal,
): Promise<Leftovers> {
  const person: PersonIdentity = { osUser: name, uid, gid, home, shell }
  try {
    const named = await Promise.all(NAMED.map((folder) => unlinkNamed(join(folder, name), folder, uid)))
    const owned = await Promise.all(OWNED.map((folder) => unlinkOwned(folder, uid)))
    const removed = [...named, ...owned].flat()
    const ipc = await ipcOf(uid)
    for (const args of batches(ipc.args)) {
      const result = await host.programs.runAsPerson(person, ['/usr/bin/ipcrm', ...args], { signal })
      if (!result.ok) return { ok: false, failure: result.failure }
    }
    removed.push(...ipc.names)
    const runtime = `/run/user/${uid}`
    const shared = (await Promise.all(SHARED.map((folder) => ownedEntries(folder, uid)))).flat()
    const inRuntime = (await ownedEntries('/run/user', uid)).filter((path) => path === runtime)
    const theirs = [...shared, ...inRuntime]
    let left = theirs
    // What failed for a moment is not left.
    for (let tries = 0; tries < REMOVAL_TRIES && left.length > 0; tries++) {
      const emptied = await removeAsOwner(host, person, left, runtime, signal)
      if (!emptied.ok) return emptied
      if (inRuntime.length > 0) removeUnlessInUse(runtime)
      left = await stillThere(theirs, uid)
    }
    removed.push(...theirs.filter((path) => !left.includes(path)))
    return { ok: true, removed, left }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return {
      ok: false,
      failure: { code: 'undo_incomplete', params: { why: `leftovers of ${name}` }, detail },
    }
  }
}

/** Each entry with all that is in it, as far as the person may: another person's file in their folder, or a mount, stays. */
async function removeAsOwner(
  { programs }: Pick<Host, 'programs'>,
  person: PersonIdentity,
  paths: string[],
  runtime: string,
  signal: AbortSignal,
): Promise<FileOutcome> {
  // As its owner, a folder that is closed to itself (systemd makes such ones) has to be opened before it is entered.
  const open = ['-xdev', '-type', 'd', '!', '-perm', '-700', '-exec', '/bin/chmod', 'u+rwx', '{}', ';']
  // The runtime folder lies in one of root's, so only its contents are theirs to remove.
  const remove = ['-xdev', '-depth', '!', '-path', runtime, '-delete']
  for (const some of batches(paths)) {
    for (const how of [open, remove]) {
      const argv: [string, ...string[]] = ['/usr/bin/find', ...some, ...how]
      const result = await programs.runAsPerson(person, argv, { signal })
      if (!result.ok && result.failure.code !== 'program_failed')
        return { ok: false, failure: result.failure }
    }
  }
  return { ok: true }
}

async function stillThere(paths: string[], uid: number): Promise<string[]> {
  const left: string[] = []
  for (const path of paths) if ((await lstat(path).catch(noneThere))?.uid === uid) left.push(path)
  return left
}

/** /var/spool/cron/NAME is a crontab only where it is a file: elsewhere the folder holds folders of those names. */
async function unlinkNamed(path: string, folder: string, uid: number): Promise<string[]> {
  const stats = await lstat(path).catch(noneThere)
  if (stats === null || stats.isDirectory()) return []
  // Linger is root's own note about a name; everything else must be theirs.
  if (folder !== NAMED[0] && stats.uid !== uid) return []
  unlinkIfThere(path)
  return [path]
}

async function unlinkOwned(folder: string, uid: number): Promise<string[]> {
  const paths = await ownedEntries(folder, uid)
  const removed: string[] = []
  for (const path of paths) {
    if ((await lstat(path).catch(noneThere))?.isDirectory() === true) continue
    unlinkIfThere(path)
    removed.push(path)
  }
  return removed
}

async function ownedEntries(folder: string, uid: number): Promise<string[]> {
  const names = (await readdir(folder, 'latin1').catch(noneThere)) ?? []
  const owned: string[] = []
  for (const some of batches(names)) {
    const stats = await Promise.all(some.map((name) => lstat(bytesOf(folder, name)).catch(noneThere)))
    const theirs = some.filter((_, index) => stats[index]?.uid === uid)
    for (const name of theirs) owned.push(nameable(folder, name))
  }
  return owned
}

/** A name is bytes, and a program is told names as text: what is not UTF-8 gets another name. Renaming follows no link. */
function nameable(folder: string, name: string): string {
  const bytes = bytesOf(folder, name)
  const path = bytes.toString('utf8')
  if (bytes.equals(Buffer.from(path))) return path
  const renamed = join(folder, `.usher-${randomBytes(16).toString('hex')}`)
  renameSync(bytes, renamed)
  return renamed
}

function bytesOf(folder: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name, 'latin1')])
}

/** However much an account left: names are at most 255 bytes long, and a command takes 2 MiB of arguments in all. */
function batches<T>(all: readonly T[]): T[][] {
  const size = 2000
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  )
}

/** The ids that belong to this uid, as arguments of ipcrm(1): run as that uid it can remove no others. */
async function ipcOf(uid: number): Promise<{ args: string[]; names: string[] }> {
  const args: string[] = []
  const names: string[] = []
  for (const { table, flag, id } of IPC) {
    const [head = '', ...lines] = ((await readFile(table, 'latin1').catch(noneThere)) ?? '')
      .trimEnd()
      .split('\n')
    const columns = head.trim().split(/\s+/)
    for (const line of lines) {
      const fields = line.trim().split(/\s+/)
      if (Number(fields[columns.indexOf('uid')]) !== uid) continue
      const number = fields[columns.indexOf(id)]!
      args.push(`${flag}=${number}`)
      names.push(`${id} ${number}`)
    }
  }
  return { args, names }
}

/** Synchronous, as everything that changes a file here: a call that hangs must not be overtaken by what comes after it. */
function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    noneThere(error)
  }
}

function noneThere(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return null
  throw error
}

function removeUnlessInUse(folder: string): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EBUSY') throw error
  }
}
