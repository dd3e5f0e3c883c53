import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import type { StepFailure } from '../../../domain/step.ts'

/** lckpwdf(3): held by a record lock on this file, whose mere presence means nothing. */
const WHOLE = '/etc/.pwd.lock'

/** What a tool's own words say when it could not get the lock of a file: of shadow's commonio.c, in the C locale. */
const REFUSED = /cannot lock|unable to lock/i
const LOCK_FILE = /lock file (\/\S+\.lock) with|lock (\/\S+\.lock) already used/

/**
 * The failure of a tool that could not lock the account database, with who holds it as far as that can be seen now; null when
 * its words speak of something else.
 *
 * `held_by`: `process` with `pid` and `program`; `empty` or `garbage` for a lock file that names nobody, which the tools never
 * take away themselves; `unknown` when it was let go of meanwhile.
 */
export function lockFailure(stderr: string): StepFailure | null {
  if (!REFUSED.test(stderr)) return null
  const named = LOCK_FILE.exec(stderr)
  const path = named?.[1] ?? named?.[2] ?? WHOLE
  const holder = path === WHOLE ? holderOfWhole() : holderByFile(path)
  return { code: 'account_locked_by_other', params: { path, ...holder }, detail: stderr }
}

type Holder =
  | { held_by: 'process'; pid: number; program: string }
  | { held_by: 'empty' | 'garbage' | 'unknown' }

function holderByFile(path: string): Holder {
  const text = read(path)?.replace(/\0+$/, '')
  if (text === undefined) return { held_by: 'unknown' }
  if (text === '') return { held_by: 'empty' }
  if (!/^[1-9][0-9]{0,9}$/.test(text)) return { held_by: 'garbage' }
  return byProcess(Number(text))
}

/**
 * /proc/locks names pid, device and inode. On a layered file system the device is another one than the file's, and then the open file
 * itself is looked at, which a service without CAP_SYS_PTRACE may not.
 */
function holderOfWhole(): Holder {
  const whole = statSync(WHOLE, { throwIfNoEntry: false })
  if (whole === undefined) return { held_by: 'unknown' }
  for (const line of read('/proc/locks')?.split('\n') ?? []) {
    const [, kind, , mode, pid, file] = line.split(/\s+/)
    if (kind !== 'POSIX' || mode !== 'WRITE' || !file?.endsWith(`:${whole.ino}`)) continue
    const isThis = file === `${deviceInLocks(whole.dev)}:${whole.ino}`
    if (isThis || hasOpen(Number(pid), WHOLE)) return byProcess(Number(pid))
  }
  return { held_by: 'unknown' }
}

/** proc(5), /proc/locks: major and minor number of the device in at least two hexadecimal digits each; makedev(3) of glibc. */
function deviceInLocks(device: number): string {
  const low = device % 2 ** 32
  const major = (low >>> 8) & 0xfff
  const minor = (low & 0xff) | ((low >>> 12) & 0xfff00)
  return [major, minor].map((number) => number.toString(16).padStart(2, '0')).join(':')
}

function hasOpen(pid: number, path: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path)
  } catch {
    return false
  }
}

function byProcess(pid: number): Holder {
  const program = read(`/proc/${pid}/comm`)?.trim()
  return program === undefined ? { held_by: 'unknown' } : { held_by: 'process', pid, program }
}

/** The start of a file, undefined when it cannot be read. These files are a pid long; whatever else is there is garbage. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
