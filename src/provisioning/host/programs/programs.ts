import type { StepFailure } from '../../../domain/step.ts'

/** Output kept of a program's stdout and stderr each; what follows is read and thrown away. */
export const OUTPUT_LIMIT_BYTES = 16 * 1024

/**
 * Runs programs: absolute path, argv array, clean environment, stdin /dev/null unless given, no fd above 2, cwd `/`,
 * umask 077, no core files, own session, output capped while reading, a deadline that settles even when a child keeps
 * the pipe. No shell. The only place that starts processes.
 */
export interface Programs {
  /** As the worker's own uid (root in system mode): account tools, systemctl. */
  run(program: string, args: string[], options?: RunOptions): Promise<ProgramResult>
  /**
   * As a person, in a login-like clean environment, outside the worker's sandbox, in a cgroup or pid namespace of its own:
   * when the promise settles nothing of it is alive. In single-user mode: as oneself.
   */
  runAsPerson(
    person: PersonIdentity,
    argv: [string, ...string[]],
    options?: RunAsPersonOptions,
  ): Promise<ProgramResult>
  /** Ends every process of this uid, pid by pid, and verifies; the user manager included. */
  endProcessesOf(uid: number, signal: AbortSignal): Promise<{ ended: number; left: number[] }>
  /**
   * Ends what an earlier `runAsPerson`, with this unguessable word in its argv, still runs because its worker was killed.
   * Tells whether nothing of it is left.
   */
  endMarked(mark: string, signal: AbortSignal): Promise<boolean>
  /** How programs of a person are contained and ended here. */
  containment(): Promise<Containment>
}

/**
 * - `transient-unit`: a systemd unit, outside our own unit's sandbox, ended with its cgroup
 * - `pid-namespace`: ended by the kernel with its first process
 * - `own-session`: single-user mode where the kernel gives neither: ended by process group and a mark in the
 *   environment, which a program that wants to stay can escape
 * - `process-group`: system mode on macOS, which has neither cgroups nor pid namespaces: ended by process group, which a
 *   program that wants to stay can leave
 */
export type Containment = 'transient-unit' | 'pid-namespace' | 'own-session' | 'process-group'

export interface PersonIdentity {
  osUser: string
  uid: number
  gid: number
  home: string
  shell: string
}

export interface RunOptions {
  stdin?: string | Buffer
  timeoutMs?: number
  signal?: AbortSignal
  env?: Record<string, string>
}

export interface RunAsPersonOptions extends RunOptions {
  /** PATH for the program; default `/usr/local/bin:/usr/bin:/bin`. */
  path?: string[]
  /** Become the person through another account: runs `[...argv, program…]` as `user`. */
  via?: { user: string; argv: string[] } | null
}

export type ProgramResult =
  | { ok: true; stdout: string; stderr: string; durationMs: number }
  | {
      ok: false
      failure: StepFailure
      status: number | null
      stdout: string
      stderr: string
      durationMs: number
    }
