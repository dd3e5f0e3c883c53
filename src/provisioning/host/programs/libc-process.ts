import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import koffi from 'koffi'
import type { SpawnError } from './spawn.ts'

/** <spawn.h>, <fcntl.h> and <sys/wait.h> of glibc on Linux. */
const POSIX_SPAWN_SETSIGDEF = 0x04
const POSIX_SPAWN_SETSIGMASK = 0x08
const POSIX_SPAWN_SETSID = 0x80
const O_RDONLY = 0
const O_CLOEXEC = 0o2000000
const WNOHANG = 1
const FIRST_OTHER_DESCRIPTOR = 3
/** More than posix_spawnattr_t (336 bytes), posix_spawn_file_actions_t (80) and sigset_t (128). */
const STRUCT_BYTES = 512

/** Both ends are close-on-exec. */
export interface Pipe {
  read: number
  write: number
}

/** The few calls that starting and reaping a process take. None throws for what the kernel says. */
export interface ProcessCalls {
  /** As many pipes, or none. */
  pipes(count: number): { ok: true; pipes: Pipe[] } | { ok: false; error: SpawnError }
  /**
   * Starts `argv[0]` with these descriptors as its 0, 1 and 2 (null: /dev/null for reading) and no others, in a session of its own, cwd `/`,
   * no signal blocked or ignored. Strings without NULs.
   */
  spawn(
    argv: readonly string[],
    environment: readonly string[],
    descriptors: readonly [number | null, number, number],
  ): { ok: true; pid: number } | { ok: false; error: SpawnError }
  /** The status of wait(2) if that child has ended, and it is reaped then; `running`; or `unknown`: it is no child of ours. */
  reap(pid: number): number | 'running' | 'unknown'
}

/** @throws Error where there is no glibc of 2.29 or later */
export function loadProcessCalls(): ProcessCalls {
  const libc = koffi.load('libc.so.6')
  const pipe2 = libc.func('int pipe2(_Out_ int *, int)')
  const waitpid = libc.func('int waitpid(int, _Out_ int *, int)')
  const posixSpawn = libc.func(
    'int posix_spawn(_Out_ int *, const char *, void *, void *, const char **, const char **)',
  )
  const attributesInit = libc.func('int posix_spawnattr_init(void *)')
  const setFlags = libc.func('int posix_spawnattr_setflags(void *, short)')
  const setSigDefault = libc.func('int posix_spawnattr_setsigdefault(void *, void *)')
  const setSigMask = libc.func('int posix_spawnattr_setsigmask(void *, void *)')
  const actionsInit = libc.func('int posix_spawn_file_actions_init(void *)')
  const actionsDestroy = libc.func('int posix_spawn_file_actions_destroy(void *)')
  const addOpen = libc.func('int posix_spawn_file_actions_addopen(void *, int, const char *, int, uint32_t)')
  const addDup2 = libc.func('int posix_spawn_file_actions_adddup2(void *, int, int)')
  const addChdir = libc.func('int posix_spawn_file_actions_addchdir_np(void *, const char *)')
  const addCloseFrom = functionOrNothing(libc, 'int posix_spawn_file_actions_addclosefrom_np(void *, int)')

  const attributes = Buffer.alloc(STRUCT_BYTES)
  attributesInit(attributes)
  setFlags(attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
  setSigDefault(attributes, Buffer.alloc(STRUCT_BYTES, 0xff))
  setSigMask(attributes, Buffer.alloc(STRUCT_BYTES, 0))

  return {
    pipes(count) {
      const pipes: Pipe[] = []
      while (pipes.length < count) {
        const ends: [number, number] = [-1, -1]
        if (pipe2(ends, O_CLOEXEC) !== 0) {
          const error = systemError('pipe2', koffi.errno())
          for (const { read, write } of pipes) for (const descriptor of [read, write]) closeSync(descriptor)
          return { ok: false, error }
        }
        pipes.push({ read: ends[0], write: ends[1] })
      }
      return { ok: true, pipes }
    },

    spawn(argv, environment, [input, output, errors]) {
      const actions = Buffer.alloc(STRUCT_BYTES)
      const pid = [-1]
      const failed =
        actionsInit(actions) ||
        (input === null ? addOpen(actions, 0, '/dev/null', O_RDONLY, 0) : addDup2(actions, input, 0)) ||
        addDup2(actions, output, 1) ||
        addDup2(actions, errors, 2) ||
        addChdir(actions, '/') ||
        addCloseFrom(actions, FIRST_OTHER_DESCRIPTOR) ||
        posixSpawn(pid, argv[0], actions, attributes, [...argv, null], [...environment, null])
      actionsDestroy(actions)
      return failed === 0
        ? { ok: true, pid: pid[0]! }
        : { ok: false, error: systemError(`start ${argv[0]}`, failed) }
    },

    reap(pid) {
      const status = [0]
      const found = waitpid(pid, status, WNOHANG)
      if (found === pid) return status[0]!
      return found === 0 || koffi.errno() === constants.errno.EINTR ? 'running' : 'unknown'
    },
  }
}

/** glibc has had it since 2.34; before, what this process was started with and nobody closed is handed on. */
function functionOrNothing(
  libc: ReturnType<typeof koffi.load>,
  definition: string,
): (...args: unknown[]) => number {
  try {
    return libc.func(definition)
  } catch {
    return () => 0
  }
}

function systemError(what: string, errno: number): SpawnError {
  const code = getSystemErrorName(-errno)
  return { code, message: `cannot ${what}: ${code}` }
}
