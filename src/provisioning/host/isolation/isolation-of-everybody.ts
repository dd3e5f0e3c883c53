import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { ANYBODY, type Closedness, reach, type Trail } from './isolation.ts'
import {
  createJudge,
  type IsolationFinding,
  type Judge,
  leadsAway,
  type Surroundings,
} from './isolation-check.ts'
import { createTrailReader } from './isolation-facts.ts'

/** The folders of so many people are looked at before others get their turn. */
const AT_ONCE = 100

/** Everybody on a host, who shall be kept apart from one another and from what is root's. Paths are absolute. */
export interface EverybodyQuestion {
  /** `folders`: what none of the others may reach. */
  people: readonly { osUser: string; uid: number; folders: readonly string[] }[]
  /** What nobody of them may reach. */
  closed: readonly string[]
  /** Folders that they may pass through, and not list or change. */
  unlisted: readonly string[]
}

export interface EverybodyAnswer {
  /** By OS user: who can reach what is theirs, and what of root's they can reach. */
  findings: Map<string, IsolationFinding[]>
  /** Which of all paths are there and judged. */
  judged: Set<string>
}

/**
 * As `checkIsolation` for each of them, in one go. Whom the modes close a path to is asked once a path and not once a pair: only
 * owners of a part of the way, or everybody where the modes leave it open, are judged by themselves.
 */
export async function isolateEverybody(
  surroundings: Surroundings,
  { people, closed, unlisted }: EverybodyQuestion,
): Promise<EverybodyAnswer> {
  const trails = createTrailReader(surroundings.programs)
  const judge = createJudge(surroundings, trails)
  const findings = new Map<string, IsolationFinding[]>()
  const judged = new Set<string>()
  const byUid = Map.groupBy(people, ({ uid }) => uid)
  const add = (osUser: string, finding: IsolationFinding) => {
    const known = findings.get(osUser)
    if (known === undefined) findings.set(osUser, [finding])
    else known.push(finding)
  }

  /** Who could reach the end of this trail at all. */
  const suspectsOf = (trail: Trail, closedness: Closedness) => {
    if (!reach(ANYBODY, trail, closedness).isolated) return people
    const owners = new Set([...trail.components, ...trail.linkFolders].map(({ uid }) => uid))
    owners.delete(0)
    return [...owners].flatMap((uid) => byUid.get(uid) ?? [])
  }

  for (const [index, person] of people.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) await yieldToOthers()
    for (const path of new Set(person.folders)) {
      const fact = trails.trail(path)
      if (fact.state === 'unknown') {
        add(person.osUser, { path, who: 'somebody else', why: `cannot be looked at: ${fact.why}` })
      }
      if (fact.state !== 'there') continue
      judged.add(path)
      for (const suspect of suspectsOf(fact.trail, 'closed')) {
        if (suspect.uid === person.uid) continue
        await reportTo(person.osUser, path, suspect, fact.trail, 'closed')
      }
    }
  }
  for (const [paths, closedness] of [
    [closed, 'closed'],
    [unlisted, 'unlisted'],
  ] as const) {
    for (const path of paths) {
      const fact = trails.trail(path)
      if (fact.state !== 'there' || leadsAway(fact)) continue
      judged.add(path)
      for (const suspect of suspectsOf(fact.trail, closedness)) {
        await reportTo(suspect.osUser, path, suspect, fact.trail, closedness)
      }
    }
  }
  return { findings, judged }

  async function reportTo(
    osUser: string,
    path: string,
    suspect: { osUser: string; uid: number },
    trail: Trail,
    closedness: Parameters<Judge>[2],
  ): Promise<void> {
    const found = await judge({ name: suspect.osUser, uid: suspect.uid }, trail, closedness)
    if (found.isolated) return
    const where = found.at === path ? '' : `${found.at}: `
    add(osUser, { path, who: suspect.osUser, why: `${where}${found.why}` })
  }
}
