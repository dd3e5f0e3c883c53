import { z } from 'zod'
import { BY_HAND_CODES } from '../domain/by-hand.ts'
import { DIFFERENCE_CODES, RETURN_KINDS } from '../domain/difference.ts'
import { FINDING_CODES } from '../domain/finding.ts'
import { ENTRY_KEYS } from '../domain/person.ts'
import { APPROVAL_PROOFS, REQUEST_KINDS } from '../domain/request.ts'
import { STEP_UPS } from '../domain/role.ts'
import { RUN_CHOICES, RUN_STATES, STUCK_CODES } from '../domain/run.ts'
import { FAILURE_CODES, NOTE_CODES, STEP_ORDER } from '../domain/step.ts'
import { VIOLATION_CODES } from '../domain/violation.ts'

const params = z.record(z.string(), z.union([z.string(), z.number()])).optional()
export const noteSchema = z.strictObject({ code: z.enum(NOTE_CODES), params })
export const failureSchema = z.strictObject({
  code: z.enum(FAILURE_CODES),
  params,
  detail: z.string().optional(),
})
const stepKind = z.enum(STEP_ORDER)

/** Who did something, for people: names are looked up by the worker. */
export const actorViewSchema = z.strictObject({ key: z.string(), name: z.string().nullable() })

export const planViewSchema = z.strictObject({
  /** First 128 bits, base64url: what an approval sends. */
  digest: z.string(),
  steps: z.array(
    z.strictObject({ kind: stepKind, effect: z.enum(['change', 'already']), notes: z.array(noteSchema) }),
  ),
  demands: z.strictObject({ terminal: z.boolean(), consent: z.boolean() }),
})
export type PlanView = z.infer<typeof planViewSchema>

const answersView = z.strictObject({
  telegram_id: z.number(),
  name: z.string(),
  os_user: z.string(),
  role: z.string(),
  account: z.enum(['create', 'adopt']),
  proof: z.enum(['started', 'picker', 'forward', 'contact', 'typed']),
  reason: z.string().optional(),
  github: z.string().optional(),
  workspace_base: z.string().optional(),
  model: z.string().optional(),
  agent_backend: z.string().optional(),
  max_budget: z.number().optional(),
  github_repos: z.array(z.string()).optional(),
  github_notify_chat_id: z.number().optional(),
  pr_review: z.boolean().optional(),
  issue_triage: z.boolean().optional(),
})
export type AnswersView = z.infer<typeof answersView>

const entryView = answersView.omit({ account: true, proof: true, reason: true })
export type EntryView = z.infer<typeof entryView>

const policyView = z.strictObject({
  count: z.number(),
  self: z.boolean(),
  step_up: z.string(),
  expires_ms: z.number(),
})

/** What an edit changes, and by which rule it is decided. */
export const editViewSchema = z.strictObject({
  before: entryView,
  after: entryView,
  changed: z.array(z.enum(ENTRY_KEYS)),
  /** How a new Telegram id is known to be theirs; null where the id stays. */
  proof: answersView.shape.proof.nullable(),
  /** The policy that asks for all that the roles before and after ask for. */
  policy: policyView,
  /** Who somebody is or what they may do changes: a bot cannot decide it alone, whatever the policy says. */
  identity: z.boolean(),
})
export type EditView = z.infer<typeof editViewSchema>

export const missingSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('approvals'), have: z.number(), need: z.number() }),
  z.strictObject({ kind: z.literal('terminal') }),
  z.strictObject({ kind: z.literal('consent') }),
  z.strictObject({ kind: z.literal('hold'), until: z.number() }),
])

/** One thing that differs from roster, role and config; all of whom it is about is null where it is the host's. */
export const findingSchema = z.strictObject({
  telegram_id: z.number().nullable(),
  os_user: z.string().nullable(),
  name: z.string().nullable(),
  code: z.enum(FINDING_CODES),
  params,
  /** Whether a repair request would set it right. */
  repairable: z.boolean(),
  /** A command for root's shell that sets it right. */
  by_hand: z.string().optional(),
  failure: failureSchema.optional(),
})
export type FindingView = z.infer<typeof findingSchema>

export const requestViewSchema = z.strictObject({
  id: z.number(),
  kind: z.enum(REQUEST_KINDS),
  revision: z.number(),
  state: z.enum(['draft', 'submitted', 'approved', 'denied', 'expired', 'cancelled']),
  host: z.string(),
  requester: actorViewSchema,
  /** Of an undo request: the answers of the run that is taken back. */
  answers: answersView,
  /** The run that an undo request takes back. */
  undo_of: z.number().nullable(),
  /** What kind of run that is. */
  undoes: z.enum(REQUEST_KINDS).optional(),
  /** Of a repair request: what it would set right. */
  findings: z.array(findingSchema).optional(),
  /** Of an edit. */
  edit: editViewSchema.optional(),
  plan: planViewSchema,
  missing: z.array(missingSchema),
  approvals: z.array(
    z.strictObject({
      by: actorViewSchema,
      via: z.enum(['chat', 'terminal']),
      proof: z.enum(APPROVAL_PROOFS),
      at: z.number(),
    }),
  ),
  /** What the role asks besides approvals; `totp` and `witness` are asked of each approval in chat. */
  step_up: z.enum(STEP_UPS),
  /** Whether the requester's own approval counts. */
  own_counts: z.boolean(),
  /** Whether approvals in chat are frozen now. */
  frozen: z.boolean(),
  decided_by: actorViewSchema.nullable(),
  reason: z.string().nullable(),
  /** How it came back as this revision, and what differs from what was approved; null for a first revision. */
  returned: z
    .strictObject({
      kind: z.enum(RETURN_KINDS),
      /** The run that did not begin, or that was undone. */
      run_id: z.number(),
      differences: z.array(z.strictObject({ code: z.enum(DIFFERENCE_CODES), params })),
    })
    .nullable(),
  created_at: z.number(),
  submitted_at: z.number().nullable(),
  expires_at: z.number(),
  decided_at: z.number().nullable(),
  /** The newest run of this request. */
  run_id: z.number().nullable(),
  /** The access request that it came by; absent where there is none. */
  access_id: z.number().optional(),
})
export type RequestView = z.infer<typeof requestViewSchema>

/** Why a run does not go on, and since when; words in `src/texts/stuck.ts`. */
export const stuckSchema = z.strictObject({
  code: z.enum(STUCK_CODES),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  since: z.number(),
})

export const runStepViewSchema = z.strictObject({
  index: z.number(),
  /** One of `STEP_ORDER`, or a kind that only the version of Usher that stored it knows. */
  kind: z.string(),
  state: z.enum([
    ...([
      'pending',
      'applying',
      'applied',
      'failed',
      'undoing',
      'undone',
      'kept',
      'undo_failed',
      'skipped',
    ] as const),
  ]),
  duration_ms: z.number().nullable(),
  notes: z.array(noteSchema),
  /** Why it could not be done. */
  failure: failureSchema.nullable(),
  /** Why it could not be undone. */
  undo_failure: failureSchema.nullable(),
})

/** A run; once it has ended this is its receipt. */
export const runViewSchema = z.strictObject({
  id: z.number(),
  request_id: z.number(),
  kind: z.enum(REQUEST_KINDS),
  state: z.enum(RUN_STATES),
  subject: z.strictObject({
    telegram_id: z.number(),
    name: z.string(),
    os_user: z.string(),
    role: z.string(),
  }),
  steps: z.array(runStepViewSchema),
  queued_at: z.number(),
  started_at: z.number().nullable(),
  finished_at: z.number().nullable(),
  /** Whether `run undo` can be asked for. */
  undoable: z.boolean(),
  /** What may be done about it in principle; who may is the worker's to decide. */
  choices: z.array(z.enum(RUN_CHOICES)),
  /** What is left where its undo could not finish, and so to be done by hand; words in `src/texts/by-hand.ts`. */
  by_hand: z.array(
    z.strictObject({
      step: z.string(),
      code: z.enum(BY_HAND_CODES),
      params: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  ),
  /** Why it does not go on; null when it does, and once it has ended. */
  stuck: stuckSchema.nullable(),
  /** Somebody took note that it stays undone, or accepted what its undo left. */
  closed: z
    .strictObject({
      kind: z.enum(['kept', 'abandoned']),
      by: actorViewSchema,
      at: z.number(),
      reason: z.string().nullable(),
    })
    .nullable(),
})
export type RunView = z.infer<typeof runViewSchema>

/** One comparison of everybody on the roster with the host. */
export const reconciliationViewSchema = z.strictObject({
  /** Null for a dry run, which is not stored. */
  id: z.number().nullable(),
  begun_at: z.number(),
  ended_at: z.number(),
  /** Whether the smoke tests were run too. */
  smoke: z.boolean(),
  /** `incomplete`: some people could not be looked at; `failed`: it was stopped, and `why` says what by. */
  outcome: z.enum(['clean', 'differs', 'incomplete', 'failed']),
  why: z.string().nullable(),
  /** How many people were looked at. */
  people: z.number(),
  findings: z.array(findingSchema),
  /** Left out because a request or a run about them is under way. */
  skipped: z.array(
    z.strictObject({
      telegram_id: z.number(),
      os_user: z.string(),
      name: z.string(),
      request_id: z.number(),
    }),
  ),
  /** The repair requests of this reconciliation, as they are now; also those that an earlier one asked for and that are open. */
  requests: z.array(
    z.strictObject({
      id: z.number(),
      revision: z.number(),
      /** As in `planViewSchema`. */
      digest: z.string(),
      state: requestViewSchema.shape.state,
      missing: z.array(missingSchema),
      telegram_id: z.number(),
      os_user: z.string(),
      name: z.string(),
      run_id: z.number().nullable(),
      /** Of that run: how far it is, and why its step failed. */
      run_state: z.enum(RUN_STATES).nullable(),
      failure: failureSchema.nullable(),
    }),
  ),
  /** What an approval of all open ones sends; null when none is open. */
  digest: z.string().nullable(),
  /** Whether approvals in chat are frozen now. */
  frozen: z.boolean(),
})
export type ReconciliationView = z.infer<typeof reconciliationViewSchema>

export const personViewSchema = z.strictObject({
  telegram_id: z.number(),
  name: z.string(),
  os_user: z.string(),
  role: z.string(),
  entry: entryView.partial(),
  uid: z.number().nullable(),
  folders: z.array(z.strictObject({ path: z.string(), exists: z.boolean() })).optional(),
  last_run_id: z.number().nullable(),
  /** Their account is not active before they press Start at the bot; absent: nothing is waited for. */
  waits_for_start: z.literal(true).optional(),
  /** Whether their account is one that can be used; absent where nobody looked. */
  state: z.enum(['active', 'waits_for_start', 'not_active']).optional(),
  /** What came of their last smoke test; null when there was none, absent where nobody looked. */
  last_smoke: z
    .strictObject({
      passed: z.boolean(),
      at: z.number(),
      run_id: z.number(),
      /** Why it failed. */
      failure: failureSchema.nullable(),
    })
    .nullable()
    .optional(),
})
export type PersonView = z.infer<typeof personViewSchema>

export const roleViewSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  groups: z.array(z.string()),
  shell: z.string(),
  approval: policyView,
  /** Whether only uid 0 can invite somebody for it. */
  sensitive: z.boolean().optional(),
})
export type RoleView = z.infer<typeof roleViewSchema>

/** What the worker says about a wish for an OS user: every violation, and what adopting would bring. */
export const accountCheckViewSchema = z.strictObject({
  os_user: z.string(),
  exists: z.boolean(),
  uid: z.number().nullable(),
  can_create: z.boolean(),
  can_adopt: z.boolean(),
  create_violations: z.array(z.strictObject({ field: z.string(), code: z.enum(VIOLATION_CODES), params })),
  adopt_violations: z.array(z.strictObject({ field: z.string(), code: z.enum(VIOLATION_CODES), params })),
  /** `account.power.*` and `account.last_login` notes; empty unless it exists and may be adopted. */
  power: z.array(noteSchema),
})
export type AccountCheckView = z.infer<typeof accountCheckViewSchema>

export const eventViewSchema = z.strictObject({
  id: z.number(),
  at: z.number(),
  type: z.string(),
  request_id: z.number().nullable(),
  run_id: z.number().nullable(),
  subject_telegram_id: z.number().nullable(),
  actor: z.string(),
  data: z.record(z.string(), z.json()),
  previous_hash: z.string(),
  hash: z.string(),
})
export type EventView = z.infer<typeof eventViewSchema>

/** One entry of the history for people. Through the bot without what is free text, and without hashes. */
export const auditEntryViewSchema = z.strictObject({
  id: z.number(),
  at: z.number(),
  type: z.string(),
  request_id: z.number().nullable(),
  run_id: z.number().nullable(),
  /** Whom it is about. */
  subject: z.strictObject({ telegram_id: z.number(), name: z.string().nullable() }).nullable(),
  actor: actorViewSchema,
  data: z.record(z.string(), z.json()),
  hash: z.string().nullable(),
})
export type AuditEntryView = z.infer<typeof auditEntryViewSchema>

export const AUDIT_FINDINGS = [
  'event_missing',
  'event_unlinked',
  'event_changed',
  'event_stray',
  'end_cut_off',
  'end_differs',
  'head_unknown',
  'head_differs',
  'request_untold',
  'request_missing',
  'request_differs',
  'run_differs',
  'approval_untold',
  'approval_missing',
  'consent_untold',
  'consent_missing',
  'access_differs',
  'invitation_differs',
] as const

/** What is not as it was written. `event_id` is the first event of the chain that is wrong. */
export const auditFindingSchema = z.strictObject({
  code: z.enum(AUDIT_FINDINGS),
  event_id: z.number().nullable(),
  request_id: z.number().nullable(),
  run_id: z.number().nullable(),
  params,
})
export type AuditFinding = z.infer<typeof auditFindingSchema>

/** A place in the chain of events: an id, and the hash of that event or its first 128 bits and more, in hex. */
export const chainEndSchema = z.strictObject({
  id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  hash: z.string().regex(/^[0-9a-f]{32,64}$/),
})
