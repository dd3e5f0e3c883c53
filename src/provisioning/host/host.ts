import type { Facts, FactsQuery } from '../../domain/facts.ts'
import type { RosterEntry } from '../../domain/person.ts'
import type { RosterFile } from '../roster/roster-file.ts'
import type { SecretsFile } from '../secrets/secrets-file.ts'
import type { AccountDatabase } from './accounts/account-database.ts'
import type { SafeFiles } from './files/safe-files.ts'
import type { Programs } from './programs/programs.ts'
import type { Services } from './services/services.ts'

/** Everything that steps may do to the operating system; made once by the worker, passed as a parameter. */
export interface Host {
  environment: HostEnvironment
  programs: Programs
  accounts: AccountDatabase
  files: SafeFiles
  services: Services
  roster: RosterFile
  secrets: SecretsFile
  /** Observes what one person's plan depends on. Looks only. */
  observe(query: FactsQuery): Promise<Facts>
  /**
   * This host as it is at one moment, for looking at many people at once: the account database and the roster are read once, and so is
   * every path and unit. Programs run as they always do; whatever would change the host throws.
   */
  snapshot(): Promise<Host>
  /**
   * The roster as it is now. A roster that cannot be used is a problem, never an empty one. Entries whose Telegram id is a
   * string are left out: they give no privilege (`observe` finds them).
   */
  readRoster(): Promise<{ ok: true; entries: RosterEntry[] } | { ok: false; why: string }>
}

/** Fixed facts about this installation, from config and start-up. Absolute paths. */
export interface HostEnvironment {
  name: string
  mode: 'system' | 'single-user'
  /** The kind of system; absent: the one that this process runs on. */
  platform?: NodeJS.Platform
  rosterFile: string
  dataDir: string
  stateDir: string
  secretsFile: string
  databaseFile: string
  botUser: string | null
  personUids: { min: number; max: number } | null
  /** Persistent uid counter: the next uid to try; committed before useradd, so uids are never reused. */
  takeUid(isFree: (uid: number) => boolean, range: { min: number; max: number }): number | null
}
