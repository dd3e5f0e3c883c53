import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '../../config/config.ts'
import { configViolations } from '../../config/config-violations.ts'
import type { Environment } from '../../config/environment.ts'
import { readHostFacts } from '../../config/host-facts.ts'
import { configFromText } from '../../config/load.ts'
import type { ServiceAction } from '../../domain/step.ts'
import type { DocumentViolation } from '../../protocol/json-document.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import type { Programs } from '../../provisioning/host/programs/programs.ts'
import { ensureDirectory, type Outcome, type Owner } from '../ensure.ts'
import { placesOf } from '../init-places.ts'
import { type InitPlaces, initialize } from '../init-plan.ts'
import { dropInFiles, removeStale } from '../units/drop-in-files.ts'
import type { Refusal } from './codes.ts'
import { type ConfigChange, editConfig } from './edit-config.ts'
import type { Situation } from './situation.ts'
import type { BotIdentity } from './telegram-calls.ts'
import { type WantedFile, writeTogether } from './write-together.ts'

/** What the operator decided; what is absent or null stays as it is. */
export interface Wishes {
  token: { text: string; bot: BotIdentity } | null
  /** Joined by those that are admins already. */
  admins: readonly number[]
  services: { unit: string; action: ServiceAction }[] | null
  /** An empty one: none any more. */
  agentCommand: string[] | null
  roster: string | null
  witnessToken: { text: string; bot: BotIdentity } | null
}

export const NO_WISHES: Wishes = {
  ...{ token: null, admins: [], services: null, agentCommand: null, roster: null, witnessToken: null },
}

/** A config as it would be written, and what it comes to. */
export interface WantedConfig {
  text: string
  config: Config
}

/** The config as the wishes make it, or why they do not go together. */
export function wantedConfig(
  { configText, config, admins, places, uid }: Situation,
  wishes: Wishes,
  environment: Environment,
): ({ ok: true } & WantedConfig) | { ok: false; refusal: Refusal; violations: DocumentViolation[] } {
  const changes: ConfigChange[] = []
  const joined = [...new Set([...admins.config, ...wishes.admins])]
  if (joined.length > admins.config.length) changes.push({ path: ['telegram', 'admins'], value: joined })
  if (wishes.token !== null) {
    changes.push({ path: ['telegram', 'bot_username'], value: wishes.token.bot.username })
  }
  if (wishes.roster !== null) changes.push({ path: ['paths', 'roster'], value: wishes.roster })
  if (wishes.services !== null) changes.push({ path: ['services'], value: wishes.services })
  if (wishes.agentCommand !== null) {
    const value = wishes.agentCommand.length > 0 ? wishes.agentCommand : undefined
    if (value !== undefined || config?.smoke.agentCommand != null)
      changes.push({ path: ['smoke', 'agent_command'], value })
  }
  if (wishes.witnessToken !== null && (config?.witness ?? null) === null) {
    changes.push({ path: ['witness'], value: {} })
  }
  const edited = editConfig(configText, changes)
  if (!edited.ok) return { ok: false, refusal: { code: 'invalid', message: edited.message }, violations: [] }
  const ownerUid = config?.file == null ? uid : statSync(config.file).uid
  const read = configFromText(places.configFile, edited.text, ownerUid, { environment, uid })
  if (read.ok) return { ok: true, text: edited.text, config: read.config }
  const message = 'cannot write this config: what was asked for does not go together'
  return { ok: false, refusal: { code: 'invalid', message }, violations: configViolations(read.problems) }
}

export interface ApplyOptions {
  programs: Pick<Programs, 'run'>
  dryRun: boolean
}

/**
 * Makes it so: what `usher init` makes, then config and tokens together. With a problem what comes behind it is not begun. A dry run
 * says the same and changes nothing.
 */
export async function applyWishes(
  situation: Situation,
  wishes: Wishes,
  wanted: WantedConfig,
  { programs, dryRun }: ApplyOptions,
): Promise<Outcome[]> {
  const configText = wanted.text
  const places = placesOf(wanted.config, situation.places.configFile)
  const { own, trusted } = situation
  // Who else reads a roster that is there already, init does not know.
  const keepRoster = situation.people.roster.state !== 'absent'
  const context = { programs, own, admins: [], configText, keepRoster, dryRun, trusted }
  const prepared = await initialize(places, context)
  if (prepared.some(({ state }) => state === 'problem')) return prepared
  const dropIns = situation.system
    ? dropInFiles(wanted.config, situation.units.isInstalled, own)
    : { wanted: [], stale: [] }
  const files = [...wantedFiles(situation, places, wishes, configText), ...dropIns.wanted]
  const folders = missingFolders(files, prepared).map((folder) =>
    ensureDirectory(folder, own, 0o755, context),
  )
  if (folders.some(({ state }) => state === 'problem')) return [...prepared, ...folders]
  const written = writeTogether(files, { dryRun, trusted })
  const isWritten = written.every(({ state }) => state !== 'problem')
  const removed = isWritten ? removeStale(dropIns.stale, { dryRun }) : []
  // The config stands in both lists: made by the one, or changed by the other.
  const isChanged = (subject: string) =>
    prepared.some((one) => one.subject === subject && one.state === 'change')
  return [
    ...prepared.filter(
      ({ subject }) => isChanged(subject) || !written.some((one) => one.subject === subject),
    ),
    ...folders,
    ...written.filter(({ subject }) => !isChanged(subject)),
    ...removed,
  ]
}

function wantedFiles(
  situation: Situation,
  places: InitPlaces,
  wishes: Wishes,
  configText: string,
): WantedFile[] {
  const { own, system, units, config } = situation
  const files: WantedFile[] = []
  if (config?.file != null && configText !== situation.configText) {
    const { uid, gid, mode } = statSync(config.file)
    const owner = { uid, gid, name: own.name }
    files.push({ path: config.file, content: configText, owner, mode: mode & 0o7777, what: 'config' })
  }
  const hasUnit = system && units.isInstalled('usher-bot.service')
  if (wishes.token !== null) {
    const owner = hasUnit ? own : accountOf(places.botUser, own)
    const what = `token of @${wishes.token.bot.username}`
    files.push({ path: places.tokenFile, content: `${wishes.token.text}\n`, owner, mode: 0o600, what })
  } else if (hasUnit && situation.token?.text != null) {
    // From the time when the bot was started by hand.
    const content = readFileSync(places.tokenFile, 'utf8')
    files.push({ path: places.tokenFile, content, owner: own, mode: 0o600, what: 'token' })
  }
  if (wishes.witnessToken !== null && places.witness !== null) {
    const owner = units.isInstalled('usher-witness.service') ? own : accountOf(places.witness.user, own)
    const what = `token of @${wishes.witnessToken.bot.username}`
    files.push({
      path: places.witness.tokenFile,
      content: `${wishes.witnessToken.text}\n`,
      owner,
      mode: 0o600,
      what,
    })
  }
  return files
}

/** The account by number; in a dry run it may not be there yet. */
function accountOf(name: string | null, own: Owner): Owner {
  if (name === null) return own
  const { accounts, groups } = readHostFacts(accountFilesOf())
  const uid = accounts.find((one) => one.name === name)?.uid ?? -1
  return { uid, gid: groups.find((one) => one.name === name)?.gid ?? uid, name }
}

/** Folders of files that nothing else makes. */
function missingFolders(files: readonly WantedFile[], prepared: readonly Outcome[]): string[] {
  const known = new Set(prepared.map(({ subject }) => subject))
  const folders = files.map(({ path }) => dirname(path))
  return [...new Set(folders)].filter((folder) => !known.has(folder) && !existsSync(folder))
}
