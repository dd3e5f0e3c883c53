import { lstatSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Environment } from '../config/environment.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { loadConfig } from '../config/load.ts'
import { distrustOfWay } from '../config/trusted-path.ts'
import { accountFilesOf } from '../provisioning/host/accounts/account-files.ts'
import { parseRoster } from '../provisioning/roster/parse.ts'
import { damageIn, factsOf, KNOWN_SCHEMA } from '../store/backup.ts'
import { isThere, readWhole } from './files.ts'
import type { Manifest, ManifestMember } from './manifest.ts'
import { databaseOf, LIMITS, type Owner, placesOf } from './members.ts'
import type { Move } from './restore-journal.ts'

/** A file that will be put back: where from, where to, and whose it will be. */
export interface Planned {
  member: ManifestMember
  staged: string
  target: string
  /** Where it lies ready, in the folder of its target. */
  source: string
  uid: number
  gid: number
  mode: number
  replaces: boolean
}

export type Preparation =
  | { ok: true; config: Config; files: Planned[]; lines: string[]; warnings: string[] }
  | { ok: false; message: string }

export interface PrepareOptions {
  manifest: Manifest
  /** Where the archive was taken apart. */
  folder: string
  /** The state folder of this host, where the worker's lock is. */
  state: string
  uid: number
  gid: number
  host: string
  environment: Environment
}

/** Checks that what was taken apart can be put where its own config says, and says what that changes. Changes nothing. */
export function prepareRestore(options: PrepareOptions): Preparation {
  const { manifest, folder, state, uid, gid, environment } = options
  const refuse = (message: string): Preparation => ({ ok: false, message: `cannot restore: ${message}` })
  const has = (name: string) => manifest.members.some((member) => member.name === name)
  const loaded = loadConfig({
    environment: { ...environment, configFile: null },
    uid,
    ...(has('config.yaml') ? { explicitFile: join(folder, 'config.yaml') } : {}),
  })
  if (!loaded.ok) {
    const [first] = loaded.problems
    return refuse(`the config in it cannot be used: ${first?.key}: ${first?.message}`)
  }
  const config = { ...loaded.config, file: manifest.config_file }
  if (config.mode !== manifest.mode) return refuse(`it is of ${manifest.mode} mode, and its config is not`)
  if (config.paths.state !== state) {
    return refuse(
      `its config has paths.state ${config.paths.state}, and this host's is ${state}; put a config with that path there first`,
    )
  }
  const database = join(folder, 'usher.db')
  const damage = damageIn(database)
  if (damage !== null) return refuse(`the database in it is damaged (${damage})`)
  const facts = factsOf(database)
  if (facts.schema > KNOWN_SCHEMA) {
    return refuse(
      `its database has schema ${facts.schema}, this program knows ${KNOWN_SCHEMA}: it is of a newer version of usher (${manifest.usher}); install that one`,
    )
  }
  const told = manifest.database
  if (facts.schema !== told.schema || facts.end.hash !== told.events_end.hash) {
    return refuse('its database is not the one that its manifest speaks of')
  }
  if (has('users.yaml')) {
    const roster = readWhole(join(folder, 'users.yaml'), [uid], LIMITS['users.yaml'])
    const parsed = roster.ok ? parseRoster(roster.bytes.toString('utf8')) : null
    if (parsed?.ok !== true)
      return refuse(`the roster in it cannot be used: ${parsed?.ok === false ? parsed.why : 'unreadable'}`)
  }
  const owners = ownersHere(config, uid, gid)
  const files: Planned[] = []
  const places = [{ name: 'usher.db' as const, path: databaseOf(config) }, ...placesOf(config)]
  for (const { name, path } of places) {
    const member = manifest.members.find((one) => one.name === name)
    if (member === undefined) continue
    if (member.path !== path)
      return refuse(`its manifest has ${name} at ${member.path}, and its config at ${path}`)
    const owner = owners[member.owner]
    if (owner === null) {
      return refuse(
        `there is no account for the ${member.owner} here; make it with usher init or install first`,
      )
    }
    const why = placeProblem(path, uid)
    if (why !== null) return refuse(why)
    files.push({
      ...{ member, staged: join(folder, name), target: path, ...owner },
      source: join(dirname(path), `.${basename(path)}.usher-restore`),
      // What only its owner may read is never made readable by an archive, and nothing writable for others.
      mode: isSecret(name) ? 0o600 : member.mode & 0o755 & ~0o111,
      replaces: isThere(path),
    })
  }
  return { ok: true, config, files, ...saidOf(options, config, files) }
}

function isSecret(name: string): boolean {
  return name === 'usher.db' || name === 'secrets.yaml' || /-(token|secret)$/.test(name)
}

function ownersHere(
  config: Config,
  uid: number,
  gid: number,
): Record<Owner, { uid: number; gid: number } | null> {
  const { accounts } = readHostFacts(accountFilesOf())
  const account = (name: string | null | undefined) => {
    const found = accounts.find((one) => one.name === name)
    return found?.gid === undefined ? null : { uid: found.uid, gid: found.gid }
  }
  return { operator: { uid, gid }, bot: account(config.botUser), witness: account(config.witness?.user) }
}

function placeProblem(path: string, uid: number): string | null {
  const folder = lstatSync(dirname(path), { throwIfNoEntry: false })
  if (!folder?.isDirectory()) return `there is no folder ${dirname(path)}; make it with usher init first`
  const owners = uid === 0 ? [0] : [0, uid]
  const distrust = distrustOfWay(path, { owners, way: uid === 0 ? 'strict' : 'lenient' })
  if (distrust !== null) return distrust.message
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat === undefined || stat.isFile() ? null : `${path} is there and no plain file`
}

function saidOf(
  { manifest, host, uid }: PrepareOptions,
  config: Config,
  files: readonly Planned[],
): { lines: string[]; warnings: string[] } {
  const made = new Date(manifest.created_at).toISOString()
  const { database } = manifest
  const lines = [
    `backup of ${manifest.host}, made ${made} by usher ${manifest.usher}`,
    `  ${database.requests} requests, ${database.events_end.id} events, schema ${database.schema}`,
    ...files.map(({ target, replaces }) => `  ${replaces ? 'replace' : 'make   '}  ${target}`),
    ...(manifest.data ? [`  replace  ${config.paths.data}/memory and history`] : []),
  ]
  const warnings: string[] = []
  const people = peopleThatDiffer(files, uid)
  if (people !== null) warnings.push(people)
  if (manifest.host !== host) {
    warnings.push(
      `it was made on ${manifest.host} and this is ${host}: open requests name their host and come back for approval; accounts and groups are not in a backup`,
    )
  }
  if (database.unfinished_runs > 0) {
    warnings.push(
      `${database.unfinished_runs} runs were queued or under way when it was made: they go on when the worker starts`,
    )
  }
  if (!manifest.secrets) warnings.push('it has no tokens and no second factors: those that are here stay')
  return { lines, warnings }
}

/** Who would be on the roster again, and who would not any more. */
function peopleThatDiffer(files: readonly Planned[], uid: number): string | null {
  const roster = files.find(({ member }) => member.name === 'users.yaml')
  if (roster === undefined || !roster.replaces) return null
  const namesIn = (path: string, owners: number[]) => {
    const read = readWhole(path, owners, LIMITS['users.yaml'])
    const parsed = read.ok ? parseRoster(read.bytes.toString('utf8')) : null
    return parsed?.ok === true ? parsed.people.map(({ entry }) => entry.os_user) : null
  }
  const [then, now] = [namesIn(roster.staged, [uid]), namesIn(roster.target, [0, uid])]
  if (then === null || now === null) return 'the roster that is here cannot be read'
  const back = then.filter((name) => !now.includes(name))
  const gone = now.filter((name) => !then.includes(name))
  const some = (names: string[]) =>
    names.length > 10 ? `${names.slice(0, 10).join(', ')}, …` : names.join(', ')
  const said = [
    ...(back.length > 0 ? [`on the roster again: ${some(back)}`] : []),
    ...(gone.length > 0 ? [`on the roster no more: ${some(gone)}`] : []),
  ]
  return said.length === 0 ? null : said.join('; ')
}

/** The moves that put the files there, the database first and the config last. */
export function movesOf(files: readonly Planned[], stamp: string): Move[] {
  return files.map(({ target, source, member }) => ({
    ...{ target, source, aside: `${target}.before-restore-${stamp}` },
    ...(member.name === 'usher.db' ? { with: ['-wal', '-shm'] } : {}),
  }))
}
