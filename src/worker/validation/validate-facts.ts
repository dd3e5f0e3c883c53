import type { Config } from '../../config/config.ts'
import type { Facts } from '../../domain/facts.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import type { Role } from '../../domain/role.ts'
import type { Violation } from '../../domain/violation.ts'
import { configReservedNames } from './validate-answers.ts'
import { pathViolations } from './validate-paths.ts'

/** What was asked about the account: enough to check it before the other questions are answered. */
export type AccountWish = Pick<OnboardAnswers, 'os_user' | 'account'> & { telegram_id: number | null }

/** What was looked at on this host for one person. */
export interface Observed {
  facts: Facts
  /** Text of the memory template; null when none is configured. */
  template: { ok: true; text: string | null } | { ok: false; path: string; why: string }
  /** Folders that this run must write to and cannot. */
  disk: { path: string; problem: 'disk_full' | 'disk_read_only' }[]
}

/** Everything that the host has against these answers; pure. `role` null: it was refused already. */
export function validateFacts(
  config: Config,
  answers: Pick<OnboardAnswers, 'os_user' | 'account' | 'telegram_id' | 'workspace_base'>,
  role: Role | null,
  observed: Observed,
): Violation[] {
  const { facts, template, disk } = observed
  const violations = [
    ...rosterViolations(config, answers, facts),
    ...accountViolations(config, answers, facts),
    ...ownerViolations(config, facts),
  ]
  for (const group of role?.groups ?? []) {
    if ((facts.roleGroups[group] ?? null) === null) {
      violations.push({ field: 'role', code: 'group_missing', params: { group } })
    }
  }
  // An adopted account keeps the shell that it has.
  if (answers.account === 'create' && role !== null && !facts.shellExists) {
    violations.push({ field: 'role', code: 'shell_missing', params: { shell: role.shell } })
  }
  for (const program of facts.missingPrograms) {
    violations.push({ field: 'host', code: 'program_missing', params: { program } })
  }
  if (!template.ok) {
    const { path, why } = template
    violations.push({ field: 'memory.template', code: 'template_unreadable', params: { path, why } })
  }
  for (const { path, problem } of disk) violations.push({ field: 'host', code: problem, params: { path } })
  return [...violations, ...pathViolations(config, answers, facts)]
}

/** The roster is usable and names neither this Telegram id, nor this OS user, nor its uid under another name. */
export function rosterViolations(config: Config, wish: AccountWish, facts: Facts): Violation[] {
  if (facts.rosterProblem !== null) {
    const params = { path: config.paths.roster, why: facts.rosterProblem }
    return [{ field: 'roster', code: 'roster_unusable', params }]
  }
  return facts.rosterMatches.flatMap(({ entry, by }): Violation[] => {
    const holder = String(entry.name ?? entry.telegram_id)
    const found: Violation[] = []
    if (wish.telegram_id !== null && by.includes('telegram_id')) {
      const params = { value: wish.telegram_id, os_user: String(entry.os_user) }
      found.push({ field: 'telegram_id', code: 'telegram_id_on_roster', params })
    }
    if (by.includes('os_user')) {
      found.push({ field: 'os_user', code: 'os_user_on_roster', params: { value: wish.os_user, holder } })
    } else if (by.includes('uid')) {
      const params = { value: wish.os_user, uid: facts.account?.uid ?? -1, holder: String(entry.os_user) }
      found.push({ field: 'os_user', code: 'uid_on_roster', params })
    }
    return found
  })
}

/** The account can be created, or is a person's that can be adopted. */
export function accountViolations(config: Config, wish: AccountWish, facts: Facts): Violation[] {
  const field = 'os_user'
  const value = wish.os_user
  const { account } = facts
  if (facts.mode === 'single-user') {
    const own = account !== null && account.uid === facts.ownUid && account.uid !== 0
    return own && wish.account === 'adopt' ? [] : [{ field, code: 'os_user_not_yours', params: { value } }]
  }
  if (wish.account === 'create') {
    if (!facts.createsAccounts) return [{ field, code: 'account_not_created_here', params: { value } }]
    if (account !== null) return [{ field, code: 'os_user_exists', params: { value } }]
    if (facts.sameNamedGroup !== null) return [{ field, code: 'os_user_group_exists', params: { value } }]
    return []
  }
  if (account === null) return [{ field, code: 'os_user_missing', params: { value } }]
  const { min, max } = facts.personUids
  if (account.uid === 0 || account.uid < min || account.uid > max) {
    return [{ field, code: 'os_user_not_a_person', params: { value, uid: account.uid } }]
  }
  // A second name for the uid of the bot or of a service account is that account.
  const reserved = configReservedNames(config).some((name) => facts.owners[name]?.uid === account.uid)
  return reserved ? [{ field, code: 'os_user_reserved', params: { value } }] : []
}

function ownerViolations(config: Config, facts: Facts): Violation[] {
  const { memory, history } = config.folders
  const named = [
    ['folders.memory.owner', memory.owner],
    ['folders.history.owner', history.owner],
    ['smoke.via.user', config.smoke.via?.user ?? 'person'],
  ] as const
  return named.flatMap(([field, owner]): Violation[] => {
    const known = owner === 'person' || (facts.owners[owner] ?? null) !== null
    return known ? [] : [{ field, code: 'owner_unknown', params: { owner } }]
  })
}
