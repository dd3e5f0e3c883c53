import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { type Actor, actorKey } from '../../src/domain/actor.ts'
import type { RosterEntry } from '../../src/domain/person.ts'
import type { Role } from '../../src/domain/role.ts'
import type { StepKind } from '../../src/domain/step.ts'
import type { AnswersInput } from '../../src/protocol/answers.ts'
import { OPERATIONS, type OperationInput, type OperationName } from '../../src/protocol/operations.ts'
import { PERMISSIONS, type Permission } from '../../src/protocol/permissions.ts'
import type { RequestView, RunView } from '../../src/protocol/views.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import type { StepRegistry } from '../../src/provisioning/registry.ts'
import type { Database } from '../../src/store/database.ts'
import { openSqlite } from '../../src/store/dialects/sqlite/open.ts'
import { createStore, type Store } from '../../src/store/store.ts'
import { verifyHistory } from '../../src/worker/audit/verify-history.ts'
import type { Caller } from '../../src/worker/caller.ts'
import { createEngine } from '../../src/worker/create-engine.ts'
import type { Engine, OperationResult } from '../../src/worker/engine.ts'
import { openSecrets } from '../../src/worker/factors/secrets.ts'
import type { EngineLimits } from '../../src/worker/limits.ts'
import { DATA, type FakeMachine, fakeHost, fakeMachine } from './fake-host.ts'
import { fakeSteps, type StepLog, type StepScript } from './fake-steps.ts'

const HOUR = 3_600_000

export function role(name: string, change: Partial<Role> = {}): Role {
  return {
    name,
    description: name,
    permissions: [],
    groups: [],
    shell: '/bin/bash',
    approval: { count: 1, self: true, step_up: 'none', expiresMs: 24 * HOUR },
    ...change,
  }
}

export function testConfig(change: Partial<Config> = {}): Config {
  return {
    file: '/etc/usher/config.yaml',
    mode: 'system',
    telegram: {
      admins: [],
      apiRoot: 'http://127.0.0.1',
      tokenFile: '/etc/usher/telegram-token',
      botUsername: null,
      webhook: null,
    },
    botUser: 'usher',
    witness: null,
    approver: null,
    paths: {
      roster: '/etc/usher/users.yaml',
      data: DATA,
      state: '/var/lib/usher',
      botState: '/var/lib/usher-bot',
      run: '/run/usher',
      secrets: '/etc/usher/secrets.yaml',
    },
    roles: new Map([
      ['admin', role('admin', { permissions: ['*'] })],
      ['user', role('user', { permissions: ['requests.read.own', 'runs.read.own'] })],
      ['public', role('public')],
    ]),
    defaults: {},
    memoryTemplate: '/etc/usher/MEMORY.md.example',
    services: [{ unit: 'agent.service', action: 'restart' }],
    folders: { memory: { owner: 'person' }, history: { owner: 'person' } },
    smoke: { agentCommand: null, path: ['/usr/bin'], via: null },
    uids: null,
    adopt: 'owner',
    reconcile: { everyMs: null, smoke: false, alarmAfterMs: null, ignoreAccounts: [] },
    audit: { postHead: false },
    retention: { historyMs: null, answersMs: null },
    metrics: null,
    access: { ask: 'anyone', expiresMs: 7 * 24 * HOUR },
    approval: { holdMs: 10 * 60_000, chatPerDay: 100 },
    ...change,
  }
}

const everything: ReadonlySet<Permission> = new Set(PERMISSIONS)

export const operator: Caller = {
  actor: { kind: 'operator', uid: 0 },
  listener: 'admin',
  person: null,
  role: 'operator',
  permissions: everything,
  personKey: 'operator',
}

/** The bot for itself. */
export const theBot: Caller = {
  actor: { kind: 'bot' },
  listener: 'bot',
  person: null,
  role: 'bot',
  permissions: new Set(['events.follow.all']),
  personKey: null,
}

/** Somebody who decides, through the bot. */
export function admin(telegramId: number): Caller {
  return {
    actor: { kind: 'telegram', telegramId },
    listener: 'bot',
    person: {
      telegram_id: telegramId,
      name: `Admin ${telegramId}`,
      os_user: `a${telegramId}`,
      role: 'admin',
    },
    role: 'admin',
    permissions: everything,
    personKey: `person:${telegramId}`,
  }
}

/** The witness for itself. */
export const theWitness: Caller = {
  actor: { kind: 'witness' },
  listener: 'witness',
  person: null,
  role: 'witness',
  permissions: new Set(),
  personKey: null,
}

/** The same person, on a terminal of the approver account. */
export function approver(telegramId: number): Caller {
  return { ...admin(telegramId), actor: { kind: 'approver', telegramId }, listener: 'approver' }
}

/** Somebody through the bot with these permissions, on the roster or not. */
export function telegramUser(
  telegramId: number,
  permissions: Permission[],
  person: RosterEntry | null = null,
): Caller {
  return {
    actor: { kind: 'telegram', telegramId },
    listener: 'bot',
    person,
    role: person?.role ?? 'public',
    permissions: new Set(permissions),
    personKey: person === null ? null : `person:${telegramId}`,
  }
}

/** A uid on the socket for everybody. */
export function osUser(uid: number, name: string, permissions: Permission[] = []): Caller {
  return {
    actor: { kind: 'os', uid, osUser: name },
    listener: 'everybody',
    person: null,
    role: 'public',
    permissions: new Set(permissions),
    personKey: null,
  }
}

export const alice: AnswersInput = {
  telegram_id: 42,
  name: 'Alice',
  os_user: 'alice',
  role: 'user',
  account: 'create',
  proof: 'started',
}

export interface FixtureOptions {
  config?: Partial<Config>
  script?: Partial<Record<StepKind, StepScript>>
  limits?: Partial<EngineLimits>
  machine?: (machine: FakeMachine) => void
  /** Puts something between the store and the database, for crashes. */
  wrap?: (database: Database) => Database
  /** The machine that this test runs on, in a sandbox, instead of the fake one. */
  real?: { host: (store: Store) => Host; registry: StepRegistry }
  /** What happens while somebody looks at the fake machine. */
  onSnapshot?: () => void
  /** The test changes the database behind the worker's back. */
  tampers?: true
  disk?: { path: string; problem: 'disk_full' | 'disk_read_only' }[]
}

/** An engine over a real database in a folder of its own, on a fake machine. */
export interface Fixture {
  /** The database, to look at with a connection of one's own. */
  readonly databaseFile: string
  engine: Engine
  store: Store
  machine: FakeMachine
  steps: StepLog
  /** The worker's clock; starts at a fixed time and only moves when a test moves it. */
  time: { now: number }
  /** Permissions of those who approved, as the next claim will see them. */
  callers: Map<string, Caller | null>
  call<N extends OperationName>(
    caller: Caller,
    operation: N,
    input: OperationInput<N>,
    key?: string,
  ): Promise<OperationResult<N>>
  /**
   * The input of an approval in chat with its challenge, which the bot asks for when it draws the card; `call` does so by itself. One
   * that names its own, be it undefined, is left as it is, and so is every other input.
   */
  challenged<N extends OperationName>(
    caller: Caller,
    operation: N,
    input: OperationInput<N>,
  ): Promise<OperationInput<N>>
  /** The output of a call that must succeed. */
  ok<N extends OperationName>(
    caller: Caller,
    operation: N,
    input: OperationInput<N>,
  ): Promise<Extract<OperationResult<N>, { ok: true }>['output']>
  /** Drafts and submits. */
  submit(
    caller: Caller,
    answers?: Partial<AnswersInput>,
  ): Promise<RequestView & { claim_code: string | null }>
  /** Waits until the run has ended. */
  ended(runId: number): Promise<RunView>
  /** Drafts, submits, approves and waits for the end. */
  onboard(answers?: Partial<AnswersInput>): Promise<RunView>
  /** Ends this engine as kill -9 would and starts another on the same database and machine; `between` has it to itself. */
  restart(
    options?: Pick<FixtureOptions, 'script' | 'wrap' | 'config' | 'limits'>,
    between?: (databaseFile: string) => void,
  ): Promise<void>
  /** Ends it, and expects that the history is whole and says what the tables say, unless the test tampers with it. */
  remove(): Promise<void>
}

/** See `Fixture.challenged`. */
async function withChallenge(
  engine: Engine,
  caller: Caller,
  operation: OperationName,
  input: object,
): Promise<object> {
  const isApproval = operation === 'request.approve' || operation === 'reconcile.approve'
  if (!isApproval || caller.actor.kind !== 'telegram' || 'challenge' in input) return input
  const ask = operation === 'request.approve' ? 'request.challenge' : 'reconcile.challenge'
  const { id, digest } = input as { id: number; digest: string }
  const asked = await engine.execute(caller, ask, { id, digest }, null)
  return asked.ok ? { ...input, challenge: asked.output.challenge } : input
}

export async function engineFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-engine-'))
  const file = join(folder, 'usher.db')
  const machine = fakeMachine()
  options.machine?.(machine)
  const steps: StepLog = []
  const time = { now: Date.UTC(2026, 0, 1) }
  const callers = new Map<string, Caller | null>()
  let keys = 0
  let current: { engine: Engine; store: Store }

  async function open({ script, wrap, config, limits }: FixtureOptions): Promise<void> {
    const opened = openSqlite(file)
    if (!opened.ok) throw new Error(opened.problem.message)
    const store = createStore(wrap?.(opened.database) ?? opened.database)
    const host = options.real?.host(store) ?? fakeHost(machine, options.onSnapshot)
    const inForce = testConfig(config)
    const secrets = await openSecrets(host.secrets, inForce.witness !== null)
    if (!secrets.ok) throw new Error(secrets.why)
    const engine = createEngine({
      config: inForce,
      host,
      secrets: secrets.secrets,
      registry: options.real?.registry ?? fakeSteps(machine, steps, script),
      store,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      version: 'test',
      callerOf: async (actor: Actor) => {
        const person = actor.kind === 'telegram' || actor.kind === 'approver' ? actor.telegramId : null
        if (person === null) return null
        const known = callers.get(actorKey(actor))
        if (known !== undefined) return known
        return actor.kind === 'telegram' ? admin(person) : approver(person)
      },
      clock: () => time.now,
      limits: { undoPauseMs: 5, ...limits },
      diskProblems: async (folders) => (options.disk ?? []).filter(({ path }) => folders.includes(path)),
    })
    current = { engine, store: { ...store, close: opened.database.close } }
    await engine.start()
  }
  await open(options)

  const fixture: Fixture = {
    databaseFile: file,
    get engine() {
      return current.engine
    },
    get store() {
      return current.store
    },
    machine,
    steps,
    time,
    callers,
    challenged: async (caller, operation, input) =>
      (await withChallenge(current.engine, caller, operation, input)) as typeof input,
    async call(caller, operation, input, key = `key-${++keys}`) {
      const challenged = await fixture.challenged(caller, operation, input)
      const args = OPERATIONS[operation].input.parse(challenged) as Parameters<Engine['execute']>[2]
      return current.engine.execute(
        caller,
        operation,
        args as never,
        OPERATIONS[operation].mutates ? key : null,
      )
    },
    async ok(caller, operation, input) {
      const result = await fixture.call(caller, operation, input)
      if (!result.ok) throw new Error(`${operation}: ${JSON.stringify(result.error)}`)
      // What is sent must be what the contract says.
      OPERATIONS[operation].output.parse(result.output)
      return result.output
    },
    async submit(caller, answers = {}) {
      const { request } = await fixture.ok(caller, 'request.draft', { answers: { ...alice, ...answers } })
      const { id, plan } = request
      const submitted = await fixture.ok(caller, 'request.submit', { id, digest: plan.digest })
      return { ...submitted.request, claim_code: submitted.claim_code }
    },
    async ended(runId) {
      for (;;) {
        const { run } = await fixture.ok(operator, 'run.get', { id: runId })
        if (!['queued', 'running', 'undoing'].includes(run.state)) return run
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    },
    async onboard(answers = {}) {
      const request = await fixture.submit(operator, answers)
      const { id, plan } = request
      const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
      expect(approved.request.state).toBe('approved')
      return fixture.ended(approved.request.run_id ?? 0)
    },
    async restart(change = {}, between = () => undefined) {
      await current.engine.stop(0)
      current.store.close()
      between(file)
      await open({ ...options, ...change })
    },
    async remove() {
      await current.engine.stop(0)
      current.store.close()
      const left = openSqlite(file)
      const findings =
        left.ok && options.tampers === undefined
          ? (await verifyHistory(createStore(left.database), {})).findings
          : []
      if (left.ok) left.database.close()
      rmSync(folder, { recursive: true })
      expect(findings).toEqual([])
    },
  }
  return fixture
}
