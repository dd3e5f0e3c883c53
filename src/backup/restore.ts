import { lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { helpOf } from '../command/help.ts'
import { RESTORE } from '../command/parts/restore.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import type { Config } from '../config/config.ts'
import { type Environment, readEnvironment } from '../config/environment.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { loadConfig } from '../config/load.ts'
import { singleUserPaths, systemPaths } from '../config/paths.ts'
import { distrustOfGround } from '../config/root-ground.ts'
import { jsonDocument } from '../protocol/json-document.ts'
import { accountFilesOf } from '../provisioning/host/accounts/account-files.ts'
import { createPrograms } from '../provisioning/host/programs/create-programs.ts'
import { damageIn, nextUidIn, prepareRestored, takeWorkerLock } from '../store/backup.ts'
import { copyNew, isThere, removeFlatFolder } from './files.ts'
import { finishInterrupted } from './interrupted.ts'
import type { Manifest } from './manifest.ts'
import { databaseOf } from './members.ts'
import { movesOf, type Planned, prepareRestore } from './prepare-restore.ts'
import { readArchive } from './read-archive.ts'
import { removeEmptied, unpackData } from './restore-data.ts'
import {
  beginJournal,
  finishJournal,
  journalOf,
  type Move,
  readJournal,
  recordOf,
} from './restore-journal.ts'
import { runningBot } from './running-bot.ts'
import { refuse } from './say.ts'
import { uidFloor } from './uid-floor.ts'

interface Asked {
  json: boolean
  dryRun: boolean
  yes: boolean
  uid: number
  gid: number
  /** The state folder of this host. */
  state: string
  owners: number[]
  environment: Environment
  now: Date
}

/**
 * `usher restore FILE`, `usher restore --undo`: see `RESTORE` for what it does and gives.
 *
 * INVARIANTS
 * - The worker's lock is held from before the first look at what is there until the last rename.
 * - Nothing of the installation is changed before the journal says everything that will be; from then on it is only renamed, and
 *   whoever comes next finishes.
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.umask(0o077)
  const options = readCommandLine(RESTORE, argv)
  if (!options.ok) return refuse(options.json, 2, 'bad_request', options.message)
  if (options.help) {
    process.stdout.write(helpOf(RESTORE))
    return 0
  }
  const { json, yes, undo, 'dry-run': dryRun, config: explicitFile } = options.values
  const [file] = options.operands
  if ((file === undefined) === !undo) {
    return refuse(json, 2, 'bad_request', 'cannot restore: name the FILE of a backup, or --undo')
  }
  const uid = process.getuid?.() ?? -1
  const environment = readEnvironment()
  const loaded = loadConfig({ environment, uid, explicitFile })
  const config = loaded.ok ? loaded.config : null
  if (config?.mode === 'system' && uid !== 0) {
    return refuse(json, 3, 'not_permitted', `cannot restore the system as uid ${uid}: root only`)
  }
  const state = config?.paths.state ?? usualState(environment, uid)
  const owners = uid === 0 ? [0] : [0, uid]
  const asked: Asked = {
    ...{ json, dryRun, yes, uid, state, owners, environment, now: new Date() },
    gid: process.getgid?.() ?? -1,
  }
  const distrust = uid === 0 ? distrustOfGround(state) : null
  if (distrust !== null) return refuse(json, 2, 'invalid', `cannot restore: ${distrust.message}`)
  try {
    if (!isThere(state)) mkdirSync(state, { recursive: true, mode: uid === 0 ? 0o711 : 0o700 })
    if (dryRun && isThere(journalOf(state))) {
      const message =
        'cannot look now: a restore was interrupted; start the worker, or restore without --dry-run, and it is finished'
      return refuse(json, 1, 'internal', message)
    }
    if (finishInterrupted(state, owners) === 'busy') return busy(json)
    if (dryRun && file !== undefined) return await fromArchive(asked, resolve(file))
    const release = takeWorkerLock(join(state, 'usher.db'))
    if (release === null) return busy(json)
    try {
      const bot = runningBot(uid === 0 ? botUidOf(config) : null)
      if (bot !== null) {
        const message = `cannot restore while the bot runs (process ${bot}): stop it first, and the worker; systemctl stop usher-bot usher-witness usher-worker`
        return refuse(json, 4, 'second_worker', message)
      }
      return undo ? await takenBack(asked, config) : await fromArchive(asked, resolve(file ?? ''))
    } finally {
      release()
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return refuse(json, 1, 'internal', `cannot restore: ${why}`)
  }
}

function usualState(environment: Environment, uid: number): string {
  if (uid === 0) return systemPaths().state
  return singleUserPaths(environment, environment.home ?? '/nonexistent').state
}

function botUidOf(config: Config | null): number | null {
  return (
    readHostFacts(accountFilesOf()).accounts.find(({ name }) => name === (config?.botUser ?? 'usher'))?.uid ??
    -1
  )
}

function busy(json: boolean): number {
  const message =
    'cannot restore while a worker runs: stop it first (systemctl stop usher-bot usher-witness usher-worker)'
  return refuse(json, 4, 'second_worker', message)
}

async function fromArchive(asked: Asked, file: string): Promise<number> {
  const { json, dryRun, state, uid, gid, environment } = asked
  // Looking at it needs no place of its own, and two looks at once none in common.
  const folder = join(state, dryRun ? `restoring-${process.pid}` : 'restoring')
  removeFlatFolder(folder)
  mkdirSync(folder, { mode: 0o700 })
  const cleanups: (() => unknown)[] = [() => removeFlatFolder(folder)]
  try {
    const archive = readArchive(file, folder)
    if (!archive.ok) return refuse(json, 2, 'invalid', archive.message)
    const { manifest } = archive
    const host = hostname()
    const prepared = prepareRestore({ manifest, folder, state, uid, gid, host, environment })
    if (!prepared.ok) return refuse(json, 2, 'invalid', prepared.message)
    const { config, files, lines, warnings } = prepared
    const said = [...lines, ...warnings.map((warning) => `  NOTE: ${warning}`)]
    if (!json) process.stdout.write(`${said.join('\n')}\n`)
    if (dryRun) return done(json, { dry_run: true, manifest, files: shown(files), warnings }, null)
    if (!(await isConfirmed(asked)))
      return refuse(json, 3, 'not_permitted', 'not confirmed; nothing was changed')

    const stamp = stampOf(asked.now)
    putReady(asked, config, manifest, files)
    for (const { member, staged, source, mode, uid: owner, gid: group } of files) {
      if (isThere(source)) unlinkSync(source)
      cleanups.push(() => isThere(source) && unlinkSync(source))
      copyNew(member.name === 'usher.db' ? join(folder, 'usher.db') : staged, source, {
        ...{ mode, uid: owner, gid: group },
      })
    }
    const data = manifest.data
      ? await unpackData(createPrograms(config.mode), join(folder, 'data.tar'), config.paths.data, stamp)
      : { ok: true as const, moves: [] }
    if (!data.ok) return refuse(json, 2, 'invalid', `cannot restore: ${data.why}; nothing was changed`)
    // First what the worker cannot move within its unit, because it stands beside its own folder: the rest it can finish.
    const moves = [...freshBotState(config, uid, gid, stamp), ...data.moves, ...movesOf(files, stamp)]
    const journal = { format: 1, stamp, moves } as const
    beginJournal(state, journal)
    // Whatever happens from here on, what lies ready is needed.
    cleanups.splice(1)
    finishJournal(state, journal)
    removeEmptied(config.paths.data)
    const aside = moves.map((move) => move.aside).filter(isThere)
    return done(json, { manifest, files: shown(files), warnings, aside }, stamp)
  } finally {
    for (const cleanup of cleanups) cleanup()
  }
}

function shown(files: readonly Planned[]) {
  return files.map(({ member, target, replaces }) => ({ name: member.name, path: target, replaces }))
}

/** Brings the database that was taken out to where it may take the place of the one that is here. */
function putReady(
  { now, owners }: Asked,
  config: Config,
  manifest: Manifest,
  files: readonly Planned[],
): void {
  const database = files.find(({ member }) => member.name === 'usher.db')
  if (database === undefined) throw new Error('a backup without a database was let through')
  const present = databaseOf(config)
  prepareRestored(database.staged, {
    uidFloor: uidFloor(config, [
      nextUidIn(present),
      manifest.database.next_uid,
      nextUidOfRecord(config, owners),
    ]),
    note: { at: now.getTime(), backup_at: manifest.created_at, from_host: manifest.host },
    before: isThere(present) && damageIn(present) === null ? present : null,
  })
}

/** Of a restore before this one: what it put aside may have given uids, too. */
function nextUidOfRecord(config: Config, owners: readonly number[]): number | null {
  const record = readJournal(recordOf(config.paths.state), owners)
  const aside = record?.moves.find(({ target }) => target === databaseOf(config))?.aside
  return aside === undefined ? null : nextUidIn(aside)
}

/** The bot's cards and its place in the history belong to the history that is put aside, so they go with it. */
function freshBotState(config: Config, uid: number, gid: number, stamp: string): Move[] {
  const { botState } = config.paths
  const stat = lstatSync(botState, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return []
  const fresh = uid === 0 ? { uid: stat.uid, gid: stat.gid, mode: 0o700 } : { uid, gid, mode: 0o700 }
  return [{ target: botState, source: null, aside: `${botState}.before-restore-${stamp}`, fresh }]
}

/** Puts back what the last restore put aside, by the same moves the other way round. */
async function takenBack(asked: Asked, config: Config | null): Promise<number> {
  const { json, dryRun, state, owners, now } = asked
  const record = readJournal(recordOf(state), owners)
  if (record === null) return refuse(json, 2, 'invalid', 'cannot undo: no restore was made here')
  const stamp = stampOf(now)
  const moves = record.moves.map(
    ({ target, aside, with: belonging }): Move => ({
      ...{ target, source: isThere(aside) ? aside : null, aside: `${target}.undone-restore-${stamp}` },
      ...(belonging === undefined ? {} : { with: belonging }),
    }),
  )
  const lines = moves.map(
    ({ target, source }) => `  ${source === null ? 'put aside' : 'put back '}  ${target}`,
  )
  if (!json) process.stdout.write(`takes back the restore of ${record.stamp}\n${lines.join('\n')}\n`)
  if (dryRun) return done(json, { dry_run: true, moves }, null)
  if (!(await isConfirmed(asked)))
    return refuse(json, 3, 'not_permitted', 'not confirmed; nothing was changed')
  const database = moves.find(({ target }) => target === join(state, 'usher.db'))
  if (database?.source != null && config !== null && damageIn(database.source) === null) {
    prepareRestored(database.source, {
      uidFloor: uidFloor(config, [nextUidIn(database.source), nextUidIn(database.target)]),
      note: { at: now.getTime(), backup_at: now.getTime(), from_host: hostname() },
      before: isThere(database.target) ? database.target : null,
    })
  }
  const journal = { format: 1, stamp, moves } as const
  beginJournal(state, journal)
  finishJournal(state, journal)
  return done(json, { moves }, stamp)
}

async function isConfirmed({ yes, json }: Asked): Promise<boolean> {
  if (yes) return true
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question('Restore this? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

/** `20261121T113000Z`: part of the names of what is put aside. */
function stampOf(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d+/g, '')
}

function done(json: boolean, document: object, stamp: string | null): number {
  if (json) process.stdout.write(jsonDocument({ ok: true, ...document }))
  else if (stamp !== null) {
    process.stdout.write(
      `done; what was there has .before-restore-${stamp} or .undone-restore-${stamp} at its end, and 'usher restore --undo' puts it back\n` +
        'Start the worker, then look: systemctl start usher-worker usher-bot; sudo usher audit verify; sudo usher doctor\n',
    )
  }
  return 0
}
