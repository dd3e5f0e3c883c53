import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { whyOf } from '../domain/step.ts'
import { parseRoster } from '../provisioning/roster/parse.ts'
import type { InitPlaces } from '../setup/init-plan.ts'
import { dropInsMade } from './changes/drop-ins.ts'
import { removeFile } from './changes/file.ts'
import { removeFolder } from './changes/folder.ts'
import { SYSTEMCTL } from './changes/services.ts'
import type { InstallHost, Removal } from './context.ts'
import { removeProgramFolders, removeRecord } from './program-folder.ts'
import { type InstallRecord, type Made, type MadeOf, writeRecord } from './record.ts'
import { runsUnderWay } from './runs-under-way.ts'
import { takeBack } from './take-back.ts'

export interface UninstallWish {
  /** Configuration, secrets and the service accounts too; not people's accounts, nor a roster that was there before. */
  purge: boolean
  /** With `purge`: people's memories and histories, the history of decisions, the counter of uids. */
  data: boolean
  dryRun: boolean
  places: InitPlaces
}

export type UninstallResult =
  | { ok: true; removals: Removal[] }
  | { ok: false; code: 'wrong_state' | 'internal'; message: string }

/**
 * Stops the services and takes away what the installation made, as far as it was asked to. Safe to repeat after a kill: what is
 * gone is gone, and the record stays until everything else is.
 */
export async function uninstall(
  host: InstallHost,
  record: InstallRecord,
  wish: UninstallWish,
  onRemoval: (removal: Removal) => void,
): Promise<UninstallResult> {
  const { dryRun, places } = wish
  const busy = (): UninstallResult | null => {
    const runs = runsUnderWay(`${host.root}${places.paths.state}`)
    if (runs.length === 0) return null
    const message = `cannot uninstall while ${runs.length === 1 ? `run ${runs[0]} is` : `runs ${runs.join(', ')} are`} under way: wait until it is done (sudo usher run show ${runs[0]}), then try again`
    return { ok: false, code: 'wrong_state', message }
  }
  const refused = busy()
  if (refused !== null) return refused
  const units = record.made.flatMap((made) => (made.kind === 'enabled' ? [made.unit] : []))
  const running = dryRun ? [] : await activeOf(host, units)
  if (running.length > 0) {
    const stopped = await host.programs.run(SYSTEMCTL, ['stop', '--', ...running], { timeoutMs: 180_000 })
    if (!stopped.ok) {
      const message = `cannot stop ${running.join(', ')}: ${stopped.stderr.trim() || whyOf(stopped.failure)}`
      return { ok: false, code: 'internal', message }
    }
    // One may have begun between the look and the stop: it goes on where it was.
    const begun = busy()
    if (begun !== null) {
      await host.programs.run(SYSTEMCTL, ['start', '--', ...running], { timeoutMs: 120_000 })
      return begun
    }
  }
  const removals: Removal[] = []
  const tell = (removal: Removal) => {
    removals.push(removal)
    onRemoval(removal)
  }
  const goes = record.made.filter((made) => isAsked(made, wish))
  if (wish.purge) {
    if (!wish.data) keepRoster(host, goes, places, dryRun, tell)
    for (const path of secretsBeside(places)) {
      const made = { kind: 'file', path, sha256: null, goes: 'purge' } as const
      if (lstatSync(`${host.root}${path}`, { throwIfNoEntry: false }) !== undefined)
        tell(removeFile(host, made, dryRun))
    }
  }
  for (const path of dropInsMade(host)) {
    tell(removeFile(host, { kind: 'file', path, sha256: null, goes: 'uninstall' }, dryRun))
    tell(
      removeFolder(
        host,
        { kind: 'folder', path: dirname(path), goes: 'uninstall', contents: false },
        dryRun,
        new Set([path]),
      ),
    )
  }
  const { left } = await takeBack(host, goes, { dryRun, onRemoval: tell })
  if (!dryRun) {
    await host.programs.run(SYSTEMCTL, ['reset-failed', '--', ...units])
    const stays = record.made.filter((made) => !goes.includes(made) || left.includes(made))
    finish(host, record, stays)
  }
  for (const path of ownUnitsOf(host)) {
    tell({ state: 'kept', subject: path, text: 'stays: it is yours; without Usher it does nothing' })
  }
  return { ok: true, removals }
}

/** The record says what is left, for a later purge; when nothing is, it goes too. */
function finish(host: InstallHost, record: InstallRecord, stays: readonly Made[]): void {
  const folders = stays.filter((made) => made.kind === 'folder' && '/opt/usher'.startsWith(made.path))
  if (stays.length > folders.length) {
    writeRecord({ ...record, version: null, made: [...stays] }, host.root)
    return
  }
  removeRecord(host)
  removeProgramFolders(host, folders)
}

function isAsked(made: Made, { purge, data }: UninstallWish): boolean {
  switch (made.kind) {
    case 'folder':
    case 'file':
    case 'link':
      return made.goes === 'uninstall' || (purge && (made.goes === 'purge' || data))
    case 'account':
    case 'adjusted':
      return purge
    default:
      return true
  }
}

/** Secrets that setup or an operator put where the config says; without Usher they open nothing that is kept. */
export function secretsBeside({ tokenFile, witness }: InitPlaces): string[] {
  return [tokenFile, ...(witness === null ? [] : [witness.tokenFile])]
}

/** A roster with people on it is copied to the data folder before it goes: who they are is data too. */
function keepRoster(
  host: InstallHost,
  goes: readonly Made[],
  { paths }: InitPlaces,
  dryRun: boolean,
  tell: (removal: Removal) => void,
): void {
  const made = goes.find((one): one is MadeOf<'file'> => one.kind === 'file' && one.path === paths.roster)
  const roster = `${host.root}${paths.roster}`
  if (made === undefined || !existsSync(roster)) return
  const text = readFileSync(roster, 'utf8')
  const parsed = parseRoster(text)
  if (parsed.ok && parsed.people.length === 0) return
  const to = join(paths.state, 'users.yaml.kept')
  if (!dryRun) writeFileSync(`${host.root}${to}`, text, { mode: 0o600 })
  tell({ state: 'kept', subject: to, text: 'has the people that were on the roster' })
}

async function activeOf(host: InstallHost, units: readonly string[]): Promise<string[]> {
  const active: string[] = []
  for (const unit of units) {
    const shown = await host.programs.run(SYSTEMCTL, ['is-active', '--', unit])
    if (/^(active|activating|reloading|deactivating)/.test(shown.stdout)) active.push(unit)
  }
  return active
}

/** Drop-ins for our units that somebody made: theirs, and named. */
function ownUnitsOf({ root }: InstallHost): string[] {
  const folder = `${root}/etc/systemd/system`
  const dropIns = existsSync(folder) ? readdirSync(folder) : []
  return dropIns
    .filter((name) => /^usher-[a-z]+\.service\.d$/.test(name))
    .flatMap((name) => readdirSync(join(folder, name)).map((file) => `/etc/systemd/system/${name}/${file}`))
}
