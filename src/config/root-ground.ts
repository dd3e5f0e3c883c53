import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Config, ConfigProblem } from './config.ts'
import { type Distrust, distrustOf, distrustOfWay, readForeignMounts } from './trusted-path.ts'

type GroundConfig = Pick<Config, 'file' | 'paths' | 'memoryTemplate'>

/** What a worker of a system stands on, beside its code: each with the key that says where it is. */
export interface Ground {
  key: string
  path: string
}

/**
 * Files and folders that decide what root does: config, roster, secrets, the template of memories, the database with what lies
 * beside it, and the folders in which root makes those of people and the sockets.
 */
export function groundOf({ file, paths, memoryTemplate }: GroundConfig): Ground[] {
  const below = (key: string, folder: string, names: readonly string[]) =>
    names.map((name) => ({ key, path: name === '' ? folder : join(folder, name) }))
  const database = ['usher.db', 'usher.db-wal', 'usher.db-shm', 'usher.db.lock', 'locks']
  return [
    ...(file === null ? [] : [{ key: 'file', path: file }]),
    { key: 'paths.roster', path: paths.roster },
    { key: 'paths.secrets', path: paths.secrets },
    ...(memoryTemplate === null ? [] : [{ key: 'memory.template', path: memoryTemplate }]),
    ...below('paths.state', paths.state, ['', ...database]),
    ...below('paths.data', paths.data, ['', 'memory', 'history']),
    { key: 'paths.run', path: paths.run },
  ]
}

/** Why somebody other than root can change or replace this, or null; nothing where there is nothing yet, but its way counts. */
export function distrustOfGround(
  path: string,
  mounts: readonly string[] = readForeignMounts(),
): Distrust | null {
  const trust = { owners: [0], way: 'strict', foreignMounts: mounts } as const
  const above = distrustOfWay(path, trust)
  if (above !== null) return above
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return null
  // A link says 0777, whoever it belongs to; the way of what is below it would refuse it.
  return stat.isSymbolicLink() ? distrustOfWay(join(path, 'x'), trust) : distrustOf(path, stat, trust)
}

/** Each thing that the worker of a system must not start with: see `groundOf`. */
export function groundProblems(config: GroundConfig): ConfigProblem[] {
  const mounts = readForeignMounts()
  const told = new Set<string>()
  return groundOf(config).flatMap(({ key, path }) => {
    const message = distrustOfGround(path, mounts)?.message
    if (message === undefined || told.has(message)) return []
    told.add(message)
    return [{ key, message }]
  })
}
