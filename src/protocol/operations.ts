import { z } from 'zod'
import { answersInputSchema } from './answers.ts'
import { apiErrorSchema } from './errors.ts'
import type { OperationContract } from './operation-contract.ts'
import { ACCESS_OPERATIONS } from './operations-access.ts'
import { EDIT_OPERATIONS } from './operations-edits.ts'
import { approvalFactors, FACTORS_OPERATIONS } from './operations-factors.ts'
import { WITNESS_OPERATIONS } from './operations-witness.ts'
import {
  accountCheckViewSchema,
  actorViewSchema,
  auditEntryViewSchema,
  auditFindingSchema,
  chainEndSchema,
  personViewSchema,
  planViewSchema,
  reconciliationViewSchema,
  requestViewSchema,
  roleViewSchema,
  runViewSchema,
  stuckSchema,
} from './views.ts'
import { freezeViewSchema } from './views-factors.ts'

/** Version of this contract; `GET /v1/version` answers it first and a mismatch is a clear error. */
export const PROTOCOL_VERSION = 1

/** Header that every call carries; without it the worker refuses (no confused deputy by a browser or proxy). */
export const PROTOCOL_HEADER = 'usher-protocol'
/** On `bot.sock` only: the Telegram user on whose behalf the bot asks. */
export const ON_BEHALF_HEADER = 'usher-on-behalf-of-telegram'
export const IDEMPOTENCY_HEADER = 'idempotency-key'
/** The exact Host of every request. */
export const HOST_HEADER_VALUE = 'usher'

const id = z.number().int().positive()
const empty = z.strictObject({})
const digest = z.string().min(22).max(43)
const pageInput = { limit: z.number().int().min(1).max(200).default(50), before: id.optional() }
const oneRequest = z.strictObject({ request: requestViewSchema })
const oneRun = z.strictObject({ run: runViewSchema })

/**
 * The operations: one `POST /v1/<name>` each, JSON in and out (`{ok:true, ...output}`). `mutates` needs an
 * idempotency key. Access rules stand in the worker's access table, one row per operation, default deny.
 */
export const OPERATIONS = {
  whoami: {
    mutates: false,
    input: empty,
    output: z.strictObject({
      actor: actorViewSchema,
      person: personViewSchema.nullable(),
      role: z.string(),
      permissions: z.array(z.string()),
      /** Whether this person decides requests of others: an admin. */
      admin: z.boolean(),
    }),
  },
  status: {
    mutates: false,
    input: empty,
    output: z.strictObject({
      version: z.string(),
      mode: z.enum(['system', 'single-user']),
      host: z.string(),
      ready: z.boolean(),
      /** Only with the permission `status.read`. */
      details: z
        .strictObject({
          started_at: z.number(),
          /** Why root runs code that others can change, with `--development`; else null. */
          development: z.string().nullable(),
          queued: z.number(),
          running: z.number(),
          /** Runs that do not go on, and why. */
          stuck: z.array(z.strictObject({ run_id: id, stuck: stuckSchema })),
          open_requests: z.number(),
          people: z.number().nullable(),
          roster_problem: z.string().nullable(),
          last_event: z.number(),
          rss_bytes: z.number(),
          disk_free_bytes: z.number(),
          /** The configured units; `unknown` when the service manager did not say in time. */
          services: z.array(
            z.strictObject({ unit: z.string(), state: z.enum(['active', 'inactive', 'unknown']) }),
          ),
          /** The last comparison of everybody with the host; null before the first. */
          reconciled: z
            .strictObject({
              at: z.number(),
              outcome: reconciliationViewSchema.shape.outcome,
              findings: z.number(),
            })
            .nullable(),
          /** Null while approvals in chat count. */
          frozen: freezeViewSchema.nullable(),
        })
        .nullable(),
    }),
  },
  /** What the questions need: grantable roles and inherited defaults. */
  'onboarding.options': {
    mutates: false,
    input: empty,
    output: z.strictObject({
      roles: z.array(roleViewSchema),
      defaults: z.strictObject({
        workspace_base: z.string().nullable(),
        model: z.string().nullable(),
        agent_backend: z.string().nullable(),
        max_budget: z.number().nullable(),
      }),
      mode: z.enum(['system', 'single-user']),
      /** In single-user mode the only account there is. */
      own_os_user: z.string().nullable(),
    }),
  },
  'host.check-account': {
    mutates: false,
    input: z.strictObject({ os_user: z.string().max(200), telegram_id: z.number().optional() }),
    output: z.strictObject({ check: accountCheckViewSchema }),
  },
  /**
   * Validates against the host and plans. Same actor and same answers give the same open draft, so a dry run has the
   * digest that an approval would have. With `replaces` the actor's older draft is cancelled.
   */
  'request.draft': {
    mutates: true,
    input: z.strictObject({ answers: answersInputSchema, replaces: id.optional() }),
    output: oneRequest,
  },
  /** Drafts a request of kind `undo` for a run that ended `succeeded`. */
  'run.undo': { mutates: true, input: z.strictObject({ run_id: id }), output: oneRequest },
  /** The request of a run that failed and was undone comes back as a new revision, planned anew, to be approved again. */
  'run.retry': { mutates: true, input: z.strictObject({ run_id: id }), output: oneRequest },
  /** Somebody takes note that a run stays undone: nothing can be chosen about it any more. */
  'run.keep': { mutates: true, input: z.strictObject({ run_id: id }), output: oneRun },
  /** Goes on with an undo that could not finish, from the records. Answers with the run that is under way again. */
  'run.resume': { mutates: true, input: z.strictObject({ run_id: id }), output: oneRun },
  /** Accepts what an undo that could not finish left on the host. */
  'run.abandon': {
    mutates: true,
    input: z.strictObject({ run_id: id, reason: z.string().min(1).max(1000) }),
    output: oneRun,
  },
  'request.submit': {
    mutates: true,
    input: z.strictObject({ id, digest }),
    /** `claim_code` once, when an existing account is adopted: its owner runs `usher claim CODE`. */
    output: z.strictObject({ request: requestViewSchema, claim_code: z.string().nullable() }),
  },
  'request.approve': {
    mutates: true,
    input: z.strictObject({ id, digest, ...approvalFactors }),
    output: oneRequest,
  },
  /**
   * On a terminal: passes the `terminal` step-up. From uid 0 it stands in for an owner's consent when `reason` is given; through the
   * approver account it takes `totp`, a code of the person's second factor, and so does a denial.
   */
  'request.confirm': {
    mutates: true,
    input: z.strictObject({
      id,
      digest,
      reason: z.string().min(1).max(1000).optional(),
      totp: approvalFactors.totp,
    }),
    output: oneRequest,
  },
  'request.deny': {
    mutates: true,
    input: z.strictObject({ id, reason: z.string().max(1000).optional(), totp: approvalFactors.totp }),
    output: oneRequest,
  },
  'request.cancel': { mutates: true, input: z.strictObject({ id }), output: oneRequest },
  /** The plan as a claim code's owner may see it; run as the uid of the account that would be adopted. */
  'claim.show': {
    mutates: false,
    input: z.strictObject({ code: z.string().max(64) }),
    output: z.strictObject({ request_id: id, person: z.string(), role: z.string(), plan: planViewSchema }),
  },
  'claim.accept': {
    mutates: true,
    input: z.strictObject({ code: z.string().max(64), digest }),
    output: z.strictObject({ request_id: id, person: z.string() }),
  },
  /** Somebody wrote to the bot themself. Only for whom the roster or an open request names; anybody else does not exist. */
  'person.started': {
    mutates: true,
    input: empty,
    /** Whether an account has waited for this and becomes active now. */
    output: z.strictObject({ activates: z.boolean() }),
  },
  /** A dry run: compares everybody on the roster with the host, and writes nothing, not even to the database. */
  'reconcile.check': {
    mutates: false,
    input: z.strictObject({ smoke: z.boolean().default(false) }),
    output: z.strictObject({ reconciliation: reconciliationViewSchema }),
  },
  /**
   * The same, stored, with a repair request for everybody who differs in a way that can be set right by adding. While one is
   * under way a second call gets that one's result. A roster that cannot be used is the outcome `failed`.
   */
  'reconcile.run': {
    mutates: true,
    input: z.strictObject({ smoke: z.boolean().default(false) }),
    output: z.strictObject({ reconciliation: reconciliationViewSchema }),
  },
  'reconcile.get': {
    mutates: false,
    input: z.strictObject({ id }),
    output: z.strictObject({ reconciliation: reconciliationViewSchema }),
  },
  /**
   * Approves each open repair request of a reconciliation as `request.approve` would; those that refuse are named. Where a role asks
   * for the witness, its repair is approved by itself: the witness's code is for one plan.
   */
  'reconcile.approve': {
    mutates: true,
    input: z.strictObject({
      id,
      digest,
      challenge: approvalFactors.challenge,
      totp: approvalFactors.totp,
    }),
    output: z.strictObject({
      reconciliation: reconciliationViewSchema,
      refused: z.array(z.strictObject({ request_id: id, error: apiErrorSchema })),
    }),
  },
  'request.list': {
    mutates: false,
    input: z.strictObject({ open: z.boolean().default(false), ...pageInput }),
    output: z.strictObject({ requests: z.array(requestViewSchema), more: z.boolean() }),
  },
  'request.get': { mutates: false, input: z.strictObject({ id }), output: oneRequest },
  'run.get': {
    mutates: false,
    input: z.strictObject({ id }),
    output: oneRun,
  },
  /** In the order of the roster; `skip` is how many the pages before had. */
  'people.list': {
    mutates: false,
    input: z.strictObject({
      limit: z.number().int().min(1).max(200).default(200),
      skip: z.number().int().min(0).max(1_000_000).default(0),
    }),
    output: z.strictObject({ people: z.array(personViewSchema), more: z.boolean() }),
  },
  'people.get': {
    mutates: false,
    /** OS user, or Telegram id in decimal. */
    input: z.strictObject({ name: z.string().max(200) }),
    output: z.strictObject({ person: personViewSchema }),
  },
  /**
   * The history, newest first: by id, and by time where only a type or a span of time is asked for. `person` is an OS user or a
   * Telegram id in decimal: what is about them and what they did. `from` counts, `to` does not; `before` is the last id of the
   * page before.
   */
  'audit.list': {
    mutates: false,
    input: z.strictObject({
      ...pageInput,
      person: z.string().max(200).optional(),
      request: id.optional(),
      run: id.optional(),
      type: z.string().max(64).optional(),
      from: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
      to: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    }),
    output: z.strictObject({ entries: z.array(auditEntryViewSchema), more: z.boolean() }),
  },
  /**
   * Checks every event against the one before it, the end against what is noted of it, `head` against what was posted, and
   * requests, runs and decisions against what the events say. Works for a few seconds a call: as long as `next` is not null,
   * call again with it as `after`.
   */
  'audit.verify': {
    mutates: false,
    input: z.strictObject({
      head: chainEndSchema.optional(),
      after: z.strictObject({ event: chainEndSchema, request: z.number().int().min(0) }).optional(),
    }),
    output: z.strictObject({
      /** Nothing was found, as far as this call looked. */
      intact: z.boolean(),
      /** How many this call looked at. */
      checked: z.strictObject({ events: z.number(), requests: z.number() }),
      /** At most 20 a call. The first of the chain is where it begins: behind a break nothing is certain. */
      findings: z.array(auditFindingSchema),
      /** The last event. */
      head: chainEndSchema,
      next: z.strictObject({ event: chainEndSchema, request: z.number() }).nullable(),
    }),
  },
  ...ACCESS_OPERATIONS,
  ...FACTORS_OPERATIONS,
  ...EDIT_OPERATIONS,
  ...WITNESS_OPERATIONS,
} as const satisfies Record<string, OperationContract>

export type OperationName = keyof typeof OPERATIONS
export type OperationInput<N extends OperationName> = z.input<(typeof OPERATIONS)[N]['input']>
export type OperationArguments<N extends OperationName> = z.output<(typeof OPERATIONS)[N]['input']>
export type OperationOutput<N extends OperationName> = z.output<(typeof OPERATIONS)[N]['output']>
export const OPERATION_NAMES = Object.keys(OPERATIONS) as OperationName[]

/** Server-sent events: `GET /v1/events?after=CURSOR`, `id:` is the event's id, `data:` an `EventView` as JSON. */
export const EVENTS_PATH = '/v1/events'
export const VERSION_PATH = '/v1/version'
/** Figures in Prometheus' text format; where its collectors look for them. */
export const METRICS_PATH = '/metrics'
export const versionSchema = z.strictObject({
  ok: z.literal(true),
  protocol: z.number(),
  version: z.string(),
})
