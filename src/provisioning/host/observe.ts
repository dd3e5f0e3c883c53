import { accessSync, constants } from 'node:fs'
import type { Facts, FactsQuery, PasswdEntry } from '../../domain/facts.ts'
import { whyOf } from '../../domain/step.ts'
import type { RosterFile } from '../roster/roster-file.ts'
import type { AccountDatabase } from './accounts/account-database.ts'
import type { SafeFiles } from './files/safe-files.ts'
import type { HostEnvironment } from './host.ts'
import { platformOf } from './platform.ts'

export interface ObserveDependencies {
  environment: HostEnvironment
  accounts: AccountDatabase
  files: SafeFiles
  roster: RosterFile
}

/** Observes what one person's plan depends on. Looks only; every answer is as of now. */
export async function observe(
  { environment, accounts, files, roster }: ObserveDependencies,
  query: FactsQuery,
): Promise<Facts> {
  const account = await accounts.byName(query.osUser)
  const settings = await accounts.settings()
  const power = account ? await accounts.power(account) : null
  const lastLoginAt = account ? await accounts.lastLoginAt(account) : null
  const accountExpired = account
    ? (await accounts.isExpired(account.name)) || (await accounts.isLocked(account.name))
    : false

  const roleGroups: Facts['roleGroups'] = {}
  for (const name of query.groups) {
    const group = await accounts.group(name)
    const member = group !== null && account !== null && isMember(account, group)
    roleGroups[name] = group && { gid: group.gid, member }
  }
  const owners: Facts['owners'] = {}
  for (const name of query.owners) {
    const owner = await accounts.byName(name)
    owners[name] = owner && { uid: owner.uid, gid: owner.gid }
  }
  const paths: Facts['paths'] = {}
  for (const path of query.paths) {
    const { identity: _, ...fact } = await files.stat(path)
    paths[path] = fact
  }
  return {
    host: environment.name,
    mode: environment.mode,
    personUids: environment.personUids ?? { min: settings.uidMin, max: settings.uidMax },
    ownUid: environment.mode === 'single-user' ? (process.getuid?.() ?? null) : null,
    createsAccounts: platformOf(environment.platform).createsAccounts,
    homeBase: settings.homeBase,
    account,
    accountExpired,
    power,
    lastLoginAt,
    sameNamedGroup: await accounts.group(query.osUser),
    roleGroups,
    owners,
    paths,
    ...(await matchRoster(accounts, roster, query, account)),
    shellExists: isExecutable(query.shell),
    missingPrograms: query.programs.filter((program) => !isExecutable(program)),
  }
}

/** A string of digits as `telegram_id` matches, too: nobody else may be given that id. */
async function matchRoster(
  accounts: AccountDatabase,
  roster: RosterFile,
  query: FactsQuery,
  account: PasswdEntry | null,
): Promise<Pick<Facts, 'rosterMatches' | 'rosterProblem'>> {
  const read = await roster.read()
  if (!read.ok) {
    return { rosterMatches: [], rosterProblem: whyOf(read.failure) }
  }
  const namesOfUid = new Set(account ? await accounts.namesOf(account.uid) : [])
  const rosterMatches: Facts['rosterMatches'] = []
  for (const { entry } of read.people) {
    const by: Facts['rosterMatches'][number]['by'] = []
    if (entry.telegram_id === query.telegramId) by.push('telegram_id')
    if (entry.os_user === query.osUser) by.push('os_user')
    else if (namesOfUid.has(entry.os_user)) by.push('uid')
    if (by.length > 0) rosterMatches.push({ entry, by })
  }
  return { rosterMatches, rosterProblem: null }
}

function isMember(account: PasswdEntry, group: { gid: number; members: string[] }): boolean {
  return group.gid === account.gid || group.members.includes(account.name)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
