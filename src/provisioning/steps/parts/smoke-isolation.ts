import { join } from 'node:path'
import type { RosterEntry } from '../../../domain/person.ts'
import { ROOT_EQUIVALENT_GROUPS } from '../../../domain/role.ts'
import type { Note, SmokeTestParams, StepFailure } from '../../../domain/step.ts'
import { quarantineFor } from '../../host/files/quarantine.ts'
import type { Host } from '../../host/host.ts'
import {
  checkIsolation,
  type IsolationFinding,
  type IsolationQuestion,
} from '../../host/isolation/isolation-check.ts'
import { ensureProbeFolder } from '../../host/isolation/probe-folder.ts'
import type { PersonIdentity } from '../../host/programs/programs.ts'

export type IsolationProof =
  /** `forbidden`: some of what the person was found to be kept from; they shall try it themselves. */
  { ok: true; notes: Note[]; forbidden: string[] } | { ok: false; failure: StepFailure; notes: Note[] }

/**
 * Root's decision about isolation, from facts, in both directions: the new person towards the others, the roster, the
 * secrets, the database and the probe folder; the others towards the new person's folders.
 */
export async function proveIsolation(
  host: Host,
  params: SmokeTestParams,
  person: PersonIdentity,
): Promise<IsolationProof> {
  if (host.environment.mode === 'single-user') {
    return { ok: true, notes: [{ code: 'smoke.isolation_not_applicable' }], forbidden: [] }
  }
  const { dataDir, stateDir, rosterFile, databaseFile } = host.environment
  const [roster, probeFolder] = await Promise.all([host.readRoster(), ensureProbeFolder(stateDir)])
  if (!roster.ok) {
    const failure: StepFailure = { code: 'roster_unusable', params: { path: rosterFile, why: roster.why } }
    return { ok: false, failure, notes: [] }
  }
  if (!probeFolder.ok) return { ok: false, failure: probeFolder.failure, notes: [] }

  const others = await othersOf(host, params, roster.entries)
  const power = await powerNotes(
    host,
    params.osUser,
    others.map((other) => other.osUser),
  )
  const own = ownFolders(dataDir, params)
  const guarded = guardedPaths(host, probeFolder.path)
  const closed = [...guarded, ...besideDatabase(databaseFile), ...quarantinesOf(dataDir, params)]
  const question: IsolationQuestion = { person, own, others, closed, unlisted: [stateDir] }
  const { findings, judged, missing } = await checkIsolation(host, question)
  if (missing[0] !== undefined) {
    const failure: StepFailure = {
      code: 'folder_not_usable',
      params: { path: missing[0], why: 'it is not there' },
    }
    return { ok: false, failure, notes: power }
  }
  if (findings.length > 0) return { ok: false, failure: notIsolated(findings), notes: power }
  const there = new Set(judged)
  // Operands can be seen by everybody on the host: one other person's folders are named there, not everybody's.
  const example = others.map((other) => other.folders.filter((folder) => there.has(folder)))
  const forbidden = [
    ...guarded.filter((path) => there.has(path)),
    ...(example.find((list) => list.length > 0) ?? []),
  ]
  return {
    ok: true,
    notes: [{ code: 'smoke.isolation_proven', params: { paths: judged.length } }, ...power],
    forbidden,
  }
}

/** The person's folders, whether they are theirs to write in or the service's. */
export function ownFolders(dataDir: string, { telegramId, writable }: SmokeTestParams): string[] {
  return [...new Set([...dataFolders(dataDir, telegramId), ...writable])]
}

function dataFolders(dataDir: string, telegramId: number): string[] {
  return ['memory', 'history'].map((kind) => join(dataDir, kind, String(telegramId)))
}

/** What is root's and a person may try to read. */
export function guardedPaths({ environment }: Pick<Host, 'environment'>, probeFolder: string): string[] {
  const { rosterFile, secretsFile, databaseFile } = environment
  return [rosterFile, secretsFile, databaseFile, probeFolder]
}

/** Files of the database that come and go. */
export function besideDatabase(databaseFile: string): string[] {
  return [`${databaseFile}-wal`, `${databaseFile}-shm`]
}

/** Where root would keep what it moves away of this person. What is inside a home is theirs and never moved. */
export function quarantinesOf(dataDir: string, params: SmokeTestParams): Set<string> {
  const { home } = params
  const movable = [home, ...ownFolders(dataDir, params).filter((path) => !path.startsWith(`${home}/`))]
  return new Set(movable.map((path) => quarantineFor(path, dataDir)))
}

/** The other people of the roster with their folders, as far as the roster and the inherited workspace say them. */
export async function othersOf(
  host: Host,
  params: Pick<SmokeTestParams, 'osUser' | 'telegramId' | 'inheritedWorkspace'>,
  entries: readonly RosterEntry[],
): Promise<IsolationQuestion['others']> {
  const { dataDir } = host.environment
  const others = entries.filter(
    (entry) => entry.os_user !== params.osUser && entry.telegram_id !== params.telegramId,
  )
  return Promise.all(
    others.map(async ({ os_user: osUser, telegram_id: telegramId, workspace_base }) => {
      const folders = dataFolders(dataDir, telegramId)
      const template = workspace_base ?? params.inheritedWorkspace
      const home = template?.includes('{home}') ? ((await host.accounts.byName(osUser))?.home ?? null) : ''
      // Without an account there is no home and no workspace in it.
      if (template === undefined || home === null) return { osUser, folders }
      const workspace = template
        .replaceAll('{home}', home)
        .replaceAll('{os_user}', osUser)
        .replaceAll('{telegram_id}', String(telegramId))
      return { osUser, folders: workspace.startsWith('/') ? [...folders, workspace] : folders }
    }),
  )
}

/**
 * Who can become root is kept from nothing: approved as such for the new person and true of the others already, and said here
 * again, because no mode of a folder says it.
 */
async function powerNotes(
  { accounts }: Pick<Host, 'accounts'>,
  osUser: string,
  others: readonly string[],
): Promise<Note[]> {
  const entry = await accounts.byName(osUser)
  const power = entry === null ? null : await accounts.power(entry)
  const own = [
    ...(power?.groups ?? [])
      .filter((group) => ROOT_EQUIVALENT_GROUPS.has(group))
      .map((group) => `group ${group}`),
    ...((power?.sudoRules.length ?? 0) > 0 ? ['sudo rules'] : []),
  ]
  const reasons = new Map<string, string[]>(own.length > 0 ? [[osUser, own]] : [])
  for (const group of others.length > 0 ? ROOT_EQUIVALENT_GROUPS : []) {
    const members = (await accounts.group(group))?.members ?? []
    for (const name of others.filter((other) => members.includes(other))) {
      reasons.set(name, [...(reasons.get(name) ?? []), `group ${group}`])
    }
  }
  return [...reasons].map(
    ([name, why]): Note => ({
      code: 'smoke.root_equivalent',
      params: { os_user: name, why: why.join(', ') },
    }),
  )
}

/** At least one finding as a failure. */
export function notIsolated(findings: readonly IsolationFinding[]): StepFailure {
  const [first, ...rest] = findings
  const { path, who, why } = first!
  const detail = rest.map((other) => `${other.who} can reach ${other.path}: ${other.why}`).join('\n')
  return { code: 'not_isolated', params: { path, who, why }, ...(detail === '' ? {} : { detail }) }
}
