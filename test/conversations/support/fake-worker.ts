import { createHash, randomBytes } from 'node:crypto'
import type { CallOptions, CallResult, Client } from '../../../src/client/client.ts'
import { builtinRoles } from '../../../src/config/builtin-roles.ts'
import type { EventType } from '../../../src/domain/event.ts'
import { STEP_ORDER, type StepFailure } from '../../../src/domain/step.ts'
import { isTelegramId } from '../../../src/domain/telegram-id.ts'
import { hasUnsafeCharacters } from '../../../src/domain/unsafe-text.ts'
import { osUserViolations } from '../../../src/domain/username.ts'
import type { Violation } from '../../../src/domain/violation.ts'
import type { AnswersInput } from '../../../src/protocol/answers.ts'
import type { ApiError, ErrorCode } from '../../../src/protocol/errors.ts'
import { OPERATIONS, type OperationArguments, type OperationName } from '../../../src/protocol/operations.ts'
import { PERMISSIONS, type Permission } from '../../../src/protocol/permissions.ts'
import type {
  AccountCheckView,
  AnswersView,
  EventView,
  PersonView,
  RequestView,
  RoleView,
  RunView,
} from '../../../src/protocol/views.ts'

/** `stuck`: it fails, and its undo cannot finish. */
type Outcome = 'succeed' | 'fail' | 'stuck'

/** One call as the worker got it. */
export interface SeenCall {
  name: OperationName
  input: unknown
  onBehalfOf: number | null
  key: string | null
}

/**
 * A worker's edge in memory for tests of the bot alone: it speaks the client's port, keeps requests, runs and events, and
 * judges answers roughly as the real one does. Outputs are checked against the protocol's schemas, so it cannot drift.
 */
export interface FakeWorker extends Client {
  seen: SeenCall[]
  roster: PersonView[]
  /** Accounts that the host has already. */
  accounts: Set<string>
  requests: RequestView[]
  /** While true every call is answered as by a worker that is not there. */
  away: boolean
  /** What no admin is permitted here. */
  forbidden: Set<Permission>
  /** When requests that are submitted from now on expire; null: after a day. */
  expiresAt: number | null
  /** What a queued run does by itself; `wait` leaves it to `run`. */
  onQueued: Outcome | 'wait'
  run(runId: number, outcome: Outcome): void
  /** Another plan for the same answers: the host has changed. */
  drift(): void
  expire(requestId: number): void
  /** An event that is about no request, or about this run. */
  happen(type: EventType, data: EventView['data'], runId?: number): void
}

export const ROLES: RoleView[] = [
  {
    ...{ name: 'user', description: 'runs agents in their own account', groups: [], shell: '/bin/bash' },
    approval: { count: 1, self: true, step_up: 'none', expires_ms: 86_400_000 },
  },
  {
    ...{ name: 'admin', description: 'decides about people', groups: ['sudo'], shell: '/bin/bash' },
    approval: { count: 1, self: true, step_up: 'terminal', expires_ms: 86_400_000 },
  },
  {
    ...{ name: 'two', description: 'needs two admins', groups: [], shell: '/bin/bash' },
    approval: { count: 2, self: true, step_up: 'none', expires_ms: 86_400_000 },
  },
  {
    ...{ name: 'guarded', description: 'needs another admin', groups: [], shell: '/bin/bash' },
    approval: { count: 1, self: false, step_up: 'none', expires_ms: 86_400_000 },
  },
]

const roleOf = (name: unknown) => ROLES.find((one) => one.name === name)

export function createFakeWorker(options: { admins: number[]; now?: () => number }): FakeWorker {
  const now = options.now ?? Date.now
  const events: EventView[] = []
  const runs: RunView[] = []
  const answered = new Map<string, unknown>()
  /** Live ones by request and admin. */
  const challenges = new Map<string, string>()
  const wakers = new Set<() => void>()
  let generation = 0

  const emit = (
    type: EventType | string,
    about: { request?: RequestView; run?: RunView; actor?: string; data?: EventView['data'] },
  ) => {
    events.push({
      ...{ id: events.length + 1, at: now(), type, data: about.data ?? {}, actor: about.actor ?? 'worker' },
      request_id: about.request?.id ?? about.run?.request_id ?? null,
      run_id: about.run?.id ?? null,
      subject_telegram_id: about.request?.answers.telegram_id ?? about.run?.subject.telegram_id ?? null,
      ...{ previous_hash: '0'.repeat(64), hash: '0'.repeat(64) },
    })
    for (const wake of [...wakers]) wake()
  }

  const isAdmin = (id: number) =>
    options.admins.includes(id) || worker.roster.some((one) => one.telegram_id === id && one.role === 'admin')
  const personOf = (id: number) => worker.roster.find((one) => one.telegram_id === id) ?? null
  const actorOf = (id: number) => ({ key: `telegram:${id}`, name: personOf(id)?.name ?? null })

  const violationsOf = (answers: AnswersInput): Violation[] => {
    const found: Violation[] = []
    const { telegram_id, os_user, name, role, github, max_budget, github_repos, github_notify_chat_id } =
      answers
    const add = (field: string, code: Violation['code'], value: unknown) =>
      found.push({ field, code, params: { value: String(value) } })
    if (!isTelegramId(telegram_id)) add('telegram_id', 'telegram_id_invalid', telegram_id)
    else if (personOf(telegram_id) !== null) add('telegram_id', 'telegram_id_on_roster', telegram_id)
    if (typeof os_user !== 'string') add('os_user', 'required', os_user)
    else {
      const check = checkAccount(os_user)
      found.push(...(answers.account === 'create' ? check.create_violations : check.adopt_violations))
    }
    if (typeof name !== 'string' || !/^[^\p{Cc}\p{Cf}:,]{1,64}$/u.test(name))
      add('name', 'name_invalid', name)
    if (!ROLES.some((one) => one.name === role)) add('role', 'role_unknown', role)
    if (github !== undefined && !/^[a-z0-9](-?[a-z0-9])*$/i.test(String(github)))
      add('github', 'github_login_invalid', github)
    if (max_budget !== undefined && !(typeof max_budget === 'number' && max_budget > 0))
      add('max_budget', 'budget_invalid', max_budget)
    if (github_notify_chat_id !== undefined && !Number.isInteger(github_notify_chat_id))
      add('github_notify_chat_id', 'chat_id_invalid', github_notify_chat_id)
    for (const [index, repo] of (github_repos ?? []).entries())
      if (!/^[\w.-]+\/[\w.-]+$/.test(String(repo))) add(`github_repos.${index}`, 'github_repo_invalid', repo)
    const { workspace_base } = answers
    if (workspace_base !== undefined && !/^(\/|\{home\})/.test(String(workspace_base)))
      add('workspace_base', 'path_not_absolute', workspace_base)
    return found
  }

  const checkAccount = (osUser: string): AccountCheckView => {
    const wrong = osUserViolations(osUser)
    const exists = worker.accounts.has(osUser)
    const field = 'os_user'
    const onRoster = worker.roster.some((one) => one.os_user === osUser)
    const taken: Violation[] = onRoster
      ? [{ field, code: 'os_user_on_roster', params: { value: osUser } }]
      : []
    const create: Violation[] = exists ? [{ field, code: 'os_user_exists', params: { value: osUser } }] : []
    const adopt: Violation[] = exists ? [] : [{ field, code: 'os_user_missing', params: { value: osUser } }]
    const createViolations = [...wrong, ...taken, ...create]
    const adoptViolations = [...wrong, ...taken, ...adopt]
    return {
      ...{ os_user: osUser, exists, uid: exists ? 1005 : null },
      ...{ can_create: createViolations.length === 0, can_adopt: adoptViolations.length === 0 },
      ...{ create_violations: createViolations, adopt_violations: adoptViolations },
      power: exists ? [{ code: 'account.power.groups', params: { groups: 'docker' } }] : [],
    }
  }

  const planOf = (answers: AnswersView): RequestView['plan'] => ({
    digest: createHash('sha256')
      .update(JSON.stringify([answers, generation]))
      .digest('base64url')
      .slice(0, 22),
    steps: STEP_ORDER.map((kind) => ({
      kind,
      effect: kind === 'groups' ? ('already' as const) : ('change' as const),
      notes:
        kind === 'account'
          ? [
              {
                code: 'account.create' as const,
                params: { os_user: answers.os_user, home: `/home/${answers.os_user}`, shell: '/bin/bash' },
              },
            ]
          : [],
    })),
    demands: { terminal: answers.role === 'admin', consent: answers.account === 'adopt' },
  })

  const missingOf = (request: RequestView): RequestView['missing'] => {
    const need = roleOf(request.answers.role)?.approval.count ?? 1
    const have = request.approvals.length
    return [
      ...(have < need ? [{ kind: 'approvals' as const, have, need }] : []),
      ...(request.plan.demands.terminal ? [{ kind: 'terminal' as const }] : []),
      ...(request.plan.demands.consent ? [{ kind: 'consent' as const }] : []),
    ]
  }

  const find = (id: number): RequestView => {
    const request = worker.requests.find((one) => one.id === id)
    if (request === undefined) throw refusal('not_found')
    return request
  }
  const decideOn = (request: RequestView, by: number, state: RequestView['state']) => {
    request.state = state
    request.decided_by = actorOf(by)
    request.decided_at = now()
    emit(`request.${state}`, { request, actor: `telegram:${by}` })
  }
  const assertUndecided = (request: RequestView) => {
    if (request.state === 'draft' || request.state === 'submitted') return
    throw refusal('already_decided', { state: request.state, by: request.decided_by?.name ?? 'somebody' })
  }

  const choose = (runId: number, choice: RunView['choices'][number], by: number): RunView => {
    const run = runs.find((one) => one.id === runId)
    const permission = choice === 'undo' ? 'runs.undo' : 'runs.retry'
    if (!isAdmin(by) || worker.forbidden.has(permission)) throw refusal('not_permitted')
    if (run === undefined) throw refusal('not_found')
    if (!run.choices.includes(choice)) throw refusal('wrong_state', { state: run.state })
    return run
  }

  const queue = (request: RequestView) => {
    const { telegram_id, name, os_user, role } = request.answers
    const run: RunView = {
      ...{
        id: runs.length + 1,
        request_id: request.id,
        kind: request.kind,
        state: 'queued',
        undoable: false,
        choices: [],
        by_hand: [],
        stuck: null,
        closed: null,
      },
      subject: { telegram_id, name, os_user, role },
      steps: STEP_ORDER.map((kind, index) => ({
        ...{
          index,
          kind,
          state: 'pending' as const,
          duration_ms: null,
          notes: [],
          failure: null,
          undo_failure: null,
        },
      })),
      ...{ queued_at: now(), started_at: null, finished_at: null },
    }
    runs.push(run)
    request.run_id = run.id
    emit('run.queued', { request, run })
    if (worker.onQueued !== 'wait') {
      const outcome = worker.onQueued
      setTimeout(() => worker.run(run.id, outcome), 10)
    }
  }

  type Handlers = { [N in OperationName]?: (input: OperationArguments<N>, by: number) => unknown }
  const permissionsOf = (by: number): readonly string[] => {
    if (isAdmin(by)) return PERMISSIONS.filter((one) => !worker.forbidden.has(one))
    return personOf(by) === null ? [] : builtinRoles().find(({ name }) => name === 'user')!.permissions
  }
  const handlers: Handlers = {
    whoami: (_, by) => ({
      ...{ actor: actorOf(by), person: personOf(by), admin: isAdmin(by) },
      permissions: permissionsOf(by),
      role: isAdmin(by) ? 'admin' : (personOf(by)?.role ?? 'public'),
    }),
    // Strangers may not ask for access here, so they are told as much.
    'access.mine': () => ({ may_ask: false, mute: false, access: null }),
    'bot.introduce': () => ({}),
    status: (_, by) => ({
      ...{ version: '0.1.0', mode: 'system', host: 'burrow', ready: true },
      details: isAdmin(by)
        ? {
            ...{
              started_at: now() - 60_000,
              development: null,
              queued: 0,
              running: 0,
              open_requests: worker.requests.length,
            },
            ...{ people: worker.roster.length, roster_problem: null, last_event: events.length },
            ...{ rss_bytes: 90_000_000, disk_free_bytes: 5e10, stuck: [], frozen: null },
            ...{ services: [{ unit: 'kai.service', state: 'active' as const }], reconciled: null },
          }
        : null,
    }),
    'onboarding.options': () => ({
      roles: ROLES,
      defaults: { workspace_base: '{home}/work', model: 'large', agent_backend: 'local', max_budget: 50 },
      ...{ mode: 'system', own_os_user: null },
    }),
    'host.check-account': ({ os_user }) => ({ check: checkAccount(os_user) }),
    'request.draft': ({ answers, replaces }, by) => {
      const violations = violationsOf(answers)
      if (violations.length > 0) throw refusal('invalid', {}, violations)
      if (replaces !== undefined) {
        const old = find(replaces)
        if (old.state !== 'draft') throw refusal('already_decided', { state: old.state })
        decideOn(old, by, 'cancelled')
      }
      const request: RequestView = {
        ...{ id: worker.requests.length + 1, kind: 'onboard', revision: 1, state: 'draft', host: 'burrow' },
        ...{ requester: actorOf(by), answers: answers as AnswersView, undo_of: null },
        plan: planOf(answers as AnswersView),
        ...{ step_up: 'none', own_counts: roleOf(answers.role)?.approval.self ?? true, frozen: false },
        ...{ missing: [], approvals: [], decided_by: null, reason: null, returned: null, created_at: now() },
        ...{ submitted_at: null, expires_at: now() + 86_400_000, decided_at: null, run_id: null },
      }
      worker.requests.push(request)
      emit('request.drafted', { request, actor: `telegram:${by}` })
      return { request }
    },
    'request.submit': ({ id, digest }, by) => {
      const request = find(id)
      if (request.state !== 'draft') assertUndecided(request)
      const holder = worker.requests.find(
        (one) => one !== request && one.state === 'submitted' && one.undo_of === (request.undo_of ?? -1),
      )
      if (holder !== undefined) throw refusal('held', { request: holder.id })
      if (planOf(request.answers).digest !== digest) throw refusal('digest_differs')
      request.state = 'submitted'
      request.submitted_at = now()
      request.missing = missingOf(request)
      request.expires_at = worker.expiresAt ?? request.expires_at
      const { expires_at } = request
      emit('request.submitted', { request, actor: `telegram:${by}`, data: { expires_at } })
      return { request, claim_code: request.plan.demands.consent ? 'ABCD-EFGH-2345' : null }
    },
    'request.challenge': ({ id, digest }, by) => {
      if (!isAdmin(by)) throw refusal('not_permitted')
      const request = find(id)
      if (request.state !== 'draft') assertUndecided(request)
      if (request.plan.digest !== digest) throw refusal('digest_differs')
      const challenge = randomBytes(16).toString('base64url')
      challenges.set(`${id} ${by}`, challenge)
      return { challenge }
    },
    'request.approve': ({ id, digest, challenge }, by) => {
      if (!isAdmin(by)) throw refusal('not_permitted')
      const request = find(id)
      assertUndecided(request)
      if (request.plan.digest !== digest) throw refusal('digest_differs')
      if (challenge === undefined || challenges.get(`${id} ${by}`) !== challenge) {
        throw refusal('challenge_refused')
      }
      challenges.delete(`${id} ${by}`)
      if (!request.approvals.some((one) => one.by.key === `telegram:${by}`)) {
        request.approvals.push({ by: actorOf(by), via: 'chat', proof: 'none', at: now() })
      }
      request.missing = missingOf(request)
      emit('request.approval', { request, actor: `telegram:${by}` })
      if (request.missing.length === 0) {
        decideOn(request, by, 'approved')
        queue(request)
      }
      return { request }
    },
    'request.cancel': ({ id }, by) => {
      const request = find(id)
      assertUndecided(request)
      decideOn(request, by, 'cancelled')
      return { request }
    },
    'request.deny': ({ id, reason }, by) => {
      if (reason !== undefined && hasUnsafeCharacters(reason)) {
        throw refusal('invalid', {}, [{ field: 'reason', code: 'text_has_control_characters' }])
      }
      const request = find(id)
      assertUndecided(request)
      request.reason = reason ?? null
      decideOn(request, by, 'denied')
      return { request }
    },
    'request.get': ({ id }, by) => {
      const request = find(id)
      if (!isAdmin(by) && request.answers.telegram_id !== by) throw refusal('not_found')
      return { request }
    },
    'request.list': ({ limit, open, before = Number.POSITIVE_INFINITY }, by) => {
      const found = worker.requests
        .filter((one) => isAdmin(by) || one.answers.telegram_id === by)
        .filter((one) => !open || one.state === 'draft' || one.state === 'submitted')
        .filter((one) => one.id < before)
        .reverse()
      return { requests: found.slice(0, limit), more: found.length > limit }
    },
    'run.retry': ({ run_id }, by) => {
      const run = choose(run_id, 'retry', by)
      const request = find(run.request_id)
      Object.assign(request, {
        ...{ state: 'submitted', revision: request.revision + 1, approvals: [], reason: null },
        returned: { kind: 'retry', run_id: run.id, differences: [] },
        ...{ decided_by: null, decided_at: null, submitted_at: now() },
        plan: planOf({ ...request.answers, name: `${request.answers.name} ${request.revision + 1}` }),
      })
      run.choices = []
      request.missing = missingOf(request)
      emit('request.returned', { request, run, actor: `telegram:${by}`, data: { kind: 'retry' } })
      return { request }
    },
    'run.keep': ({ run_id }, by) => {
      const run = choose(run_id, 'keep', by)
      run.choices = []
      run.closed = { kind: 'kept', by: actorOf(by), at: now(), reason: null }
      emit('run.kept', { run, actor: `telegram:${by}` })
      return { run }
    },
    'run.undo': ({ run_id }, by) => {
      const run = choose(run_id, 'undo', by)
      const { answers } = find(run.request_id)
      const request: RequestView = {
        ...{ id: worker.requests.length + 1, kind: 'undo', revision: 1, state: 'draft', host: 'burrow' },
        ...{ requester: actorOf(by), answers, undo_of: run_id },
        plan: { ...planOf(answers), demands: { terminal: true, consent: false } },
        ...{ step_up: 'none', own_counts: roleOf(answers.role)?.approval.self ?? true, frozen: false },
        ...{ missing: [], approvals: [], decided_by: null, reason: null, returned: null, created_at: now() },
        ...{ submitted_at: null, expires_at: now() + 86_400_000, decided_at: null, run_id: null },
      }
      worker.requests.push(request)
      emit('request.drafted', { request, actor: `telegram:${by}` })
      return { request }
    },
    'run.get': ({ id }, by) => {
      const run = runs.find((one) => one.id === id)
      if (run === undefined || !(isAdmin(by) || run.subject.telegram_id === by)) throw refusal('not_found')
      return { run }
    },
    'audit.list': ({ limit, before = Number.POSITIVE_INFINITY, ...asked }, by) => {
      if (!isAdmin(by) || worker.forbidden.has('audit.read')) throw refusal('not_permitted')
      const entries = events
        .filter((event) => event.id < before)
        .filter((event) => asked.type === undefined || event.type === asked.type)
        .filter((event) => asked.request === undefined || event.request_id === asked.request)
        .filter((event) => event.at >= (asked.from ?? 0) && event.at < (asked.to ?? Number.POSITIVE_INFINITY))
        .reverse()
        .map((event) => ({
          ...{ id: event.id, at: event.at, type: event.type, request_id: event.request_id },
          ...{ run_id: event.run_id, subject: null, hash: null, data: event.data },
          actor: { key: event.actor, name: null },
        }))
      return { entries: entries.slice(0, limit), more: entries.length > limit }
    },
    'people.list': ({ limit = 200, skip = 0 }) => ({
      people: worker.roster.slice(skip, skip + limit),
      more: worker.roster.length > skip + limit,
    }),
    'people.get': ({ name }) => {
      const person = worker.roster.find((one) => one.os_user === name || String(one.telegram_id) === name)
      if (person === undefined) throw refusal('not_found')
      return { person }
    },
  }

  const worker: FakeWorker = {
    ...{ seen: [], roster: [], accounts: new Set(), requests: [], away: false, onQueued: 'succeed' },
    forbidden: new Set(),
    expiresAt: null,
    async call<N extends OperationName>(name: N, input: unknown, callOptions: CallOptions = {}) {
      const { onBehalfOf = null, idempotencyKey = null } = callOptions
      // Of every start of the bot, and of nobody's update.
      if (name !== 'bot.introduce') worker.seen.push({ name, input, onBehalfOf, key: idempotencyKey })
      if (worker.away) return { ok: false, error: errorOf(refusal('unreachable')) } as CallResult<N>
      const scope = `${onBehalfOf} ${name} ${idempotencyKey}`
      if (OPERATIONS[name].mutates && idempotencyKey !== null && answered.has(scope)) {
        return structuredClone(answered.get(scope)) as CallResult<N>
      }
      let result: unknown
      try {
        const handler = handlers[name] as ((input: unknown, by: number) => unknown) | undefined
        if (handler === undefined) throw refusal('unknown_operation')
        const output = handler(OPERATIONS[name].input.parse(structuredClone(input)), onBehalfOf ?? 0)
        result = { ok: true, ...(OPERATIONS[name].output.parse(structuredClone(output)) as object) }
      } catch (error) {
        result = { ok: false, error: errorOf(error) }
      }
      answered.set(scope, result)
      return structuredClone(result) as CallResult<N>
    },
    async *events(cursor, { signal }) {
      let next = cursor
      while (!signal.aborted) {
        const event = worker.away ? undefined : events.find((one) => one.id > next)
        if (event !== undefined) {
          next = event.id
          yield structuredClone(event)
          continue
        }
        await new Promise<void>((resolve) => {
          const wake = () => {
            wakers.delete(wake)
            signal.removeEventListener('abort', wake)
            clearTimeout(timer)
            resolve()
          }
          const timer = setTimeout(wake, 50)
          wakers.add(wake)
          signal.addEventListener('abort', wake)
        })
      }
    },
    async close() {},
    run(runId, outcome) {
      const run = runs.find((one) => one.id === runId)
      if (run === undefined) throw new Error(`no run ${runId}`)
      run.state = 'running'
      run.started_at = now()
      emit('run.started', { run })
      const failsAt = outcome === 'succeed' ? Number.POSITIVE_INFINITY : STEP_ORDER.indexOf('smoke-test')
      for (const step of run.steps) {
        if (step.index > failsAt) {
          step.state = 'skipped'
          continue
        }
        step.duration_ms = 12
        step.state = step.index === failsAt ? 'failed' : 'applied'
        if (step.index === failsAt) step.failure = FAILURE
        emit(step.index === failsAt ? 'step.failed' : 'step.finished', { run })
      }
      if (outcome !== 'succeed') {
        emit('run.undoing', { run })
        for (const step of run.steps.filter(({ state }) => state === 'applied')) {
          const isStuck = outcome === 'stuck' && step.kind === 'account'
          step.state = isStuck ? 'undo_failed' : 'undone'
          if (isStuck) step.undo_failure = UNDO_FAILURE
          if (step.kind !== 'account' || isStuck) continue
          step.notes.push({ code: 'account.removed', params: { os_user: run.subject.os_user, uid: 1001 } })
        }
      }
      if (outcome === 'stuck') {
        const { os_user } = run.subject
        run.by_hand = [{ step: 'account', code: 'account', params: { os_user, uid: 1001 } }]
      }
      run.state = { succeed: 'succeeded', fail: 'undone', stuck: 'failed' }[outcome] as RunView['state']
      run.finished_at = now() + 96
      run.undoable = outcome === 'succeed'
      run.choices = CHOICES[outcome]
      if (outcome === 'succeed') worker.roster.push(personFrom(run))
      emit(`run.${run.state}`, { run })
    },
    drift: () => {
      generation += 1
    },
    happen(type, data, runId) {
      const run = runs.find(({ id }) => id === runId)
      emit(type, { data, ...(run === undefined ? {} : { run }) })
    },
    expire(requestId) {
      const request = find(requestId)
      request.state = 'expired'
      request.decided_at = now()
      emit('request.expired', { request })
    },
  }
  return worker
}

const CHOICES: Record<Outcome, RunView['choices']> = {
  succeed: ['undo'],
  fail: ['retry', 'keep'],
  stuck: ['resume', 'abandon'],
}

const UNDO_FAILURE: StepFailure = {
  code: 'undo_incomplete',
  params: { why: 'a process of the account does not end' },
}

const FAILURE: StepFailure = {
  code: 'folder_not_usable',
  params: { path: '/srv/memory/7', why: 'EACCES' },
  detail: 'sh: cannot create <sentinel>: Permission denied',
}

export function personFrom(run: RunView): PersonView {
  const { telegram_id, name, os_user, role } = run.subject
  return {
    ...{ telegram_id, name, os_user, role, uid: 1001, last_run_id: run.id },
    entry: { telegram_id, name, os_user, role },
  }
}

class Refusal extends Error {
  readonly error: ApiError
  constructor(error: ApiError) {
    super(error.code)
    this.error = error
  }
}

function refusal(code: ErrorCode, params: Record<string, string | number> = {}, violations?: Violation[]) {
  return new Refusal({
    ...{ code, message: `cannot do this: ${code}`, params },
    ...(violations === undefined ? {} : { violations }),
  })
}

function errorOf(error: unknown): ApiError {
  if (error instanceof Refusal) return error.error
  return { code: 'bad_request', message: String(error) }
}
