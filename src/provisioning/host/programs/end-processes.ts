import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { subordinateUids, type UidRange } from '../accounts/subordinate-uids.ts'
import { allPids, hasEnded, killProcess, type ProcessEntry, readProcess } from './process-table.ts'
import type { Programs } from './programs.ts'

/** How long processes that have ended may wait for their parent to reap them before they count as gone all the same. */
const REAP_MS = 500
/** In all; a process that survives SIGKILL for so long hangs in the kernel. */
const DEADLINE_MS = 10_000
const PASS_MS = 5

/**
 * Every process that has this uid, or one that is subordinate to it, as its real, effective, saved or file system uid: what an
 * account starts in a user namespace (rootless containers) runs under subordinate uids, which the next account is given.
 */
export function processesOf(
  uid: number,
  subordinate: readonly UidRange[] = subordinateUids(uid),
): ProcessEntry[] {
  const isTheirs = (one: number) =>
    one === uid || subordinate.some(({ first, count }) => one >= first && one < first + count)
  return allPids()
    .map(readProcess)
    .filter((process) => process !== null)
    .filter((process) => process.uids.some(isTheirs))
}

/**
 * Ends every process of an account: its sessions and user manager by systemd where that runs, then pid by pid, then
 * looks again until none is left. Meant for an account that a run made; uid 0 and our own are refused.
 *
 * INVARIANTS
 * - A pid is signalled only if its start time is still the one that was seen, so never a stranger that got the pid.
 * - From the second pass on `kill -1` *as that uid* comes first: the kernel takes all at once, whatever they fork
 *   meanwhile, and cannot reach anybody else's.
 *
 * @throws Error for uid 0 and for our own uid: that is a bug
 */
export async function endProcessesOf(
  run: Programs['run'],
  uid: number,
  signal: AbortSignal,
): Promise<{ ended: number; left: number[] }> {
  if (!Number.isInteger(uid) || uid <= 0 || uid === process.getuid?.()) {
    throw new Error(`cannot end the processes of uid ${uid}: they are not a person's`)
  }
  const startedAt = performance.now()
  const seen = new Set<string>()
  const subordinate = subordinateUids(uid)
  await stopUserManager(run, uid, signal)
  for (let pass = 0; ; pass++) {
    const there = processesOf(uid, subordinate)
    const alive = there.filter((process) => !hasEnded(process))
    for (const { pid, startTime } of there) seen.add(`${pid} ${startTime}`)
    const elapsed = performance.now() - startedAt
    if (alive.length === 0 && (there.length === 0 || elapsed > REAP_MS)) return { ended: seen.size, left: [] }
    if (signal.aborted || elapsed > DEADLINE_MS) {
      return { ended: seen.size - alive.length, left: alive.map(({ pid }) => pid) }
    }
    if (pass > 0) for (const one of effectiveUids(alive, uid)) await killAllAs(run, one)
    for (const process of alive) killProcess(process)
    await delay(PASS_MS)
  }
}

/** Whom to be in order to reach these: the account itself, and a few of those under which they run. */
function effectiveUids(alive: readonly ProcessEntry[], uid: number): number[] {
  const others = new Set(alive.map(({ uids }) => uids[1] ?? uid).filter((one) => one > 0 && one !== uid))
  return [uid, ...[...others].slice(0, 16)]
}

/** Units are named by number, so no name of a person reaches an argv. What is not loaded is no failure here. */
async function stopUserManager(run: Programs['run'], uid: number, signal: AbortSignal): Promise<void> {
  if (!existsSync('/run/systemd/system')) return
  const traces = [`/run/user/${uid}`, `/sys/fs/cgroup/user.slice/user-${uid}.slice`]
  if (!traces.some((path) => existsSync(path))) return
  const units = [`user@${uid}.service`, `user-runtime-dir@${uid}.service`, `user-${uid}.slice`]
  await run('/usr/bin/systemctl', ['stop', ...units], { timeoutMs: 5_000, signal })
}

async function killAllAs(run: Programs['run'], uid: number): Promise<void> {
  const become = [`--reuid=${uid}`, '--regid=65534', '--clear-groups', '--no-new-privs', '--']
  await run('/usr/bin/setpriv', [...become, '/bin/sh', '-c', 'kill -KILL -1'], { timeoutMs: 2_000 })
}
