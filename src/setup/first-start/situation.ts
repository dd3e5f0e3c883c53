import { existsSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { resolve } from 'node:path'
import type { Config } from '../../config/config.ts'
import { configViolations } from '../../config/config-violations.ts'
import type { Environment } from '../../config/environment.ts'
import { loadConfig } from '../../config/load.ts'
import { SYSTEM_CONFIG_FILE } from '../../config/paths.ts'
import { readTokenFile } from '../../config/token.ts'
import type { DocumentViolation } from '../../protocol/json-document.ts'
import type { Programs } from '../../provisioning/host/programs/programs.ts'
import type { Owner } from '../ensure.ts'
import { freshPlaces, placesOf } from '../init-places.ts'
import { type InitPlaces, newConfig } from '../init-plan.ts'
import { type FoundService, findServices } from './agent-services.ts'
import type { Refusal } from './codes.ts'
import { createOurUnits, type OurUnits } from './our-units.ts'
import { comparePeople, type FoundPeople, findRoster, readAccounts } from './people.ts'

/** What is so on this host before setup changes anything. */
export interface Situation {
  uid: number
  system: boolean
  own: Owner
  trusted: readonly number[]
  places: InitPlaces
  /** Null before there is one. */
  config: Config | null
  /** The config as it stands, or as it would be made. */
  configText: string
  apiRoot: string
  botUsername: string | null
  /** The token that is installed; only the number of its bot ever leaves this. */
  token: InstalledToken | null
  witnessToken: InstalledToken | null
  /** The roster that was looked at: the config's, or the one that was named. */
  rosterFile: string
  people: FoundPeople
  /** Ids that decide already: of the config, and how many of the roster. */
  admins: { config: readonly number[]; roster: number }
  services: FoundService[]
  units: OurUnits
}

export interface InstalledToken {
  /** The bot's number, the part before the colon; null when the file cannot be used. */
  botId: number | null
  text: string | null
  file: string
  problem: string | null
}

export interface Surroundings {
  environment: Environment
  uid: number
  programs: Programs
}

/** Looks at everything once; changes nothing, and needs no network. */
export async function findSituation(
  { environment, uid, programs }: Surroundings,
  { configFile, roster: rosterOption }: { configFile: string | undefined; roster: string | undefined },
): Promise<
  { ok: true; situation: Situation } | { ok: false; refusal: Refusal; violations: DocumentViolation[] }
> {
  const explicit = configFile === undefined ? undefined : resolve(configFile)
  const found = findConfig(environment, uid, explicit)
  if (!found.ok) return found
  const { config } = found
  const fresh = freshPlaces(explicit, environment, uid)
  const places = config?.file == null ? fresh : placesOf(config, config.file)
  const rosterFile = rosterOption === undefined ? places.paths.roster : resolve(rosterOption)
  const system = places.mode === 'system'
  const trusted = uid === 0 ? [0] : [0, uid]
  const { passwd, range } = readAccounts(config?.uids ?? null)
  const accountNames = [places.botUser, places.witness?.user, places.approver?.user, 'nobody']
  const own = new Set(accountNames.filter((name) => name != null))
  const people = comparePeople(findRoster(rosterFile, trusted), system ? passwd : [], range, own)
  const botUid = passwd.find(({ name }) => name === places.botUser)?.uid ?? uid
  const witnessUid = passwd.find(({ name }) => name === places.witness?.user)?.uid ?? uid
  return {
    ok: true,
    situation: {
      uid,
      system,
      own: { uid, gid: process.getgid?.() ?? -1, name: uid === 0 ? 'root' : userInfo().username },
      trusted,
      places,
      config,
      configText: config?.file == null ? newConfig(places, []) : readFileSync(config.file, 'utf8'),
      apiRoot: config?.telegram.apiRoot ?? 'https://api.telegram.org',
      botUsername: config?.telegram.botUsername ?? null,
      token: installedToken(places.tokenFile, botUid),
      witnessToken: places.witness === null ? null : installedToken(places.witness.tokenFile, witnessUid),
      rosterFile,
      people,
      admins: { config: config?.telegram.admins ?? [], roster: deciders(config, people) },
      services: system ? await findServices(programs) : [],
      units: createOurUnits(programs),
    },
  }
}

type FoundConfig =
  | { ok: true; config: Config | null }
  | { ok: false; refusal: Refusal; violations: DocumentViolation[] }

/** The config that is there; one that does not load is not changed by somebody who cannot read it. */
function findConfig(environment: Environment, uid: number, explicit: string | undefined): FoundConfig {
  const first = explicit ?? (uid === 0 ? SYSTEM_CONFIG_FILE : null)
  if (first !== null && !existsSync(first)) return { ok: true, config: null }
  const loaded = loadConfig({ environment, uid, explicitFile: explicit })
  if (!loaded.ok) {
    const { file, problems } = loaded
    const message = `cannot use the config ${file ?? ''}: correct it, then say this again`
    return { ok: false, refusal: { code: 'invalid', message }, violations: configViolations(problems) }
  }
  const { config } = loaded
  if (config.mode === 'system' && uid !== 0) {
    const message = `cannot set up the system of ${config.file} as uid ${uid}: run sudo usher setup, or name a file of your own with --config`
    return { ok: false, refusal: { code: 'not_permitted', message }, violations: [] }
  }
  return { ok: true, config }
}

function installedToken(file: string, uid: number): InstalledToken | null {
  if (!existsSync(file)) return null
  const read = readTokenFile(file, uid)
  if (!read.ok) return { botId: null, text: null, file, problem: read.message }
  return { botId: botIdOf(read.token), text: read.token, file, problem: null }
}

/** The bot's number, which its token begins with (Bot API, "Authorizing your bot"). */
export function botIdOf(token: string): number {
  return Number(token.slice(0, token.indexOf(':')))
}

/** How many on the roster may approve; without a config there are only the built-in roles. */
function deciders(config: Config | null, { roster }: FoundPeople): number {
  if (roster.state !== 'readable') return 0
  return roster.people.filter(({ role }) => {
    const permissions = config?.roles.get(role)?.permissions ?? (role === 'admin' ? ['*'] : [])
    return permissions.includes('*') || permissions.includes('requests.approve.all')
  }).length
}
