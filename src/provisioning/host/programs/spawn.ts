import type { Readable, Writable } from 'node:stream'

/**
 * Starts a program and returns at once: absolute path, argv array, exactly this environment, cwd `/`, a session of its own,
 * default signal handlers, stdout and stderr as pipes, stdin /dev/null or a pipe, none of our descriptors above 2. The umask
 * is ours at the time of the call. Never throws for what was to be started.
 */
export type Spawn = (request: SpawnRequest) => SpawnResult

export interface SpawnRequest {
  program: string
  /** Without the program's own name. */
  args: readonly string[]
  env: Readonly<Record<string, string>>
  stdin: 'null' | 'pipe'
}

export type SpawnResult = { ok: true; child: Child } | { ok: false; error: SpawnError }

/** `code` is the errno name where there is one. */
export interface SpawnError {
  code: string | null
  message: string
}

export interface Child {
  /** Undefined when it is only learnt later that it could not be started. */
  pid: number | undefined
  stdin: Writable | null
  stdout: Readable
  stderr: Readable
  /** Settles when the program has ended and was reaped. */
  ended: Promise<ChildEnd>
  /** From then on the pid, and the process group of that number, may be somebody else's. */
  isReaped(): boolean
}

export type ChildEnd =
  | { kind: 'exit'; status: number | null; signal: NodeJS.Signals | null }
  | { kind: 'not started'; error: SpawnError }
