import { join } from 'node:path'
import { SOCKETS } from '../../config/config.ts'
import type { Caller } from '../caller.ts'
import type { Limits } from './budget.ts'
import { createGate, type Gate, type GateDependencies } from './http-server.ts'
import { ensureRunFolder, listenAt, removeSocket, type SocketPlace } from './listen.ts'

/**
 * What each listener serves at most. Everybody's is the budget of SECURITY: 16 connections, 2 streams and 20 requests a
 * second for each uid, 256 connections in all. The bot speaks for many people over one uid, and follows events for all of
 * them on one or two streams; the operator's tools and a watching `--wait` share uid 0. Neither can be reached by others.
 */
export const LIMITS: Readonly<Record<Caller['listener'], Limits>> = {
  everybody: { connections: 256, connectionsPerUid: 16, streamsPerUid: 2, requestsPerSecond: 20 },
  bot: { connections: 64, connectionsPerUid: 64, streamsPerUid: 8, requestsPerSecond: 200 },
  admin: { connections: 64, connectionsPerUid: 64, streamsPerUid: 16, requestsPerSecond: 200 },
}

export interface GatesOptions {
  /** Folder of the sockets. */
  run: string
  mode: 'system' | 'single-user'
  ownUid: number
  ownGid: number
  /** The bot's account; null where there is none, then only root could connect and is refused. */
  bot: { uid: number; gid: number } | null
  /** Default: `LIMITS`. */
  limits?: Readonly<Record<Caller['listener'], Limits>>
}

export interface Gates {
  close(deadlineMs: number): Promise<void>
}

export type GatesResult =
  | { ok: true; gates: Gates }
  | { ok: false; code: 'in_use' | 'unusable'; message: string }

/**
 * Opens the three listeners, or none. In single-user mode folder and sockets are the caller's alone.
 */
export async function openGates(dependencies: GateDependencies, options: GatesOptions): Promise<GatesResult> {
  const { run, mode, ownUid, ownGid, limits = LIMITS } = options
  const system = mode === 'system'
  const folder = ensureRunFolder(run, system ? 0o755 : 0o700, ownUid)
  if (!folder.ok) return { ok: false, code: 'unusable', message: folder.message }
  const own = { uid: ownUid, gid: ownGid }
  const places: Record<Caller['listener'], SocketPlace> = {
    admin: { path: join(run, SOCKETS.admin), mode: 0o600, owner: own },
    bot: { path: join(run, SOCKETS.bot), mode: 0o600, owner: options.bot ?? own },
    everybody: { path: join(run, SOCKETS.everybody), mode: system ? 0o666 : 0o600, owner: own },
  }
  const open: { gate: Gate; path: string; inode: bigint }[] = []
  const close = async (deadlineMs: number) => {
    for (const { path, inode } of open) removeSocket(path, inode)
    await Promise.all(open.map(({ gate }) => gate.close(deadlineMs)))
  }
  for (const listener of ['admin', 'bot', 'everybody'] as const) {
    const gate = createGate(dependencies, listener, limits[listener])
    const result = await listenAt(gate.server, places[listener], ownUid)
    if (!result.ok) {
      await close(0)
      return result
    }
    open.push({ gate, path: places[listener].path, inode: result.inode })
  }
  return { ok: true, gates: { close } }
}
