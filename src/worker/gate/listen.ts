import { chmodSync, chownSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { connect, type Server } from 'node:net'

/** Where one listener stands and who may connect. */
export interface SocketPlace {
  path: string
  mode: number
  owner: { uid: number; gid: number }
}

export type ListenResult =
  | { ok: true; inode: bigint }
  /** `in_use`: another process listens there. */
  | { ok: false; code: 'in_use' | 'unusable'; message: string }

/** The longest path that bind(2) takes, in bytes: sun_path of unix(7) without its NUL. */
const MAX_PATH_BYTES = process.platform === 'darwin' ? 103 : 107

/**
 * Makes the folder of the sockets, or checks the one that is there: the worker's own, and nobody else may put anything
 * into it.
 */
export function ensureRunFolder(
  folder: string,
  mode: number,
  ownUid: number,
): { ok: true } | { ok: false; message: string } {
  try {
    mkdirSync(folder, { mode: 0o700 })
    chmodSync(folder, mode)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') return { ok: false, message: `cannot make the folder of the sockets: ${message}` }
  }
  const stat = lstatSync(folder)
  if (!stat.isDirectory()) {
    return { ok: false, message: `cannot use ${folder} for sockets: it is not a directory` }
  }
  if (stat.uid !== ownUid || (stat.mode & 0o022) !== 0) {
    const now = `owner ${stat.uid}, mode ${(stat.mode & 0o7777).toString(8)}`
    return {
      ok: false,
      message: `cannot use ${folder} for sockets: it must belong to uid ${ownUid} and be writable by nobody else (${now}); chown ${ownUid} ${folder} && chmod ${mode.toString(8)} ${folder}`,
    }
  }
  if ((stat.mode & 0o7777) !== mode) chmodSync(folder, mode)
  return { ok: true }
}

/**
 * Listens at `place`. A socket that was left behind is replaced when it is ours and nobody listens on it; anything else at
 * that path stays as it is and is an error. The file is made for its owner alone and gets its owner and mode before this
 * returns to the event loop, so nobody connects who may not.
 */
export async function listenAt(server: Server, place: SocketPlace, ownUid: number): Promise<ListenResult> {
  const { path, mode, owner } = place
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    return unusable(`cannot listen on ${path}: a socket's path may have ${MAX_PATH_BYTES} bytes`)
  }
  const stale = await removeStale(path, new Set([ownUid, owner.uid]))
  if (!stale.ok) return stale
  const outcome = new Promise<ListenResult>((resolve) => {
    const failed = (error: NodeJS.ErrnoException) =>
      resolve(
        error.code === 'EADDRINUSE'
          ? { ok: false, code: 'in_use', message: `cannot listen on ${path}: another worker is starting` }
          : unusable(`cannot listen on ${path}: ${error.message}`),
      )
    server.once('error', failed)
    server.once('listening', () => {
      server.off('error', failed)
      resolve({ ok: true, inode: lstatSync(path, { bigint: true }).ino })
    })
  })
  const umask = process.umask(0o177)
  try {
    server.listen(path)
    if (server.listening) {
      if (owner.uid !== ownUid || owner.gid !== lstatSync(path).gid) chownSync(path, owner.uid, owner.gid)
      chmodSync(path, mode)
    }
  } catch (error) {
    server.close()
    return unusable(`cannot listen on ${path}: ${(error as Error).message}`)
  } finally {
    process.umask(umask)
  }
  return outcome
}

/** Removes our socket file at a clean stop, if it still is the one that was made. */
export function removeSocket(path: string, inode: bigint): void {
  if (lstatSync(path, { bigint: true, throwIfNoEntry: false })?.ino === inode) unlinkSync(path)
}

async function removeStale(path: string, owners: ReadonlySet<number>): Promise<ListenResult> {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return { ok: true, inode: 0n }
  if (!stat.isSocket()) {
    return unusable(`cannot listen on ${path}: something that is no socket is there; move it away`)
  }
  if (!owners.has(Number(stat.uid))) {
    return unusable(`cannot listen on ${path}: a socket of uid ${stat.uid} is there; remove it`)
  }
  if (await somebodyListens(path)) {
    const message = `cannot listen on ${path}: another worker is running there; stop it first`
    return { ok: false, code: 'in_use', message }
  }
  removeSocket(path, stat.ino)
  return { ok: true, inode: stat.ino }
}

/** Everything but a refused connection means that somebody is there, also one who is too busy to answer. */
function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}

function unusable(message: string): ListenResult & { ok: false } {
  return { ok: false, code: 'unusable', message }
}
