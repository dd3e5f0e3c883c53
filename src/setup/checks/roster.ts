import type { Config } from '../../config/config.ts'
import { readHostFacts } from '../../config/host-facts.ts'
import { distrustOfGround } from '../../config/root-ground.ts'
import { readTrusted } from '../../config/trusted-file.ts'
import type { RosterEntry } from '../../domain/person.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import { parseRoster, ROSTER_LIMIT_BYTES, type RosterPerson } from '../../provisioning/roster/parse.ts'
import { type Check, type Finding, note, ok, problem } from '../finding.ts'

type RosterRead =
  | { state: 'hidden' }
  | { state: 'unusable'; finding: Finding | null }
  | { state: 'read'; people: readonly RosterPerson[]; mode: number }

/** Everybody on the roster; null when it cannot be used, or not be read by this uid. */
export function readPeople(config: Config, uid: number): readonly RosterEntry[] | null {
  const read = readRoster(config, uid)
  return read.state === 'read' ? read.people.map(({ entry }) => entry) : null
}

function readRoster(config: Config, uid: number): RosterRead {
  const system = config.mode === 'system'
  if (system && uid !== 0) return { state: 'hidden' }
  const file = config.paths.roster
  const name = shellWord(file)
  const owners = system ? [0] : [0, uid]
  const read = readTrusted(file, { owners, parents: true, maxBytes: ROSTER_LIMIT_BYTES })
  const why = 'nobody but the operator has any rights, and no run can begin'
  if (read.ok) {
    const parsed = parseRoster(read.text)
    if (parsed.ok) return { state: 'read', people: parsed.people, mode: read.mode }
    return { state: 'unusable', finding: problem('roster.broken', file, parsed.why, why, `edit ${name}`) }
  }
  if (read.reason === 'absent') {
    return {
      state: 'unusable',
      finding: problem(
        'roster.missing',
        file,
        read.message,
        why,
        'usher init   # makes an empty one; the one that was: usher restore BACKUP',
      ),
    }
  }
  if (system && distrustOfGround(file) !== null) return { state: 'unusable', finding: null } // said with the config
  const fix = `chown -h ${owners.at(-1)} ${name} && chmod 0600 ${name}`
  const code = read.reason === 'untrusted' ? 'roster.untrusted' : 'roster.broken'
  return { state: 'unusable', finding: problem(code, file, read.message, why, fix) }
}

/** The roster: there, of root's, valid, and nobody on it twice or without an account. */
export const checkRoster: Check = ({ config, uid }) => {
  const read = readRoster(config, uid)
  if (read.state === 'hidden') return []
  if (read.state === 'unusable') return read.finding === null ? [] : [read.finding]
  const file = config.paths.roster
  const findings = [...read.people.flatMap((person) => entryFindings(person, read.people, config))]
  if ((read.mode & 0o077) !== 0) {
    const why = 'it says who is here and what they may do'
    findings.push(note('roster.readable', file, 'others can read it', why, `chmod 0600 ${shellWord(file)}`))
  }
  if (findings.some(({ severity }) => severity === 'problem')) return findings
  return [...findings, ok('roster.ok', file, `valid, ${read.people.length} people`)]
}

function entryFindings(
  { entry, exactId, line }: RosterPerson,
  people: readonly RosterPerson[],
  config: Config,
): Finding[] {
  const fix = `edit line ${line} of ${shellWord(config.paths.roster)}`
  const findings: Finding[] = []
  const add = (code: Finding['code'], what: string, why: string) =>
    findings.push(problem(code, entry.name, what, why, fix))
  if (!exactId) add('roster.id-is-text', 'the telegram_id is text, not a number', 'that person has no rights')
  if (!config.roles.has(entry.role))
    add(
      'roster.unknown-role',
      `has the role ${entry.role}, which the config does not have`,
      'that person has no rights',
    )
  const account = readHostFacts(accountFilesOf()).accounts.find(({ name }) => name === entry.os_user)
  const twins = people.filter(({ entry: other }) => other !== entry && isTwin(entry, other))
  if (twins.length > 0) {
    const names = twins.map((twin) => twin.entry.name).join(', ')
    add(
      'roster.duplicate',
      `shares a Telegram id, OS user or uid with ${names}`,
      'none of them has any rights',
    )
  }
  if (account === undefined)
    add(
      'roster.account-missing',
      `has no account: ${entry.os_user} is not in /etc/passwd`,
      'they can do nothing here',
    )
  return findings
}

function isTwin(one: RosterEntry, other: RosterEntry): boolean {
  if (one.telegram_id === other.telegram_id || one.os_user === other.os_user) return true
  const { accounts } = readHostFacts(accountFilesOf())
  const uid = (name: string) => accounts.find((account) => account.name === name)?.uid
  return uid(one.os_user) !== undefined && uid(one.os_user) === uid(other.os_user)
}
