import type { Database } from './database.ts'
import { type AccessQueries, accessQueries } from './queries/access.ts'
import { type AuditQueries, auditQueries } from './queries/audit.ts'
import { type BlockQueries, blockQueries } from './queries/blocks.ts'
import { type ChallengeQueries, challengeQueries } from './queries/challenges.ts'
import { type ClaimQueries, claimQueries } from './queries/claims.ts'
import { type DecisionQueries, decisionQueries } from './queries/decisions.ts'
import { type EventQueries, eventQueries } from './queries/events.ts'
import { type FactorQueries, factorQueries } from './queries/factors.ts'
import { type FigureQueries, figureQueries } from './queries/figures.ts'
import { type FreezeQueries, freezeQueries } from './queries/freezes.ts'
import { type HeldApprovalQueries, heldApprovalQueries } from './queries/held-approvals.ts'
import { type HoldQueries, holdQueries } from './queries/holds.ts'
import { type IdempotencyQueries, idempotencyQueries } from './queries/idempotency.ts'
import { type InvitationQueries, invitationQueries } from './queries/invitations.ts'
import { type MetaQueries, metaQueries } from './queries/meta.ts'
import { type ReconciliationQueries, reconciliationQueries } from './queries/reconciliations.ts'
import { type RequestQueries, requestQueries } from './queries/requests.ts'
import { type RunQueries, runQueries } from './queries/runs.ts'
import { type StartQueries, startQueries } from './queries/starts.ts'
import { type UidQueries, uidQueries } from './queries/uids.ts'
import { type WitnessCodeQueries, witnessCodeQueries } from './queries/witness-codes.ts'

/**
 * Everything that outlives the worker. Synchronous: see the invariants of `Database`. Writes that belong together, and every
 * read that a write depends on, go into one `transaction`.
 */
export interface Store {
  transaction<T>(body: () => T): T
  meta: MetaQueries
  requests: RequestQueries
  holds: HoldQueries
  decisions: DecisionQueries
  claims: ClaimQueries
  challenges: ChallengeQueries
  heldApprovals: HeldApprovalQueries
  freezes: FreezeQueries
  factors: FactorQueries
  runs: RunQueries
  events: EventQueries
  audit: AuditQueries
  figures: FigureQueries
  idempotency: IdempotencyQueries
  starts: StartQueries
  access: AccessQueries
  invitations: InvitationQueries
  blocks: BlockQueries
  reconciliations: ReconciliationQueries
  uids: UidQueries
  witnessCodes: WitnessCodeQueries
  /** What of the disk made a write fail, or null when this error is about something else. */
  diskProblemOf: Database['diskProblemOf']
  /** A read that goes to the database itself; throws what it says instead. */
  isAnswering(): boolean
  /** Whether it was opened without having been looked through; see `Database`. */
  laterDamage: Database['laterDamage']
  close(): void
}

/** The store over an open database of any dialect. */
export function createStore(database: Database): Store {
  return {
    transaction: database.transaction,
    meta: metaQueries(database),
    requests: requestQueries(database),
    holds: holdQueries(database),
    decisions: decisionQueries(database),
    claims: claimQueries(database),
    challenges: challengeQueries(database),
    heldApprovals: heldApprovalQueries(database),
    freezes: freezeQueries(database),
    factors: factorQueries(database),
    runs: runQueries(database),
    events: eventQueries(database),
    audit: auditQueries(database),
    figures: figureQueries(database),
    idempotency: idempotencyQueries(database),
    starts: startQueries(database),
    access: accessQueries(database),
    invitations: invitationQueries(database),
    blocks: blockQueries(database),
    reconciliations: reconciliationQueries(database),
    uids: uidQueries(database),
    witnessCodes: witnessCodeQueries(database),
    diskProblemOf: database.diskProblemOf,
    isAnswering() {
      database.first(database.build.selectFrom('meta').select('key').limit(1))
      return true
    },
    laterDamage: database.laterDamage,
    close: database.close,
  }
}
