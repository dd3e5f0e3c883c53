import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { subordinateUids, type UidRange } from '../accounts/subordinate-uids.ts'
import { allPids, hasEnded, killProcess, type ProcessEntry, readProcess } from './process-table.ts'
import type { Containment, Programs } from './programs.ts'

/** How long processes that have ended may wait for their parent to reap them before they count as gone all the same. */
const REAP_MS = 500
/** In all; a process that survives SIGKILL for so long hangs in the kernel. */
const DEADLINE_MS = 10_000
const PASS_MS = 5
/** As how many lent uids everything is ended in one pass; the others are ended pid by pid, and in the next. */
const LENT_AT_ONCE = 16

/**
 * Every process that has this uid, or one that is subordinate to it, as its real, effective, saved or file system uid: what an
 * account starts in a user namespace (rootless containers) runs under subordinate uids, which the next account is given.
 */
export function processesOf(
  uid: number,
  subordinate: readonly UidRange[] = subordinateUids(uid),
): ProcessEntry[] {
  return allPids()
    .map(readProcess)
    .filter((process) => process !== null)
    .filter(({ uids }) => uids.some((one) => one === uid || isLent(one, subordinate)))
}

function isLent(uid: number, ranges: readonly UidRange[]): boolean {
  return ranges.some(({ first, count }) => uid >= first && uid < first + count)
}

/**
 * Ends every process of an account: its sessions and user manager by systemd where that runs, then pid by pid, then
 * looks again until none is left. Meant for an account that a run made; uid 0 and our own are refused.
 *
 * INVARIANTS
 * - A pid is signalled only if its start time is still the one that was seen, so never a stranger that got the pid.
 * - From the second pass on `kill -1` *as that uid* comes first: the kernel takes all at once, whatever they fork
 *   meanwhile, and cannot reach anybody else's. Never as another uid that one of them has: a setuid program's owner is
 *   somebody else.
 * - A lent uid that belongs to an account after all (a directory service knows more than subuid(5)) is spared.
 *
 * @param containment how programs of persons are contained: where systemd does it, it is also asked to become them here, because our
 *   own unit cannot
 * @throws Error for uid 0 and for our own uid: that is a bug
 */
export async function endProcessesOf(
  run: Programs['run'],
  containment: Containment,
  uid: number,
  signal: AbortSignal,
): Promise<{ ended: number; left: number[] }> {
  if (!Number.isInteger(uid) || uid <= 0 || uid === process.getuid?.()) {
    throw new Error(`cannot end the processes of uid ${uid}: they are not a person's`)
  }
  const startedAt = performance.now()
  const seen = new Set<string>()
  const subordinate = subordinateUids(uid)
  const spared = new Map<number, boolean>()
  await stopUserManager(run, uid, signal)
  for (let pass = 0; ; pass++) {
    const found = processesOf(uid, subordinate)
    for (const one of new Set(found.flatMap(({ uids }) => uids))) {
      if (isLent(one, subordinate) && !spared.has(one)) spared.set(one, await isAccount(run, one))
    }
    const isTheirs = (one: number) => one === uid || (isLent(one, subordinate) && !spared.get(one))
    const there = found.filter(({ uids }) => uids.some(isTheirs))
    const alive = there.filter((process) => !hasEnded(process))
    for (const { pid, startTime } of there) seen.add(`${pid} ${startTime}`)
    const elapsed = performance.now() - startedAt
    if (alive.length === 0 && (there.length === 0 || elapsed > REAP_MS)) return { ended: seen.size, left: [] }
    if (signal.aborted || elapsed > DEADLINE_MS) {
      return { ended: seen.size - alive.length, left: alive.map(({ pid }) => pid) }
    }
    if (pass > 0 && alive.length > 0) {
      const lent = new Set(alive.flatMap(({ uids }) => uids.filter((one) => one !== uid && isTheirs(one))))
      for (const one of [uid, ...[...lent].slice(0, LENT_AT_ONCE)]) await killAllAs(run, containment, one)
    }
    for (const process of alive) killProcess(process)
    await delay(PASS_MS)
  }
}

async function isAccount(run: Programs['run'], uid: number): Promise<boolean> {
  return (await run('/usr/bin/getent', ['--', 'passwd', String(uid)], { timeoutMs: 2_000 })).ok
}

/** Units are named by number, so no name of a person reaches an argv. What is not loaded is no failure here. */
async function stopUserManager(run: Programs['run'], uid: number, signal: AbortSignal): Promise<void> {
  if (!existsSync('/run/systemd/system')) return
  const traces = [`/run/user/${uid}`, `/sys/fs/cgroup/user.slice/user-${uid}.slice`]
  if (!traces.some((path) => existsSync(path))) return
  const units = [`user@${uid}.service`, `user-runtime-dir@${uid}.service`, `user-${uid}.slice`]
  await run('/usr/bin/systemctl', ['stop', ...units], { timeoutMs: 5_000, signal })
}

async function killAllAs(run: Programs['run'], containment: Containment, uid: number): Promise<void> {
  const become = [`--reuid=${uid}`, '--regid=65534', '--clear-groups', '--no-new-privs', '--']
  const setpriv = [...become, '/bin/sh', '-c', 'kill -KILL -1']
  if (containment !== 'transient-unit') {
    await run('/usr/bin/setpriv', setpriv, { timeoutMs: 2_000 })
    return
  }
  // Not --uid: systemd becomes nobody whom no passwd entry names, and a lent uid has none.
  const unit = ['--quiet', '--wait', '--collect', '--service-type=exec', '-p', 'RuntimeMaxSec=3', '--']
  await run('/usr/bin/systemd-run', [...unit, '/usr/bin/setpriv', ...setpriv], { timeoutMs: 4_000 })
}
