import { join } from 'node:path'
import type { Config } from '../config/config.ts'

/** Everything that can stand in a backup: files with these names in no folder, and nothing else. */
export const MEMBERS = [
  'manifest.json',
  'config.yaml',
  'users.yaml',
  'usher.db',
  'MEMORY.md',
  'secrets.yaml',
  'telegram-token',
  'witness-token',
  'webhook-secret',
  'data.tar',
] as const
export type Member = (typeof MEMBERS)[number]

/** Whose file it is on a host; accounts have other uids on another one. */
export type Owner = 'operator' | 'bot' | 'witness'

/** A file of an installation that a backup holds as it is. */
export interface Place {
  name: Member
  path: string
  secret: boolean
  maxBytes: number
}

const MIB = 1024 * 1024
/** The largest that each member may be when it is read out of an archive, in bytes. */
export const LIMITS: Readonly<Record<Member, number>> = {
  'manifest.json': MIB,
  'config.yaml': MIB,
  'users.yaml': 16 * MIB,
  'usher.db': 64 * 1024 * MIB,
  'MEMORY.md': MIB,
  'secrets.yaml': MIB,
  'telegram-token': 4096,
  'witness-token': 4096,
  'webhook-secret': 4096,
  'data.tar': 4 * 1024 * 1024 * MIB,
}

/** Where the files stand that are copied as they are; the database and people's folders are not among them. */
export function placesOf(config: Config): Place[] {
  const { roster, secrets } = config.paths
  const { tokenFile, webhook } = config.telegram
  const place = (name: Member, path: string | null, secret = false): Place[] =>
    path === null ? [] : [{ name, path, secret, maxBytes: LIMITS[name] }]
  return [
    ...place('users.yaml', roster),
    ...place('MEMORY.md', config.memoryTemplate),
    ...place('secrets.yaml', secrets, true),
    ...place('telegram-token', tokenFile, true),
    ...place('witness-token', config.witness?.tokenFile ?? null, true),
    ...place('webhook-secret', webhook?.secretFile ?? null, true),
    // Last: who looks for what was restored goes by it.
    ...place('config.yaml', config.file),
  ]
}

/** The worker's database. */
export function databaseOf(config: Config): string {
  return join(config.paths.state, 'usher.db')
}
