import { readFile } from 'node:fs/promises'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { AccountDatabase } from '../accounts/account-database.ts'
import { foreignSources } from '../accounts/passwd.ts'
import type { Programs } from '../programs/programs.ts'
import { ANYBODY, type Closedness, type Reach, type Reacher, reach, type Trail } from './isolation.ts'
import { createTrailReader, type TrailFact, type TrailReader } from './isolation-facts.ts'

/** Who shall be kept apart from whom. Paths are absolute. */
export interface IsolationQuestion {
  person: { osUser: string; uid: number }
  /** The person's folders, which nobody of `others` may reach. */
  own: string[]
  /** The other people and their folders, which the person may not reach. */
  others: { osUser: string; folders: string[] }[]
  /** What else the person may not reach: roster, secrets, database, the probe folder. */
  closed: string[]
  /** Folders that the person may pass through, and not list or change. */
  unlisted: string[]
}

export interface IsolationFinding {
  path: string
  /** Who can reach it. */
  who: string
  why: string
}

export interface IsolationAnswer {
  /** Everything that is not kept apart, or of which it cannot be said. */
  findings: IsolationFinding[]
  /** Which of the paths are there and judged. */
  judged: string[]
  /** Which of the person's own folders are not there, so that nothing can be said of them. */
  missing: string[]
}

/** So many paths are looked at before others get their turn. */
const AT_ONCE = 500

/** What a decision may ask beside the file system. */
export interface Surroundings {
  programs: Pick<Programs, 'run'>
  accounts: Pick<AccountDatabase, 'byName' | 'byUid' | 'group' | 'groupsOf'>
}

/**
 * Decides as root, from facts alone, in both directions. A path that is absent is not judged; one that root itself cannot
 * look at is a finding.
 *
 * Cheap where folders are closed by their mode, which is the rule: then no group, no account and no access list is looked
 * up, and no program is started. Only what the modes leave open is looked at closer, person by person.
 */
export async function checkIsolation(
  { programs, accounts }: Surroundings,
  question: IsolationQuestion,
): Promise<IsolationAnswer> {
  const { person, own, others } = question
  const trails = createTrailReader(programs)
  const judge = createJudge({ programs, accounts }, trails)
  const findings: IsolationFinding[] = []
  const judged: string[] = []

  const towards = async (path: string, closedness: Closedness): Promise<void> => {
    const fact = trails.trail(path)
    // A link of somebody's own to what is not theirs is no folder of theirs; else anybody could veto everybody's proof.
    if (fact.state === 'there' && leadsAway(fact)) return
    const trail = trailOf(trails, path, judged, findings, person.osUser)
    if (trail === null) return
    const suspect: Suspect = { name: person.osUser, uid: person.uid }
    note(findings, suspect, path, await judge(suspect, trail, closedness))
  }
  const from = async (path: string): Promise<void> => {
    const trail = trailOf(trails, path, judged, findings, 'somebody else')
    if (trail === null) return
    for (const suspect of await suspects(accounts, trail, person.uid, others)) {
      note(findings, suspect, path, await judge(suspect, trail, 'closed'))
    }
  }

  const closed = [...question.closed, ...others.flatMap(({ folders }) => folders)]
  const looks = [
    ...own.map((path) => () => from(path)),
    ...question.unlisted.map((path) => () => towards(path, 'unlisted')),
    ...closed.map((path) => () => towards(path, 'closed')),
  ]
  for (let from = 0; from < looks.length; from += AT_ONCE) {
    if (from > 0) await yieldToOthers()
    await Promise.all(looks.slice(from, from + AT_ONCE).map((look) => look()))
  }
  const missing = own.filter(
    (path) => !judged.includes(path) && !findings.some((found) => found.path === path),
  )
  return { findings, judged, missing }
}

/** Somebody who may try. */
export interface Suspect {
  name: string
  uid: number
}

/** Whether somebody's own symbolic link leads to what belongs to somebody else. */
export function leadsAway({ trail, linkOwners }: Extract<TrailFact, { state: 'there' }>): boolean {
  const target = trail.components.at(-1)
  return linkOwners.size > 0 && target !== undefined && !linkOwners.has(target.uid)
}

function trailOf(
  trails: TrailReader,
  path: string,
  judged: string[],
  findings: IsolationFinding[],
  who: string,
): Trail | null {
  const fact = trails.trail(path)
  if (fact.state === 'unknown') findings.push({ path, who, why: `cannot be looked at: ${fact.why}` })
  if (fact.state !== 'there') return null
  judged.push(path)
  return fact.trail
}

/** Decides for one of them; remembers groups and access lists for as long as it is used, so use one for one decision. */
export type Judge = (suspect: Suspect, trail: Trail, closedness: Closedness) => Promise<Reach>

/** First by what holds for any groups and any access list, then by theirs. */
export function createJudge(surroundings: Surroundings, trails: TrailReader): Judge {
  const groups = new Map<string, Promise<readonly number[] | null>>()
  const gidsOf = (name: string) => {
    const found = groups.get(name) ?? groupIds(surroundings, name)
    groups.set(name, found)
    return found
  }
  const listed = new WeakMap<Trail, Promise<Trail>>()
  const withAccessLists = (trail: Trail) => {
    const found = listed.get(trail) ?? trails.withAccessLists(trail)
    listed.set(trail, found)
    return found
  }
  return async (suspect, trail, closedness) => {
    const atMost = reach({ uid: suspect.uid, gids: null }, trail, closedness)
    if (atMost.isolated) return atMost
    const who: Reacher = { uid: suspect.uid, gids: await gidsOf(suspect.name) }
    return reach(who, await withAccessLists(trail), closedness)
  }
}

/**
 * Which of the others could reach this at all: nobody where the modes close it to anybody, but for who owns a part of the
 * way; else every one who has an account.
 */
async function suspects(
  accounts: Surroundings['accounts'],
  trail: Trail,
  personUid: number,
  others: IsolationQuestion['others'],
): Promise<Suspect[]> {
  if (reach(ANYBODY, trail).isolated) {
    const owners = new Set([...trail.components, ...trail.linkFolders].map(({ uid }) => uid))
    owners.delete(0)
    owners.delete(personUid)
    const entries = await Promise.all([...owners].map((uid) => accounts.byUid(uid)))
    const names = new Set(others.map(({ osUser }) => osUser))
    return entries.filter((entry) => entry !== null).filter(({ name }) => names.has(name))
  }
  const entries = await Promise.all(others.map(({ osUser }) => accounts.byName(osUser)))
  return entries.filter((entry) => entry !== null).filter(({ uid }) => uid !== personUid)
}

/**
 * Every gid that a login of this account has, or null when it cannot be said. The local files say it unless another name
 * service has a part in it; then id(1) asks them all.
 */
async function groupIds(
  { programs, accounts }: Surroundings,
  name: string,
): Promise<readonly number[] | null> {
  if (!(await onlyLocalGroups())) {
    const result = await programs.run('/usr/bin/id', ['-G', '--', name])
    const gids = result.ok ? result.stdout.trim().split(' ').map(Number) : []
    return result.ok && gids.every(Number.isInteger) ? gids : null
  }
  const entry = await accounts.byName(name)
  if (entry === null) return null
  const groups = await Promise.all((await accounts.groupsOf(name)).map((group) => accounts.group(group)))
  return [entry.gid, ...groups.flatMap((group) => (group === null ? [] : [group.gid]))]
}

async function onlyLocalGroups(): Promise<boolean> {
  const nsswitch = await readFile('/etc/nsswitch.conf', 'utf8').catch(() => '')
  return ['group', 'initgroups'].every((database) => foreignSources(nsswitch, database).length === 0)
}

function note(findings: IsolationFinding[], suspect: Suspect, path: string, found: Reach): void {
  if (found.isolated) return
  const where = found.at === path ? '' : `${found.at}: `
  findings.push({ path, who: suspect.name, why: `${where}${found.why}` })
}
