import { whyOf } from '../../../domain/step.ts'
import type { RosterFile } from '../../roster/roster-file.ts'
import type { SecretsFile } from '../../secrets/secrets-file.ts'
import type { AccountDatabase } from '../accounts/account-database.ts'
import type { SafeFiles } from '../files/safe-files.ts'
import type { Host } from '../host.ts'
import { observe } from '../observe.ts'
import { platformOf } from '../platform.ts'
import type { Services } from '../services/services.ts'
import { createAccountSnapshot } from './account-snapshot.ts'
import { createPathSnapshot } from './path-snapshot.ts'

/** See `Host.snapshot`. A thousand people share what is read once: a look at one more costs a few `lstat`. */
export async function createHostSnapshot(host: Host): Promise<Host> {
  const { environment, programs } = host
  const read = await host.roster.read()
  const roster = changesNothing<RosterFile>('roster', { read: async () => read })
  const secrets = changesNothing<SecretsFile>('secrets', {})
  // Elsewhere the account database is no file that could be read once; the directory is asked for each answer.
  const answers =
    platformOf(environment.platform).name === 'linux' ? createAccountSnapshot(host.accounts) : host.accounts
  const settings = await host.accounts.settings()
  const accounts = changesNothing<AccountDatabase>('accounts', {
    ...answers,
    settings: async () => settings,
    power: host.accounts.power,
    lastLoginAt: host.accounts.lastLoginAt,
    traces: host.accounts.traces,
  })
  const { listTree, checkParents, readTrusted, readUntrusted } = host.files
  const files = changesNothing<SafeFiles>('files', {
    ...createPathSnapshot(host.files),
    ...{ listTree, checkParents, readTrusted, readUntrusted },
  })
  const units = new Map<string, Promise<boolean>>()
  const services = changesNothing<Services>('services', {
    available: host.services.available,
    isActive(unit) {
      const known = units.get(unit) ?? host.services.isActive(unit)
      units.set(unit, known)
      return known
    },
  })
  const snapshot: Host = {
    ...{ environment, programs, roster, secrets, accounts, files, services },
    snapshot: async () => snapshot,
    observe: (query) => observe({ environment, accounts, files, roster }, query),
    async readRoster() {
      if (!read.ok) return { ok: false, why: whyOf(read.failure) }
      return { ok: true, entries: read.people.filter(({ exactId }) => exactId).map(({ entry }) => entry) }
    },
  }
  return snapshot
}

/** The part of a port that looks; asking for any other member is a bug of whoever asks. */
function changesNothing<T extends object>(name: string, looks: Partial<T>): T {
  return new Proxy(looks as T, {
    get(target, key) {
      if (Object.hasOwn(target, key)) return Reflect.get(target, key)
      throw new Error(
        `${name}.${String(key)} cannot be used on a snapshot of the host: it may change something`,
      )
    },
  })
}
