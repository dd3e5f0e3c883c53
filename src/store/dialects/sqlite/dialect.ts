import {
  type Dialect,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Schema } from '../../schema.ts'

/** Kysely's SQLite without a driver: it only builds and types queries; `execute.ts` runs what it compiled. */
const sqliteDialect: Dialect = {
  createAdapter: () => new SqliteAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db) => new SqliteIntrospector(db),
  createQueryCompiler: () => new SqliteQueryCompiler(),
}

/** A query builder for SQLite; `await`ing its queries does nothing, they go through a `Database`. */
export function createSqliteBuilder(): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: sqliteDialect })
}
