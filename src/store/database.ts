import type { Compilable, Kysely } from 'kysely'
import type { Schema } from './schema.ts'

/**
 * One connection of one dialect, synchronous.
 *
 * INVARIANTS
 * - There is one connection and every call returns when it is done, so nothing of this process can come between the
 *   statements of a transaction, and a journal entry can never land inside somebody else's transaction.
 * - Whatever returned from outside a transaction is durable (SQLite: WAL with synchronous=FULL).
 */
export interface Database {
  /** Builds queries; never executes them. */
  build: Kysely<Schema>
  all<O>(query: Compilable<O>): O[]
  first<O>(query: Compilable<O>): O | undefined
  /** For insert, update and delete without `returning`. */
  run(query: Compilable<unknown>): { changes: number; insertId: number }
  /**
   * A statement that is run often: compiled once, with the values of `query` as placeholders; each run gives its own, in the
   * order in which the query has them. Building a query costs as much as running it.
   */
  repeated(query: Compilable<unknown>): (parameters: readonly unknown[]) => { changes: number }
  /** The same for a query that is asked often. */
  asked<O>(query: Compilable<O>): (parameters: readonly unknown[]) => O[]
  /**
   * Runs `body` in one writing transaction that excludes every other writer from its first statement on; a throw rolls back.
   * `body` must be synchronous; a promise, or a transaction inside a transaction, is a bug and throws.
   */
  transaction<T>(body: () => T): T
  /** How many transactions were rolled back so far: what was remembered from inside one is void when it changes. */
  rollbacks(): number
  /** What of the disk made a write fail, or null when this error is about something else. */
  diskProblemOf(error: unknown): 'disk_full' | 'disk_read_only' | null
  /**
   * Looks through the whole database beside what goes on, and says what is damaged, or null; such a database is not opened again
   * before it was put right. Null where that was done when it was opened.
   */
  laterDamage: ((signal: AbortSignal) => Promise<string | null>) | null
  close(): void
}

/** Why a store cannot be opened; `message` says what to do about it. */
export interface StoreProblem {
  code: 'second_worker' | 'newer_schema' | 'corrupt' | 'unusable'
  message: string
}
