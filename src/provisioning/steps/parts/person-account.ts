import type { PasswdEntry } from '../../../domain/facts.ts'
import type { DirectoryOwner, StepFailure } from '../../../domain/step.ts'
import type { FileOutcome } from '../../host/files/safe-files.ts'
import type { Host } from '../../host/host.ts'
import type { PersonIdentity } from '../../host/programs/programs.ts'

/** Whom to run a program as, for an account that exists. */
export function identityOfEntry({ name, uid, gid, home, shell }: PasswdEntry): PersonIdentity {
  return { osUser: name, uid, gid, home, shell }
}

/** The account that owns a folder; `account_changed` where it does not exist (any more). */
export async function ownerOf(
  host: Host,
  owner: DirectoryOwner,
  osUser: string,
): Promise<FileOutcome<{ entry: PasswdEntry }>> {
  const name = owner === 'person' ? osUser : owner.user
  const entry = await host.accounts.byName(name)
  return entry ? { ok: true, entry } : { ok: false, failure: accountChanged(name) }
}

/** The account is not (or no longer) the one that the plan or the record speaks of. */
export function accountChanged(osUser: string): StepFailure {
  return { code: 'account_changed', params: { os_user: osUser } }
}
