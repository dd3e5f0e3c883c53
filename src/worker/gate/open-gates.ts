import { join } from 'node:path'
import { SOCKETS } from '../../config/config.ts'
import type { Listener } from '../caller.ts'
import type { Limits } from './budget.ts'
import { createGate, type Gate, type GateDependencies } from './http-server.ts'
import { ensureRunFolder, listenAt, removeSocket, type SocketPlace } from './listen.ts'

/**
 * What each listener serves at most. Everybody's is the budget of SECURITY: 16 connections, 2 streams and 20 requests a
 * second for each uid, 256 connections in all. The bot speaks for many people over one uid, and follows events for all of
 * them on one or two streams; the operator's tools and a watching `--wait` share uid 0. The witness waits on one connection and reports
 * on another; through the approver's account admins come by SSH, a few at a time. None of them can be reached by others.
 * Metrics are collected every few seconds by one or two programs.
 */
export const LIMITS: Readonly<Record<Listener, Limits>> = {
  everybody: { connections: 256, connectionsPerUid: 16, streamsPerUid: 2, requestsPerSecond: 20 },
  bot: { connections: 64, connectionsPerUid: 64, streamsPerUid: 8, requestsPerSecond: 200 },
  admin: { connections: 64, connectionsPerUid: 64, streamsPerUid: 16, requestsPerSecond: 200 },
  witness: { connections: 8, connectionsPerUid: 8, streamsPerUid: 0, requestsPerSecond: 20 },
  approver: { connections: 16, connectionsPerUid: 16, streamsPerUid: 0, requestsPerSecond: 20 },
  metrics: { connections: 8, connectionsPerUid: 4, streamsPerUid: 0, requestsPerSecond: 5 },
}

const LISTENERS: readonly Listener[] = ['admin', 'bot', 'everybody', 'witness', 'approver', 'metrics']

export interface GatesOptions {
  /** Folder of the sockets. */
  run: string
  mode: 'system' | 'single-user'
  ownUid: number
  ownGid: number
  /** The bot's account; null where there is none, then only root could connect and is refused. */
  bot: { uid: number; gid: number } | null
  /** Accounts of witness and approver; null where there is none: then there is no such socket. */
  witness: { uid: number; gid: number } | null
  approver: { uid: number; gid: number } | null
  /** The group that may read the metrics; null: no such socket. */
  metricsGid: number | null
  /** Default: `LIMITS`. */
  limits?: Readonly<Record<Listener, Limits>>
}

export interface Gates {
  close(deadlineMs: number): Promise<void>
}

export type GatesResult =
  | { ok: true; gates: Gates }
  | { ok: false; code: 'in_use' | 'unusable'; message: string }

/**
 * Opens the listeners, all or none: operator, bot, everybody, and those of witness, approver and metrics where there are such. In single-user mode folder and sockets are the caller's alone.
 */
export async function openGates(dependencies: GateDependencies, options: GatesOptions): Promise<GatesResult> {
  const { run, mode, ownUid, ownGid, limits = LIMITS } = options
  const system = mode === 'system'
  const folder = ensureRunFolder(run, system ? 0o755 : 0o700, ownUid)
  if (!folder.ok) return { ok: false, code: 'unusable', message: folder.message }
  const own = { uid: ownUid, gid: ownGid }
  const places: Record<Listener, SocketPlace | null> = {
    admin: { path: join(run, SOCKETS.admin), mode: 0o600, owner: own },
    bot: { path: join(run, SOCKETS.bot), mode: 0o600, owner: options.bot ?? own },
    everybody: { path: join(run, SOCKETS.everybody), mode: system ? 0o666 : 0o600, owner: own },
    witness: options.witness && { path: join(run, SOCKETS.witness), mode: 0o600, owner: options.witness },
    approver: options.approver && { path: join(run, SOCKETS.approver), mode: 0o600, owner: options.approver },
    metrics:
      options.metricsGid === null
        ? null
        : { path: join(run, SOCKETS.metrics), mode: 0o660, owner: { uid: ownUid, gid: options.metricsGid } },
  }
  const open: { gate: Gate; path: string; inode: bigint }[] = []
  const close = async (deadlineMs: number) => {
    for (const { path, inode } of open) removeSocket(path, inode)
    await Promise.all(open.map(({ gate }) => gate.close(deadlineMs)))
  }
  for (const listener of LISTENERS) {
    const place = places[listener]
    if (place === null) continue
    const gate = createGate(dependencies, listener, limits[listener])
    const result = await listenAt(gate.server, place, ownUid)
    if (!result.ok) {
      await close(0)
      return result
    }
    open.push({ gate, path: place.path, inode: result.inode })
  }
  return { ok: true, gates: { close } }
}
