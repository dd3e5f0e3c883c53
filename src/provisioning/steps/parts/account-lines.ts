import type { StepFailure } from '../../../domain/step.ts'
import type { AccountTraces } from '../../host/accounts/account-database.ts'
import type { Host } from '../../host/host.ts'

/** What the run made or is about to make; `complete` once every file had it. */
interface OwnAccount {
  uid: number
  gid: number
  complete: boolean
}

/** Removes the account from every file, whole or half-made; null when nothing names it any more. */
export async function removeAccountLines(
  host: Host,
  osUser: string,
  record: OwnAccount,
): Promise<StepFailure | null> {
  const { accounts } = host
  const { uid, gid } = record
  if (await accounts.byName(osUser)) {
    const removed = await accounts.remove(osUser)
    if (!removed.ok) return removed.failure
  }
  if (isAny(await tracesOf(host, osUser, record))) {
    const removed = await accounts.removeRemains({ name: osUser, uid, gid })
    if (!removed.ok) return removed.failure
  }
  const left = Object.entries(await tracesOf(host, osUser, record)).filter(([, present]) => present)
  if (left.length === 0) return null
  const why = `/etc/${left.map(([file]) => file).join(', /etc/')} still name ${osUser}`
  return { code: 'undo_incomplete', params: { why } }
}

/**
 * Which files name the account, without a group of that name that is not its own. The next free gid is what groupadd(8) gives,
 * too, so a lone group of an account that never was complete is an administrator's: useradd(8) writes passwd first.
 */
export async function tracesOf(
  { accounts }: Host,
  osUser: string,
  { gid, complete }: OwnAccount,
): Promise<AccountTraces> {
  const traces = await accounts.traces(osUser)
  const group = await accounts.group(osUser)
  if (group === null) return traces
  const { passwd, shadow, subuid, subgid } = traces
  const isOwn = group.gid === gid && (complete || passwd || shadow || subuid || subgid)
  return isOwn ? traces : { ...traces, group: false, gshadow: false }
}

/** Whether every file names the account. */
export function isComplete(traces: AccountTraces): boolean {
  return Object.values(traces).every(Boolean)
}

/** Whether any file does. */
export function isAny(traces: AccountTraces): boolean {
  return Object.values(traces).some(Boolean)
}
