import { readFileSync } from 'node:fs'
import { whyOf } from '../../domain/step.ts'
import { parseGroup, parsePasswd } from '../../provisioning/host/accounts/passwd.ts'
import type { Outcome } from '../../setup/ensure.ts'
import type { ChangeContext, InstallHost, Removal } from '../context.ts'
import type { MadeOf } from '../record.ts'

const SYSUSERS = '/usr/bin/systemd-sysusers'
const USERDEL = '/usr/sbin/userdel'
const GROUPDEL = '/usr/sbin/groupdel'
/** userdel(8): the specified user does not exist. */
const NO_SUCH_USER = 6

/** The names of the `u` lines of sysusers.d(5). */
export function accountsOf(sysusers: string): string[] {
  return sysusers.split('\n').flatMap((line) => {
    const [type, name] = line.trim().split(/\s+/)
    return type === 'u' && name !== undefined ? [name] : []
  })
}

/** The system accounts that this file of sysusers.d(5) names, by the distribution's own tool. */
export async function ensureAccounts(context: ChangeContext, sysusersFile: string): Promise<Outcome[]> {
  const { host, dryRun, ledger } = context
  const outcomes: Outcome[] = []
  for (const name of accountsOf(readFileSync(sysusersFile, 'utf8'))) {
    const uid = uidOf(host, name)
    const subject = `account ${name}`
    if (uid !== null) outcomes.push({ state: 'already', subject, text: `system account, uid ${uid}` })
    else {
      if (!dryRun) ledger.note({ kind: 'account', name, group: !hasGroup(host, name) })
      outcomes.push({ state: 'change', subject, text: 'system account made, without password and shell' })
    }
  }
  if (dryRun || outcomes.every(({ state }) => state === 'already')) return outcomes
  const made = await host.programs.run(SYSUSERS, ['--', sysusersFile])
  if (made.ok) return outcomes
  const text = `cannot make the service accounts: ${made.stderr.trim() || whyOf(made.failure)}`
  return [{ state: 'problem', subject: 'accounts', text }]
}

/** Removes a service account, and the group of its name if it came with it. Nothing may run as it any more. */
export async function removeAccount(
  host: InstallHost,
  { name, group }: MadeOf<'account'>,
  dryRun: boolean,
): Promise<Removal> {
  const subject = `account ${name}`
  const removed: Removal = { state: 'removed', subject, text: 'account removed' }
  const present = uidOf(host, name) !== null
  if (!present && !(group && hasGroup(host, name)))
    return { state: 'gone', subject, text: 'is not there any more' }
  if (dryRun) return removed
  if (present) {
    const gone = await host.programs.run(USERDEL, ['--', name])
    if (!gone.ok && gone.status !== NO_SUCH_USER)
      return {
        state: 'failed',
        subject,
        text: `cannot remove it: ${gone.stderr.trim() || whyOf(gone.failure)}`,
      }
  }
  // userdel(8) takes the group along only where USERGROUPS_ENAB says so.
  if (group && hasGroup(host, name)) await host.programs.run(GROUPDEL, ['--', name])
  return removed
}

function uidOf({ root }: InstallHost, name: string): number | null {
  return parsePasswd(readFileSync(`${root}/etc/passwd`, 'utf8')).find((one) => one.name === name)?.uid ?? null
}

function hasGroup({ root }: InstallHost, name: string): boolean {
  return parseGroup(readFileSync(`${root}/etc/group`, 'utf8')).some((one) => one.name === name)
}
