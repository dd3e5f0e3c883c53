import type { ApiError } from '../protocol/errors.ts'

const WHY: Readonly<Record<string, string>> = {
  ENOENT:
    "there is no such socket; start the worker (systemctl start usher-worker, or 'usher worker' by hand) or name its config with --config",
  ECONNREFUSED:
    "nobody listens there any more; start the worker again (systemctl start usher-worker, or 'usher worker' by hand)",
  EACCES: 'it is not for this account; run the command as root (sudo), or check that its folder is 0755',
  EAGAIN: 'too many connections wait there; try again in a moment',
  EMFILE: 'this program has too many open files; close some or raise the limit',
}

/** No connection came about: nothing was sent. */
export function cannotConnect(socketPath: string, error: unknown): ApiError {
  const errno = errnoOf(error)
  const why = WHY[errno] ?? 'check that the worker runs'
  return failure(socketPath, errno, `cannot reach the worker at ${socketPath}: ${why} (${errno})`)
}

/** The connection ended before the answer: whether something was done is not known. */
export function connectionLost(socketPath: string, error: unknown): ApiError {
  const errno = errnoOf(error)
  return failure(
    socketPath,
    errno,
    `cannot tell what became of this: the worker at ${socketPath} hung up before it answered (${errno}); look at 'usher requests' and try again`,
  )
}

/** The worker took the request and said nothing in time. */
export function noAnswer(socketPath: string, afterMs: number): ApiError {
  return failure(
    socketPath,
    'ETIMEDOUT',
    `cannot wait any longer: the worker at ${socketPath} has not answered for ${Math.round(afterMs / 1000)} s; look at its log and try again`,
  )
}

/** The caller gave up. */
export function interrupted(socketPath: string): ApiError {
  return failure(
    socketPath,
    'ECANCELED',
    `cannot finish: waiting for the worker at ${socketPath} was interrupted`,
  )
}

/** Somebody else's program listens there: nothing was sent. */
export function impostor(socketPath: string, expectedUid: number, found: string): ApiError {
  return failure(
    socketPath,
    'EPEER',
    `cannot trust the worker at ${socketPath}: it must run as uid ${expectedUid}, but ${found}; look who started it`,
  )
}

function failure(socket: string, errno: string, message: string): ApiError {
  return { code: 'unreachable', message, params: { socket, errno } }
}

function errnoOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code !== '' ? code : 'unknown error'
}
