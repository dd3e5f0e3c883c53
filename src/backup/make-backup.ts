import { linkSync, lstatSync, mkdtempSync, renameSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { distrustOf, distrustOfWay } from '../config/trusted-path.ts'
import { accountFilesOf } from '../provisioning/host/accounts/account-files.ts'
import type { Programs } from '../provisioning/host/programs/programs.ts'
import { type DatabaseFacts, snapshotDatabase } from '../store/backup.ts'
import { isThere, measured, readWhole, removeFlatFolder, sha256, sync, writeNew } from './files.ts'
import type { Manifest, ManifestMember } from './manifest.ts'
import { databaseOf, type Owner, type Place, placesOf } from './members.ts'
import { dataRefusal } from './restore-data.ts'

export interface BackupAmbient {
  programs: Pick<Programs, 'run'>
  /** Epoch milliseconds. */
  clock: () => number
  /** This host's name, and the version of the program. */
  host: string
  version: string
}

export interface BackupOptions {
  config: Config
  /** The uid that runs this. */
  uid: number
  /** Absolute. */
  file: string
  secrets: boolean
  data: boolean
}

/** What there is of an installation and is not in the backup, and why. */
export interface LeftOut {
  name: string
  why: string
}

export type BackupResult =
  | { ok: true; manifest: Manifest; left: LeftOut[]; notes: string[] }
  /** `exit` 2: refused before anything was written; 1: it failed, and nothing is left of it. */
  | { ok: false; exit: 1 | 2; message: string }

const TAR = '/usr/bin/tar'
const TAR_MS = 60 * 60_000
/** Roster and config are read again after the database: when they changed meanwhile, everything is taken once more. */
const TRIES = 5

/**
 * Writes one archive with roster, database, config and what else was asked for. The database is one state of a moment in which
 * roster and config were what the archive has of them. The file appears whole, 0600, or not at all.
 */
export async function makeBackup(ambient: BackupAmbient, options: BackupOptions): Promise<BackupResult> {
  const { file } = options
  const refused = refusalOf(options)
  if (refused !== null) return { ok: false, exit: 2, message: refused }
  const folder = mkdtempSync(join(dirname(file), '.usher-backup-'))
  try {
    const gathered = gather(ambient, options, folder)
    if (!gathered.ok) return gathered
    const { members, facts, left } = gathered
    const notes: string[] = []
    if (options.data) {
      const packed = await packData(ambient.programs, options, folder)
      if (!packed.ok) return packed
      members.push(packed.member)
      notes.push(...packed.notes)
    }
    const manifest = manifestOf(ambient, options, facts, members)
    writeNew(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 })
    const names = ['manifest.json', ...members.map(({ name }) => name)]
    const archive = join(folder, 'archive.tar')
    const packed = await ambient.programs.run(
      TAR,
      ['--create', `--file=${archive}`, '--format=gnu', `--directory=${folder}`, '--', ...names],
      { timeoutMs: TAR_MS },
    )
    if (!packed.ok) return failed(`tar failed: ${lastLine(packed.stderr)}`)
    sync(archive)
    place(archive, file)
    sync(dirname(file))
    noteBackup(options, manifest)
    return { ok: true, manifest, left, notes }
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  } finally {
    removeFlatFolder(folder)
  }
}

function failed(why: string): BackupResult & { ok: false } {
  return { ok: false, exit: 1, message: `cannot back up: ${why}; nothing was written` }
}

function refusalOf({ file, uid }: BackupOptions): string | null {
  const shown = JSON.stringify(file)
  if (isThere(file))
    return `cannot write ${shown}: it is there already; nothing is replaced, choose another name`
  const folder = lstatSync(dirname(file), { throwIfNoEntry: false })
  if (!folder?.isDirectory()) return `cannot write ${shown}: ${JSON.stringify(dirname(file))} is no folder`
  const trust = { owners: uid === 0 ? [0] : [0, uid], way: 'strict' } as const
  const distrust = distrustOf(dirname(file), folder, trust) ?? distrustOfWay(file, trust)
  return distrust === null
    ? null
    : `cannot write ${shown} where others could put something else: ${distrust.message}`
}

type Gathered =
  | { ok: true; members: ManifestMember[]; facts: DatabaseFacts; left: LeftOut[] }
  | (BackupResult & { ok: false })

function gather({ clock }: BackupAmbient, options: BackupOptions, folder: string): Gathered {
  const { config } = options
  const database = join(folder, 'usher.db')
  for (let tries = 1; ; tries++) {
    const before = readPlaces(options)
    if (!before.ok) return before
    const at = clock()
    const facts = snapshotDatabase(databaseOf(config), database)
    const after = readPlaces(options)
    if (!after.ok) return after
    const same = before.read.every(({ bytes }, index) => after.read[index]?.bytes.equals(bytes) === true)
    if (!same || before.read.length !== after.read.length) {
      if (tries < TRIES) continue
      return failed(`roster or config changed ${TRIES} times since ${new Date(at).toISOString()}; try again`)
    }
    for (const {
      place: { name },
      bytes,
    } of before.read)
      writeNew(join(folder, name), bytes, { mode: 0o600 })
    const members = before.read.map(
      ({ place: { name, path }, bytes, owner, mode }): ManifestMember => ({
        ...{ name: name as ManifestMember['name'], path, owner, mode: mode & 0o777 },
        ...{ size: bytes.length, sha256: sha256(bytes) },
      }),
    )
    members.push({
      ...{ name: 'usher.db', path: databaseOf(config), owner: 'operator', mode: 0o600 },
      ...measured(database),
    })
    return { ok: true, members, facts, left: before.left }
  }
}

interface ReadPlace {
  place: Place
  bytes: Buffer
  owner: Owner
  mode: number
}

function readPlaces({
  config,
  uid,
  secrets,
}: BackupOptions): { ok: true; read: ReadPlace[]; left: LeftOut[] } | (BackupResult & { ok: false }) {
  const owners = ownersOf(config, uid)
  const read: ReadPlace[] = []
  const left: LeftOut[] = []
  for (const place of placesOf(config)) {
    if (place.secret && !secrets) {
      if (isThere(place.path)) left.push({ name: place.name, why: 'a secret; --secrets takes it along' })
      continue
    }
    const found = readWhole(place.path, [...owners.keys()], place.maxBytes)
    if (found.ok) {
      const owner = owners.get(found.uid) ?? 'operator'
      read.push({ place, bytes: found.bytes, owner, mode: found.mode })
    } else if (found.reason === 'absent') {
      left.push({ name: place.name, why: `there is no ${place.path}` })
    } else return failed(`${JSON.stringify(place.path)} cannot be read: ${found.why}`)
  }
  return { ok: true, read, left }
}

/** Whose files an installation may have: root's or one's own, and the tokens those of their accounts. */
function ownersOf(config: Config, uid: number): Map<number, Owner> {
  const { accounts } = readHostFacts(accountFilesOf())
  const uidOf = (name: string | null | undefined) => accounts.find((account) => account.name === name)?.uid
  const owners = new Map<number, Owner>()
  const [bot, witness] = [uidOf(config.botUser), uidOf(config.witness?.user)]
  if (bot !== undefined) owners.set(bot, 'bot')
  if (witness !== undefined) owners.set(witness, 'witness')
  return owners.set(0, 'operator').set(uid, 'operator')
}

/** People's folders, by tar itself: it follows no link, and owners and modes stay. */
async function packData(
  programs: Pick<Programs, 'run'>,
  { config }: BackupOptions,
  folder: string,
): Promise<{ ok: true; member: ManifestMember; notes: string[] } | (BackupResult & { ok: false })> {
  const { data } = config.paths
  const there = ['memory', 'history'].filter((name) => isThere(join(data, name)))
  const packed = join(folder, 'data.tar')
  const notes: string[] = []
  const argv = ['--create', `--file=${packed}`, '--format=gnu', '--numeric-owner', '--hard-dereference']
  argv.push('--one-file-system', '--anchored', '--no-wildcards', `--directory=${data}`)
  const unfit = new Map<string, string>()
  for (;;) {
    const { status, ...said } = withStatus(
      await programs.run(
        TAR,
        [...argv, ...[...unfit.keys()].map((name) => `--exclude=${name}`), '--', ...there],
        { timeoutMs: TAR_MS },
      ),
    )
    // tar(1): 1 says that some files changed while they were read.
    if (status !== 0 && status !== 1) return failed(`tar failed on ${data}: ${lastLine(said.stderr)}`)
    const changed = status === 1 ? [`some of people's files changed meanwhile: ${lastLine(said.stderr)}`] : []
    const refused = dataRefusal(packed)
    if (refused === null) {
      notes.push(...changed)
      break
    }
    // One person's folder must not make everybody's unusable.
    const { folder: whose, why } = refused
    if (whose === null || unfit.has(whose)) return failed(`${data} could not be restored from it: ${why}`)
    unfit.set(whose, why)
    notes.push(`${join(data, whose)} is LEFT OUT, because it could not be restored: ${why}`)
  }
  sync(packed)
  const member = {
    name: 'data.tar',
    path: data,
    owner: 'operator',
    mode: 0o700,
    ...measured(packed),
  } as const
  return { ok: true, member, notes }
}

function withStatus(result: Awaited<ReturnType<Programs['run']>>): { status: number | null; stderr: string } {
  return { status: result.ok ? 0 : result.status, stderr: result.stderr }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

function manifestOf(
  { clock, host, version }: BackupAmbient,
  { config, secrets, data }: BackupOptions,
  facts: DatabaseFacts,
  members: ManifestMember[],
): Manifest {
  return {
    ...{ format: 1, usher: version, created_at: clock(), host, mode: config.mode },
    config_file: config.file,
    database: {
      schema: facts.schema,
      events_end: facts.end,
      next_uid: facts.nextUid,
      unfinished_runs: facts.unfinishedRuns,
      requests: facts.requests,
    },
    ...{ secrets, data, members },
  }
}

/** Gives the archive its name, unless something has it by now; where there are no hard links, after looking once more. */
function place(archive: string, file: string): void {
  try {
    linkSync(archive, file)
    unlinkSync(archive)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || isThere(file)) throw new Error(`${JSON.stringify(file)} is there by now`)
    renameSync(archive, file)
  }
}

/** What the worker tells whoever watches it: when, and no more. That it cannot be noted is not worth the backup. */
function noteBackup({ config }: BackupOptions, { created_at }: Manifest): void {
  const note = join(config.paths.state, 'last-backup.json')
  const fresh = `${note}.new`
  try {
    if (isThere(fresh)) unlinkSync(fresh)
    writeNew(fresh, `${JSON.stringify({ at: created_at })}\n`, { mode: 0o600 })
    renameSync(fresh, note)
  } catch {
    // The next one notes it.
  }
}
