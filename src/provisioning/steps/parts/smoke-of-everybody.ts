import { randomBytes } from 'node:crypto'
import type { SmokeTestParams, StepFailure } from '../../../domain/step.ts'
import type { Host } from '../../host/host.ts'
import { type EverybodyAnswer, isolateEverybody } from '../../host/isolation/isolation-of-everybody.ts'
import { ensureProbeFolder } from '../../host/isolation/probe-folder.ts'
import type { PersonIdentity } from '../../host/programs/programs.ts'
import {
  besideDatabase,
  guardedPaths,
  notIsolated,
  othersOf,
  ownFolders,
  quarantinesOf,
} from './smoke-isolation.ts'
import { personOf, probe } from './smoke-probe.ts'

/** Somebody whose smoke test is repeated; the parameters are those of the step. */
interface Proven {
  params: SmokeTestParams
  person: PersonIdentity
}

/**
 * Repeats the smoke tests of many people: the same decision from facts and the same probe as the step, but the facts are looked at
 * once for all of them. What somebody fails is theirs alone.
 *
 * @returns whose test failed and why
 */
export async function proveEverybody(
  host: Host,
  everybody: readonly SmokeTestParams[],
  { signal, atOnce }: { signal: AbortSignal; atOnce: number },
): Promise<Map<SmokeTestParams, StepFailure>> {
  const failures = new Map<SmokeTestParams, StepFailure>()
  const people: Proven[] = []
  for (const params of everybody) {
    const found = await personOf(host, params)
    if (found.ok) people.push({ params, person: found.person })
    else failures.set(params, found.failure)
  }
  const before = await isolation(host, people, failures)
  const queue = people.filter(({ params }) => !failures.has(params)).values()
  const work = async () => {
    for (const { params, person } of queue) {
      if (signal.aborted) return
      const nonce = randomBytes(16).toString('hex')
      const { outcome } = await probe(host, params, person, { nonce, forbidden: before(params), signal })
      if (!outcome.ok) failures.set(params, outcome.failure)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  // The agent command is somebody else's program: what it did to folders is looked at, too.
  if (everybody.some(({ agentCommand }) => agentCommand !== null)) await isolation(host, people, failures)
  return failures
}

/** Adds to `failures` who is not isolated; gives what each of the others shall try to read. */
async function isolation(
  host: Host,
  people: readonly Proven[],
  failures: Map<SmokeTestParams, StepFailure>,
): Promise<(params: SmokeTestParams) => string[]> {
  const { mode, dataDir, stateDir, rosterFile, databaseFile } = host.environment
  if (mode === 'single-user' || people.length === 0) return () => []
  const failAll = (failure: StepFailure) => {
    for (const { params } of people) if (!failures.has(params)) failures.set(params, failure)
    return () => []
  }
  const [roster, probeFolder] = await Promise.all([host.readRoster(), ensureProbeFolder(stateDir)])
  if (!roster.ok) return failAll({ code: 'roster_unusable', params: { path: rosterFile, why: roster.why } })
  if (!probeFolder.ok) return failAll(probeFolder.failure)

  const inheritedWorkspace = people[0]?.params.inheritedWorkspace
  const inherited = inheritedWorkspace === undefined ? {} : { inheritedWorkspace }
  const listed = await othersOf(host, { osUser: '', telegramId: 0, ...inherited }, roster.entries)
  const own = new Map(people.map(({ params }) => [params.osUser, ownFolders(dataDir, params)]))
  const folders = new Map(listed.map((one) => [one.osUser, [...one.folders, ...(own.get(one.osUser) ?? [])]]))
  const guarded = guardedPaths(host, probeFolder.path)
  const quarantines = new Set(people.flatMap(({ params }) => [...quarantinesOf(dataDir, params)]))
  const answer = await isolateEverybody(host, {
    people: await withUids(host, folders),
    closed: [...guarded, ...besideDatabase(databaseFile), ...quarantines],
    unlisted: [stateDir],
  })
  for (const { params } of people) {
    const failure = isolationFailure(answer, params, own.get(params.osUser) ?? [])
    if (failure !== null && !failures.has(params)) failures.set(params, failure)
  }
  const there = (path: string) => answer.judged.has(path)
  // Whoever is open to others fails by themself and not everybody else with them.
  const closed = new Map([...folders].filter(([osUser]) => !answer.findings.has(osUser)))
  const first = examples(closed, there)
  return ({ osUser }) => {
    // Operands can be seen by everybody on the host: one other person's folders are named there, not everybody's.
    const example = first.find((one) => one.osUser !== osUser)
    return [...guarded.filter(there), ...(example?.folders ?? [])]
  }
}

async function withUids(host: Host, folders: ReadonlyMap<string, string[]>) {
  const people: { osUser: string; uid: number; folders: string[] }[] = []
  for (const [osUser, theirs] of folders) {
    const entry = await host.accounts.byName(osUser)
    if (entry !== null) people.push({ osUser, uid: entry.uid, folders: theirs })
  }
  return people
}

function isolationFailure(
  { findings, judged }: EverybodyAnswer,
  { osUser }: SmokeTestParams,
  own: readonly string[],
): StepFailure | null {
  const found = findings.get(osUser) ?? []
  if (found.length > 0) return notIsolated(found)
  const missing = own.find((path) => !judged.has(path))
  return missing === undefined
    ? null
    : { code: 'folder_not_usable', params: { path: missing, why: 'it is not there' } }
}

/** Two people with folders that are there: one is never the person who tries. */
function examples(folders: ReadonlyMap<string, string[]>, there: (path: string) => boolean) {
  const found: { osUser: string; folders: string[] }[] = []
  for (const [osUser, theirs] of folders) {
    const present = theirs.filter(there)
    if (present.length > 0) found.push({ osUser, folders: present })
    if (found.length === 2) break
  }
  return found
}
