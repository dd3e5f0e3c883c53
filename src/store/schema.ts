import type { Generated } from 'kysely'

/** Tables as queries see them, the same on every dialect. Times are epoch milliseconds; JSON is text. */
export interface Schema {
  meta: { key: string; value: string }
  requests: RequestsTable
  holds: { resource: string; request_id: number }
  approvals: {
    request_id: number
    revision: number
    person_key: string
    digest: string
    actor: string
    via: string
    proof: string
    at: number
  }
  consents: {
    request_id: number
    revision: number
    by: string
    uid: number | null
    reason: string | null
    at: number
  }
  claims: { request_id: number; revision: number; code_hash: string; uid: number; issued_at: number }
  challenges: {
    subject: string
    subject_id: number
    person_key: string
    revision: number
    digest: string
    hash: string
    issued: number
    at: number
  }
  held_approvals: { request_id: number; until: number }
  freezes: {
    id: Generated<number>
    at: number
    by: string
    why: string
    ended_at: number | null
    ended_by: string | null
  }
  revoked_telegram_ids: { telegram_id: number; at: number; reason: string | null }
  totp_factors: {
    telegram_id: number
    state: string
    enrolled_at: number
    accepted_step: number
    seen_step: number
    failures: number
  }
  runs: RunsTable
  run_steps: RunStepsTable
  events: {
    id: number
    at: number
    type: string
    request_id: number | null
    run_id: number | null
    subject_telegram_id: number | null
    actor: string
    data: string
    previous_hash: string
    hash: string
  }
  reconciliations: ReconciliationsTable
  access_requests: AccessRequestsTable
  invitations: InvitationsTable
  blocks: { telegram_id: number; by: string; at: number; reason: string | null }
  witness_codes: WitnessCodesTable
  starts: { telegram_id: number; at: number; pending: number }
  idempotency_keys: {
    actor_key: string
    operation: string
    key: string
    input_hash: string
    output: string
    at: number
  }
}

export interface ReconciliationsTable {
  id: Generated<number>
  begun_at: number
  ended_at: number
  smoke: number
  outcome: string
  why: string | null
  people: number
  findings: string
  skipped: string
  request_ids: string
  fingerprint: string
}

/** `AccessRequest`, a row each. */
export interface AccessRequestsTable {
  id: Generated<number>
  telegram_id: number
  name: string
  telegram_name: string
  username: string | null
  github: string | null
  note: string | null
  language: string | null
  role: string | null
  os_user: string | null
  invitation_id: number | null
  state: string
  asked_at: number
  expires_at: number
  decided_at: number | null
  decided_by: string | null
  reason: string | null
  request_id: number | null
}

/** `Invitation`; of its code only the hash. */
export interface InvitationsTable {
  id: Generated<number>
  code_hash: string
  role: string
  os_user: string | null
  note: string | null
  state: string
  created_by: string
  created_at: number
  expires_at: number
  opened_by: number | null
  opened_at: number | null
  ended_at: number | null
  access_id: number | null
}

/** What a code is bound to. `nonce` is what the code is computed from; the code itself is nowhere. */
export interface WitnessCodesTable {
  id: Generated<number>
  request_id: number
  revision: number
  digest: string
  telegram_id: number
  nonce: string
  made_at: number
  expires_at: number
  tries: number
  end: string | null
  told_at: number | null
  message_id: number | null
  cleared_at: number | null
}

export interface RequestsTable {
  id: Generated<number>
  revision: number
  kind: string
  host: string
  state: string
  subject: string
  subject_hash: string
  subject_telegram_id: number
  requester_key: string
  requester: string
  requester_person_key: string | null
  plan: string
  basis: string
  created_at: number
  submitted_at: number | null
  expires_at: number
  decided_at: number | null
  decided_by: string | null
  reason: string | null
  returned: string | null
}

export interface RunsTable {
  id: Generated<number>
  request_id: number
  revision: number
  kind: string
  /** The run that this one takes back. */
  undo_of: number | null
  state: string
  digest: string
  marker: string
  os_user: string
  telegram_id: number
  queued_at: number
  started_at: number | null
  finished_at: number | null
  closed: string | null
}

export interface RunStepsTable {
  run_id: number
  idx: number
  kind: string
  state: string
  params: string
  effect: string
  record: string | null
  attempts: number
  started_at: number | null
  finished_at: number | null
  notes: string
  failure: string | null
  undo_failure: string | null
}
