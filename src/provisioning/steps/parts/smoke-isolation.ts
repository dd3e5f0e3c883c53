import { join } from 'node:path'
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
  const { dataDir, stateDir, rosterFile, secretsFile, databaseFile } = host.environment
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
  const folders = (telegramId: number) =>
    ['memory', 'history'].map((kind) => join(dataDir, kind, String(telegramId)))
  const guarded = [rosterFile, secretsFile, databaseFile, probeFolder.path]
  const own = [...new Set([...folders(params.telegramId), ...params.writable])]
  // What is inside a home is the person's and never moved by root.
  const movable = [params.home, ...own.filter((path) => !path.startsWith(`${params.home}/`))]
  const quarantines = new Set(movable.map((path) => quarantineFor(path, dataDir)))
  const question: IsolationQuestion = {
    person,
    own,
    others,
    closed: [...guarded, `${databaseFile}-wal`, `${databaseFile}-shm`, ...quarantines],
    unlisted: [stateDir],
  }
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

/** The other people of the roster with their folders, as far as the roster and the inherited workspace say them. */
async function othersOf(
  host: Host,
  params: SmokeTestParams,
  entries: (Awaited<ReturnType<Host['readRoster']>> & { ok: true })['entries'],
): Promise<IsolationQuestion['others']> {
  const { dataDir } = host.environment
  const others = entries.filter(
    (entry) => entry.os_user !== params.osUser && entry.telegram_id !== params.telegramId,
  )
  return Promise.all(
    others.map(async ({ os_user: osUser, telegram_id: telegramId, workspace_base }) => {
      const folders = ['memory', 'history'].map((kind) => join(dataDir, kind, String(telegramId)))
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

function notIsolated(findings: [IsolationFinding, ...IsolationFinding[]] | IsolationFinding[]): StepFailure {
  const [first, ...rest] = findings
  const { path, who, why } = first!
  const detail = rest.map((other) => `${other.who} can reach ${other.path}: ${other.why}`).join('\n')
  return { code: 'not_isolated', params: { path, who, why }, ...(detail === '' ? {} : { detail }) }
}
