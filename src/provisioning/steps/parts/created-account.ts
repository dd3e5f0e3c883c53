import type { PasswdEntry } from '../../../domain/facts.ts'
import { markerGecos } from '../../../domain/gecos.ts'
import type { CreateAccountParams } from '../../../domain/step.ts'
import type { AccountTraces } from '../../host/accounts/account-database.ts'
import type { FileIdentity, TreeEntry } from '../../host/files/safe-files.ts'
import type { Host } from '../../host/host.ts'
import { tracesOf } from './account-lines.ts'

/**
 * Committed before useradd: what the account will be. `complete` once every file has it; `removing` while its lines are being
 * removed; `homeIdentity` and `tree`, what is in the home, before the home gets its name.
 */
export type CreateRecord = {
  mode: 'create'
  uid: number
  gid: number
  marker: string
  complete: boolean
  removing?: true
  homeIdentity: FileIdentity | null
  tree: TreeEntry[]
}

const NO_LINES: AccountTraces = {
  passwd: false,
  shadow: false,
  group: false,
  gshadow: false,
  subuid: false,
  subgid: false,
}

/**
 * Name, uid and marker match. Once the account was complete the person's name stands for the marker too, as the activation
 * puts it there; what follows its comma (room, telephone) a person may change with chfn(1). Before that, an account with the
 * right name and number may be an administrator's.
 */
export function isOurs(
  entry: PasswdEntry | null,
  params: CreateAccountParams,
  record: CreateRecord,
): boolean {
  if (entry === null || entry.uid !== record.uid) return false
  const marked = entry.gecos === markerGecos(record.marker)
  // Which gid useradd(8) gave it is known once it is complete.
  if (!record.complete) return marked
  const [name] = entry.gecos.split(',')
  return entry.gid === record.gid && (marked || (params.gecos !== undefined && name === params.gecos))
}

/**
 * Which files have lines of the account that this run made. useradd(8) writes the passwd entry first and userdel(8) removes it
 * first: lines without one are ours only if it was there before, and else a group that an administrator made.
 */
export async function linesOf(
  host: Host,
  osUser: string,
  entry: PasswdEntry | null,
  { gid, complete, removing }: CreateRecord,
): Promise<AccountTraces> {
  if (entry === null && !complete && !removing) return NO_LINES
  return tracesOf(host, osUser, entry?.gid ?? gid)
}
