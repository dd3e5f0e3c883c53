import { join } from 'node:path'
import { readEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { systemPaths } from '../config/paths.ts'
import {
  acceptedSince,
  copyWithSchema,
  type PutBackOptions,
  putBackCopy,
  schemaOf,
} from '../store/database-copies.ts'

/** The worker's database as the system's config says; where the config cannot be used, where it stands without one. */
export function systemDatabase(): string {
  const loaded = loadConfig({ environment: readEnvironment(), uid: 0 })
  return join(loaded.ok ? loaded.config.paths.state : systemPaths().state, 'usher.db')
}

/**
 * What there is to do before a program that knows `schema` migrations can open the database:
 * - `nothing`: it can
 * - `put back`: the copy from before the migration says all that was accepted
 * - `lose`: the copy is older than something that was accepted
 * - `impossible`: there is no such copy
 */
export type Reading =
  | { what: 'nothing' }
  | { what: 'put back' | 'lose'; copy: string; found: number }
  | { what: 'impossible'; found: number; why: string }

export function readingWith(database: string, schema: number): Reading {
  let found: number | null
  try {
    found = schemaOf(database)
  } catch {
    // The worker that opens it says better what is wrong with it; no version can do more.
    return { what: 'nothing' }
  }
  if (found === null || found <= schema) return { what: 'nothing' }
  let copy: string | null
  try {
    copy = copyWithSchema(database, schema)
  } catch {
    copy = null
  }
  if (copy === null) return { what: 'impossible', found, why: 'there is no copy from before its migration' }
  return { what: acceptedSince(database, copy) ? 'lose' : 'put back', copy, found }
}

/** Puts the copy in the database's place; null, or why that was not possible, in which case the database is as it was. */
export function putBack(database: string, copy: string, options: PutBackOptions): string | null {
  try {
    const done = putBackCopy(database, copy, options)
    return done.ok ? null : done.message
  } catch (error) {
    return `cannot put back ${copy}: ${(error as Error).message}`
  }
}
