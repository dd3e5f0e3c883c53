import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Compilable } from 'kysely'
import type { Database } from '../../database.ts'
import { createSqliteBuilder } from './dialect.ts'
import { diskProblemOf } from './disk-problem.ts'

/** Prepared statements kept; the queries of this project are far fewer, only `in (…)` lists vary. */
const STATEMENT_CACHE_SIZE = 300

/** The `Database` of an open SQLite connection. `onClose` runs after the connection is closed. */
export function createSqliteDatabase(
  connection: DatabaseSync,
  onClose: () => void,
  laterDamage: Database['laterDamage'],
): Database {
  const statements = new Map<string, StatementSync>()
  let inTransaction = false
  let rollbacks = 0

  function prepare(query: Compilable<unknown>): [StatementSync, SQLInputValue[]] {
    const { sql, parameters } = query.compile()
    return [statementOf(sql), parameters as SQLInputValue[]]
  }

  function statementOf(sql: string): StatementSync {
    let statement = statements.get(sql)
    if (statement === undefined) {
      if (statements.size >= STATEMENT_CACHE_SIZE) statements.clear()
      statement = connection.prepare(sql)
      statements.set(sql, statement)
    }
    return statement
  }

  return {
    build: createSqliteBuilder(),
    all<O>(query: Compilable<O>): O[] {
      const [statement, parameters] = prepare(query)
      return statement.all(...parameters) as O[]
    },
    first<O>(query: Compilable<O>): O | undefined {
      const [statement, parameters] = prepare(query)
      return statement.get(...parameters) as O | undefined
    },
    run(query) {
      const [statement, parameters] = prepare(query)
      const { changes, lastInsertRowid } = statement.run(...parameters)
      return { changes: Number(changes), insertId: Number(lastInsertRowid) }
    },
    repeated(query) {
      const { sql } = query.compile()
      return (parameters) => {
        const { changes } = statementOf(sql).run(...(parameters as SQLInputValue[]))
        return { changes: Number(changes) }
      }
    },
    asked<O>(query: Compilable<O>) {
      const { sql } = query.compile()
      return (parameters) => statementOf(sql).all(...(parameters as SQLInputValue[])) as O[]
    },
    transaction<T>(body: () => T): T {
      if (inTransaction) throw new Error('a transaction was begun inside a transaction')
      // A deferred transaction that reads and then writes fails at once with SQLITE_BUSY_SNAPSHOT.
      connection.exec('begin immediate')
      inTransaction = true
      try {
        const result = body()
        if (result instanceof Promise) throw new Error('the body of a transaction must be synchronous')
        connection.exec('commit')
        return result
      } catch (error) {
        rollbacks++
        // A failed commit (disk full) may have rolled back by itself.
        if (connection.isTransaction) connection.exec('rollback')
        throw error
      } finally {
        inTransaction = false
      }
    },
    rollbacks: () => rollbacks,
    diskProblemOf,
    laterDamage,
    close() {
      statements.clear()
      connection.close()
      onClose()
    },
  }
}
