import type { Actor } from '../../domain/actor.ts'
import type { Approval, Consent } from '../../domain/request.ts'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'

/** Approvals and consents of requests; they belong to one revision and are never changed. */
export interface DecisionQueries {
  /**
   * False when this person has approved this revision already. One from before `dead.at` is replaced, one from chat also when it is
   * from before `dead.chatAt`, or by one on a terminal.
   */
  approve(approval: Approval, dead: { at: number; chatAt: number | null }): boolean
  approvals(requestId: number, revision: number): Approval[]
  /** Those of every revision of these requests, in the order of `approvals`. */
  approvalsOf(requestIds: readonly number[]): Approval[]
  /** How many approvals of this kind were given since, of everybody. */
  countSince(via: Approval['via'], since: number): number
  /** False when there is one already. */
  consent(requestId: number, revision: number, consent: Consent): boolean
  consentOf(requestId: number, revision: number): Consent | null
}

export function decisionQueries({ build, all, asked, first, run }: Database): DecisionQueries {
  const approvalsOfRevision = asked(
    build
      .selectFrom('approvals')
      .selectAll()
      .where('request_id', '=', 0)
      .where('revision', '=', 0)
      .orderBy('at')
      .orderBy('person_key'),
  )
  return {
    approve({ requestId, revision, personKey, digest, actor, via, proof, at }, dead) {
      const { changes } = run(
        build
          .insertInto('approvals')
          .values({
            request_id: requestId,
            revision,
            person_key: personKey,
            digest,
            actor: JSON.stringify(actor),
            via,
            proof,
            at,
          })
          .onConflict((conflict) =>
            conflict
              .columns(['request_id', 'revision', 'person_key'])
              .doUpdateSet({ digest, actor: JSON.stringify(actor), via, proof, at })
              .where((where) =>
                where.or([
                  where('approvals.at', '<=', dead.at),
                  where.and([
                    where('approvals.via', '=', 'chat'),
                    where('approvals.at', '<=', via === 'terminal' ? at : (dead.chatAt ?? -1)),
                  ]),
                ]),
              ),
          ),
      )
      return changes === 1
    },
    approvals: (requestId, revision) => approvalsOfRevision([requestId, revision]).map(approvalOf),
    approvalsOf(requestIds) {
      if (requestIds.length === 0) return []
      const query = build.selectFrom('approvals').selectAll().where('request_id', 'in', requestIds)
      return all(query.orderBy('at').orderBy('person_key')).map(approvalOf)
    },
    countSince: (via, since) =>
      first(
        build
          .selectFrom('approvals')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('via', '=', via)
          .where('at', '>=', since),
      )?.count ?? 0,
    consent(requestId, revision, consent) {
      const { changes } = run(
        build
          .insertInto('consents')
          .values({
            request_id: requestId,
            revision,
            by: consent.by,
            uid: consent.by === 'owner' ? consent.uid : null,
            reason: consent.by === 'operator' ? consent.reason : null,
            at: consent.at,
          })
          .onConflict((conflict) => conflict.doNothing()),
      )
      return changes === 1
    },
    consentOf(requestId, revision) {
      const row = first(
        build
          .selectFrom('consents')
          .selectAll()
          .where('request_id', '=', requestId)
          .where('revision', '=', revision),
      )
      if (row === undefined) return null
      return row.by === 'owner'
        ? { by: 'owner', uid: row.uid ?? -1, at: row.at }
        : { by: 'operator', reason: row.reason ?? '', at: row.at }
    },
  }
}

function approvalOf(row: Schema['approvals']): Approval {
  return {
    requestId: row.request_id,
    revision: row.revision,
    digest: row.digest,
    actor: JSON.parse(row.actor) as Actor,
    personKey: row.person_key,
    via: row.via as Approval['via'],
    proof: row.proof as Approval['proof'],
    at: row.at,
  }
}
