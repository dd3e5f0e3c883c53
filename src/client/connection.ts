import { createConnection, type Socket } from 'node:net'
import type { ApiError } from '../protocol/errors.ts'
import { cannotConnect, impostor, interrupted, noAnswer } from './unreachable.ts'

export interface Place {
  socketPath: string
  /** The uid that the kernel must name at the other end; null where it does not matter. */
  expectServerUid: number | null
}

export type ConnectionResult = { ok: true; socket: Socket } | { ok: false; error: ApiError }

/** How long a connect may take, in milliseconds: a full backlog blocks. */
const CONNECT_MS = 5000

/**
 * A connected socket whose other end is who it must be. Not a byte is sent before that is known; whatever cannot be found
 * out is a refusal.
 */
export async function openConnection(place: Place, signal: AbortSignal): Promise<ConnectionResult> {
  const { socketPath, expectServerUid } = place
  const connected = await connect(socketPath, signal)
  if (!connected.ok || expectServerUid === null) return connected
  const refused = await wrongPeer(connected.socket, socketPath, expectServerUid)
  if (refused === null) return connected
  connected.socket.destroy()
  return { ok: false, error: refused }
}

function connect(socketPath: string, signal: AbortSignal): Promise<ConnectionResult> {
  return new Promise((resolve) => {
    const socket = createConnection({ path: socketPath })
    const settle = (result: ConnectionResult) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.off('connect', connected)
      if (!result.ok) socket.destroy()
      resolve(result)
    }
    const timer = setTimeout(() => settle({ ok: false, error: noAnswer(socketPath, CONNECT_MS) }), CONNECT_MS)
    const abort = () => settle({ ok: false, error: interrupted(socketPath) })
    const connected = () => settle({ ok: true, socket })
    // Stays: an error after this one is somebody else's to report, and must not end the process.
    socket.on('error', (error) => settle({ ok: false, error: cannotConnect(socketPath, error) }))
    socket.once('connect', connected)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
}

/** Why the server is not who it must be, or null. koffi is loaded here because most callers do without. */
async function wrongPeer(socket: Socket, socketPath: string, expected: number): Promise<ApiError | null> {
  const { createPeerReader, descriptorOf } = await import('../peer/peer-credentials.ts')
  const peer = createPeerReader()(descriptorOf(socket))
  if (!peer.known) return impostor(socketPath, expected, peer.why)
  return peer.uid === expected ? null : impostor(socketPath, expected, `it runs as uid ${peer.uid}`)
}
