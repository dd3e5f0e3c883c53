import type { StepFailure } from '../../../domain/step.ts'
import type { AccountTraces } from '../../host/accounts/account-database.ts'
import type { Host } from '../../host/host.ts'

/** Removes the account from every file, whole or half-made; null when nothing names it any more. */
export async function removeAccountLines(
  host: Host,
  osUser: string,
  { uid, gid }: { uid: number; gid: number },
): Promise<StepFailure | null> {
  const { accounts } = host
  if (await accounts.byName(osUser)) {
    const removed = await accounts.remove(osUser)
    if (!removed.ok) return removed.failure
  }
  if (isAny(await tracesOf(host, osUser, gid))) {
    const removed = await accounts.removeRemains({ name: osUser, uid, gid })
    if (!removed.ok) return removed.failure
  }
  const left = Object.entries(await tracesOf(host, osUser, gid)).filter(([, present]) => present)
  if (left.length === 0) return null
  const why = `/etc/${left.map(([file]) => file).join(', /etc/')} still name ${osUser}`
  return { code: 'undo_incomplete', params: { why } }
}

/** Which files name the account, without a group of that name that is not its own. */
export async function tracesOf({ accounts }: Host, osUser: string, gid: number): Promise<AccountTraces> {
  const traces = await accounts.traces(osUser)
  const group = await accounts.group(osUser)
  return group !== null && group.gid !== gid ? { ...traces, group: false, gshadow: false } : traces
}

/** Whether every file names the account. */
export function isComplete(traces: AccountTraces): boolean {
  return Object.values(traces).every(Boolean)
}

/** Whether any file does. */
export function isAny(traces: AccountTraces): boolean {
  return Object.values(traces).some(Boolean)
}
