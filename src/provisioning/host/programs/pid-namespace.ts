import { setTimeout as delay } from 'node:timers/promises'
import { allPids, hasEnded, readProcess, signalQuietly } from './process-table.ts'

/** How the program inside gets its identity: root becomes somebody; anybody else stays who they are. */
export type Becoming = { uid: number; gid: number; noNewPrivileges: boolean } | 'oneself'

/**
 * The argv that runs `argv` as the first process of a pid namespace: when that process ends, the kernel ends whatever
 * else is inside (pid_namespaces(7)), daemons that left the session included, and `unshare` returns after that.
 *
 * No `--reset-env`: it would add TERM and the PATH of login.defs to the environment that the caller made from nothing.
 */
export function inPidNamespace(becoming: Becoming, argv: readonly string[]): [string, ...string[]] {
  const namespace = ['--pid', '--fork', '--kill-child']
  if (becoming === 'oneself') {
    // Without a /proc of its own: a container that masks parts of /proc does not let a user namespace mount another.
    return ['/usr/bin/unshare', '--user', '--map-current-user', ...namespace, '--', ...argv]
  }
  return ['/usr/bin/unshare', ...namespace, '--mount-proc', '--', ...becomingArgv(becoming), ...argv]
}

/** `setpriv` with the person's uid, gid and supplementary groups, and no way back up unless another program needs it. */
function becomingArgv({ uid, gid, noNewPrivileges }: Exclude<Becoming, 'oneself'>): string[] {
  const noNewPrivs = noNewPrivileges ? ['--no-new-privs'] : []
  return ['/usr/bin/setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--init-groups', ...noNewPrivs, '--']
}

/**
 * Ends the namespace below the `unshare` with this pid, which we started and have not reaped.
 *
 * INVARIANTS
 * - `--kill-child` alone does not do it: the kernel forgets the parent-death signal when `setpriv` changes identity.
 * - `unshare` is stopped first: it cannot reap its child then, so the child's pid stays the child's until the kill.
 * - `unshare` itself is not killed: it returns only when the namespace is empty, and that is what the caller waits for.
 */
export async function endPidNamespace(unshare: number): Promise<void> {
  signalQuietly(unshare, 'SIGSTOP')
  for (let tries = 0; tries < 50; tries++) {
    const state = readProcess(unshare)?.state
    if (state === undefined || state === 'T' || state === 'Z') break
    await delay(2)
  }
  const children = allPids()
    .map(readProcess)
    .filter((process) => process !== null)
    .filter((process) => process.parent === unshare && !hasEnded(process))
  for (const child of children) signalQuietly(child.pid, 'SIGKILL')
  // Before it forked there is no child: then it goes itself.
  if (children.length === 0) signalQuietly(unshare, 'SIGKILL')
  signalQuietly(unshare, 'SIGCONT')
}
