import { isBotProof, ROOT_EQUIVALENT_GROUPS } from '../domain/role.ts'
import type { Config, ConfigProblem } from './config.ts'
import { unitProblem } from './value-problems.ts'

/** What the host says, as far as a config can contradict it. */
export interface HostConfigFacts {
  /** passwd(5), every line. */
  accounts: { name: string; uid: number; gid?: number }[]
  /** group(5), every line. */
  groups: { name: string; gid: number; members?: string[] }[]
  /** The roster's OS users; null when the roster cannot be read (which is reported elsewhere). */
  rosterOsUsers: string[] | null
  /** All names (`Names=`) of each configured unit, aliases included; absent where nobody knows. */
  unitNames: Record<string, string[]>
  /** The unit that the worker itself runs in, or null. */
  ownUnit: string | null
}

/**
 * What only the host can tell about a config that loaded: each problem means that it quietly equals root or cannot
 * work. Asked by the worker at start, which then refuses, and by `doctor`. Single-user mode has no host-wide parts.
 */
export function checkConfigAgainstHost(config: Config, facts: HostConfigFacts): ConfigProblem[] {
  return [
    ...OWN_ACCOUNTS.flatMap((which) => ownAccountProblems(config, facts, which)),
    ...accountProblems(config, facts),
    ...unitProblems(config, facts),
    ...groupProblems(config, facts),
    ...metricsGroupProblems(config, facts),
  ]
}

/** Who stands between people and the worker: each an account that is nobody else, or it could not be told who speaks. */
const OWN_ACCOUNTS = ['bot', 'witness', 'approver'] as const
type OwnAccount = (typeof OWN_ACCOUNTS)[number]

function nameOf(config: Config, which: OwnAccount): string | null {
  return which === 'bot' ? config.botUser : (config[which]?.user ?? null)
}

function ownAccountProblems(config: Config, facts: HostConfigFacts, which: OwnAccount): ConfigProblem[] {
  const name = nameOf(config, which)
  if (name === null) return []
  const key = `${which}.user`
  const account = facts.accounts.find((one) => one.name === name)
  if (account === undefined) {
    return [{ key, message: `cannot use "${name}": there is no such account; run 'usher init' or create it` }]
  }
  const problems: ConfigProblem[] = []
  if (account.uid === 0)
    problems.push({
      key,
      message: `cannot use "${name}": it is uid 0; give the ${which} an account of its own`,
    })
  const others = facts.accounts.filter((one) => one.uid === account.uid && one.name !== name)
  if (others.length > 0) {
    problems.push({
      key,
      message: `cannot use "${name}": its uid ${account.uid} is also ${others.map((one) => one.name).join(', ')}; give the ${which} a uid of its own`,
    })
  }
  const onRoster = (facts.rosterOsUsers ?? []).filter(
    (osUser) =>
      osUser === name || facts.accounts.some((one) => one.name === osUser && one.uid === account.uid),
  )
  if (onRoster.length > 0) {
    problems.push({
      key,
      message: `cannot use "${name}": it is a person on the roster; give the ${which} an account of its own`,
    })
  }
  return problems
}

function accountProblems(config: Config, facts: HostConfigFacts): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const ownOf = (uid: number) =>
    OWN_ACCOUNTS.find((which) => {
      const name = nameOf(config, which)
      return name !== null && facts.accounts.some((one) => one.name === name && one.uid === uid)
    })
  const { via } = config.smoke
  if (via !== null) {
    const account = facts.accounts.find((one) => one.name === via.user)
    const key = 'smoke.via.user'
    if (account === undefined) {
      problems.push({
        key,
        message: `cannot use "${via.user}": there is no such account; correct or remove it`,
      })
    } else if (account.uid === 0) {
      problems.push({ key, message: `cannot use "${via.user}": it is uid 0; name the service's own account` })
    } else if (ownOf(account.uid) !== undefined) {
      const which = ownOf(account.uid)
      problems.push({
        key,
        message: `cannot use "${via.user}": it is the ${which}'s account, and who steals the ${which} could become every person; name the service's own account`,
      })
    }
  }
  for (const name of ['memory', 'history'] as const) {
    const { owner } = config.folders[name]
    if (owner === 'person') continue
    const key = `folders.${name}.owner`
    const account = facts.accounts.find((one) => one.name === owner)
    if (account === undefined) {
      problems.push({
        key,
        message: `cannot use "${owner}": there is no such account; use "person" or an account of this host`,
      })
    } else if (account.uid === 0) {
      problems.push({
        key,
        message: `cannot use "${owner}": it is uid 0; use "person" or the service's own account`,
      })
    } else if (ownOf(account.uid) !== undefined) {
      problems.push({
        key,
        message: `cannot use "${owner}": it is the ${ownOf(account.uid)}'s account, which must not read what people keep there; use "person" or the service's own account`,
      })
    }
  }
  return problems
}

function unitProblems(config: Config, facts: HostConfigFacts): ConfigProblem[] {
  return config.services.flatMap(({ unit }, index) => {
    const names = Object.hasOwn(facts.unitNames, unit) ? (facts.unitNames[unit] ?? []) : []
    const reasons = [unit, ...names].map((name) =>
      name === facts.ownUnit ? 'it is the unit that this worker runs in' : unitProblem(name),
    )
    const why = reasons.find((reason) => reason !== null)
    return why === undefined
      ? []
      : [{ key: `services.${index}.unit`, message: `cannot use "${unit}": ${why}; remove it` }]
  })
}

/** A group under another name that has a root-equivalent group's gid gives the same power. */
function groupProblems(config: Config, facts: HostConfigFacts): ConfigProblem[] {
  const gids = new Map(
    facts.groups
      .filter((group) => ROOT_EQUIVALENT_GROUPS.has(group.name))
      .map((group) => [group.gid, group.name]),
  )
  gids.set(0, 'root')
  return [...config.roles.values()].flatMap((role) => {
    if (isBotProof(role.approval.step_up)) return []
    return role.groups.flatMap((name) => {
      const gid = facts.groups.find((group) => group.name === name)?.gid
      const same = gid === undefined ? undefined : gids.get(gid)
      return same === undefined
        ? []
        : [
            {
              key: `roles.${role.name}.groups`,
              message: `cannot use "${name}": it has the gid of ${same}, whose members can become root; use another group, or 'step_up: terminal' or 'witness'`,
            },
          ]
    })
  })
}

/** The range of people's uids of login.defs(5), where the config names none. */
const PERSON_UIDS = { min: 1000, max: 60_000 }

/**
 * Who reads metrics is a program's account in a group of its own: a person's group or one that many are in would show everybody how
 * the host is run, a privileged one has no business there, and the bot learns what it is told of and nothing else.
 */
function metricsGroupProblems(config: Config, facts: HostConfigFacts): ConfigProblem[] {
  if (config.metrics === null || config.mode !== 'system') return []
  const { group: name } = config.metrics
  const refuse = (why: string) => [
    {
      key: 'metrics.group',
      message: `cannot use "${name}": ${why}; make a group of its own (groupadd --system usher-metrics) and add the collector's account`,
    },
  ]
  const group = facts.groups.find((one) => one.name === name)
  if (group === undefined) return refuse('there is no such group')
  const privileged = facts.groups.some((one) => one.gid === group.gid && ROOT_EQUIVALENT_GROUPS.has(one.name))
  if (group.gid === 0 || privileged) return refuse('its members can become root')
  const own = OWN_ACCOUNTS.flatMap((which) => {
    const user = nameOf(config, which)
    return user === null ? [] : [{ which, user }]
  }).find(
    ({ user }) =>
      (group.members ?? []).includes(user) ||
      facts.accounts.some((one) => one.name === user && one.gid === group.gid),
  )
  if (own !== undefined) return refuse(`the ${own.which}'s account is in it`)
  const { min, max } = config.uids ?? PERSON_UIDS
  const person = facts.accounts.find(
    ({ uid, gid, name: user }) =>
      gid === group.gid && ((uid >= min && uid <= max) || (facts.rosterOsUsers ?? []).includes(user)),
  )
  return person === undefined ? [] : refuse(`it is the group of ${person.name}, who is a person`)
}
