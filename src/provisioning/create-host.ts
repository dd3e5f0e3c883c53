import { whyOf } from '../domain/step.ts'
import { createAccountDatabase } from './host/accounts/create-account-database.ts'
import { createMacosAccountDatabase } from './host/accounts/create-macos-account-database.ts'
import { createSafeFiles } from './host/files/create-safe-files.ts'
import { withLockFile } from './host/files/lock-file.ts'
import { trustOf } from './host/files/safe-files-walk.ts'
import type { Host, HostEnvironment } from './host/host.ts'
import { observe } from './host/observe.ts'
import { platformOf } from './host/platform.ts'
import { createPrograms } from './host/programs/create-programs.ts'
import type { Services } from './host/services/services.ts'
import { createMacosServices } from './host/services/services-macos.ts'
import { createServices } from './host/services/services-systemd.ts'
import { createHostSnapshot } from './host/snapshot/host-snapshot.ts'
import type { ParseRoster } from './roster/parse.ts'
import { createRosterFile } from './roster/roster-file.ts'
import { createSecretsFile } from './secrets/secrets-file.ts'

/** How long an edit of roster or secrets waits for another process that holds its lock. */
const LOCK_WAIT_MS = 5_000

/**
 * The operating system that this process runs on. Nothing is touched before the first call. `services` takes the place of
 * systemd's; `parse` may know the roster's text already.
 */
export function createHost(environment: HostEnvironment, services?: Services, parse?: ParseRoster): Host {
  const { mode, stateDir, dataDir, rosterFile } = environment
  const mac = platformOf(environment.platform).name === 'darwin'
  const trust = trustOf(mode)
  const programs = createPrograms(mode, undefined, environment.platform)
  const files = createSafeFiles({ mode, dataDir })
  const accounts = mac ? createMacosAccountDatabase(programs, files) : createAccountDatabase(programs, files)
  const lockFile = `${stateDir}/locks/roster.lock`
  const roster = createRosterFile(
    files,
    (work) => withLockFile(lockFile, trust, LOCK_WAIT_MS, work),
    rosterFile,
    [...trust.owners],
    parse,
  )
  const secretsLock = `${stateDir}/locks/secrets.lock`
  const secrets = createSecretsFile(
    files,
    (work) => withLockFile(secretsLock, trust, LOCK_WAIT_MS, work),
    environment.secretsFile,
    [...trust.owners],
  )
  const host: Host = {
    ...{ environment, programs, accounts, files, roster, secrets },
    services: services ?? (mac ? createMacosServices() : createServices(programs)),
    snapshot: () => createHostSnapshot(host),
    observe: (query) => observe({ environment, accounts, files, roster }, query),
    async readRoster() {
      const read = await roster.read()
      if (!read.ok) return { ok: false, why: whyOf(read.failure) }
      return {
        ok: true,
        entries: read.people.filter((person) => person.exactId).map((person) => person.entry),
      }
    },
  }
  return host
}
