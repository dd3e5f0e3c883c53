import type { Finding, Reconciliation, SkippedPerson } from '../../domain/finding.ts'
import type { Database } from '../database.ts'
import type { ReconciliationsTable } from '../schema.ts'

export interface StoredReconciliation extends Reconciliation {
  id: number
  /** Its repair requests, and those of earlier ones that were open then. */
  requestIds: number[]
  /** Equal fingerprints: the same outcome and findings. */
  fingerprint: string
}

/** What reconciliations found. Never changed; the oldest are forgotten. */
export interface ReconciliationQueries {
  insert(reconciliation: Omit<StoredReconciliation, 'id'>): number
  get(id: number): StoredReconciliation | null
  newest(): StoredReconciliation | null
  /** Forgets all but the newest `count`. */
  keepNewest(count: number): void
}

type Row = { [K in keyof ReconciliationsTable]: K extends 'id' ? number : ReconciliationsTable[K] }

export function reconciliationQueries({ build, first, run }: Database): ReconciliationQueries {
  const select = () => build.selectFrom('reconciliations').selectAll()
  return {
    insert(added) {
      const { insertId } = run(
        build.insertInto('reconciliations').values({
          begun_at: added.begunAt,
          ended_at: added.endedAt,
          smoke: added.smoke ? 1 : 0,
          outcome: added.outcome,
          why: added.why,
          people: added.people,
          findings: JSON.stringify(added.findings),
          skipped: JSON.stringify(added.skipped),
          request_ids: JSON.stringify(added.requestIds),
          fingerprint: added.fingerprint,
        }),
      )
      return insertId
    },
    get: (id) => parse(first(select().where('id', '=', id))),
    newest: () => parse(first(select().where('id', '>', 0).orderBy('id', 'desc').limit(1))),
    keepNewest(count) {
      run(
        build
          .deleteFrom('reconciliations')
          .where('id', '<=', (newest) =>
            newest
              .selectFrom('reconciliations')
              .select(({ eb, fn }) => eb(fn.max('id'), '-', count).as('id')),
          ),
      )
    },
  }
}

function parse(row: Row | undefined): StoredReconciliation | null {
  if (row === undefined) return null
  return {
    id: row.id,
    begunAt: row.begun_at,
    endedAt: row.ended_at,
    smoke: row.smoke === 1,
    outcome: row.outcome as StoredReconciliation['outcome'],
    why: row.why,
    people: row.people,
    findings: JSON.parse(row.findings) as Finding[],
    skipped: JSON.parse(row.skipped) as SkippedPerson[],
    requestIds: JSON.parse(row.request_ids) as number[],
    fingerprint: row.fingerprint,
  }
}
