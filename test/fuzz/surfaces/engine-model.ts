import fc from 'fast-check'
import type { StepFailure, StepKind } from '../../../src/domain/step.ts'
import type { OperationInput, OperationName } from '../../../src/protocol/operations.ts'
import type { Caller } from '../../../src/worker/caller.ts'
import { crashing } from '../../support/crashing-database.ts'
import {
  admin,
  engineFixture,
  type Fixture,
  operator,
  role,
  telegramUser,
  testConfig,
} from '../../support/engine-fixture.ts'
import type { StepScript } from '../../support/fake-steps.ts'
import { checkEngineLaws } from '../engine-laws.ts'
import { type Exploration, runParameters, type Surface } from '../surface.ts'

const BOUND_MS = 10_000
const HOUR = 3_600_000
const IDS = [42, 43, 44]
const NAMES = ['ada', 'ben', 'cleo']
const CALLERS: readonly Caller[] = [operator, admin(7), admin(8)]
const BREAKABLE = ['account', 'groups', 'data-dirs', 'smoke-test', 'roster', 'service'] as const

/** What a request is, as far as the world has been told. */
interface KnownRequest {
  kind: 'onboard' | 'undo'
  state: string
  /** Distinct persons who approved this revision. */
  approvers: Set<string>
  need: number
  onTerminal: boolean
  telegramId: number
  osUser: string
}
interface Model {
  requests: Map<number, KnownRequest>
  /** After a kill nobody knows what was done last: the model looks again. */
  kills: number
}
/** What breaks in the runs that begin from now on. */
interface Breakage {
  kind: StepKind
  apply: boolean
  undo: boolean
}
interface Real {
  fixture: Fixture
  breakage: { now: Breakage | null }
  keys: number
}
type Command = fc.AsyncCommand<Model, Real>

async function openReal(): Promise<Real> {
  const breakage: Real['breakage'] = { now: null }
  const failure: StepFailure = { code: 'program_failed', params: { program: '/bin/false', status: 1 } }
  const script = Object.fromEntries(
    BREAKABLE.map((kind): [StepKind, StepScript] => [
      kind,
      {
        apply: () => (breakage.now?.kind === kind && breakage.now.apply ? failure : undefined),
        undo: () => (breakage.now?.kind === kind && breakage.now.undo ? failure : undefined),
      },
    ]),
  )
  const { roles } = testConfig()
  const pair = role('pair', { approval: { count: 2, self: true, step_up: 'none', expiresMs: 2 * HOUR } })
  const fixture = await engineFixture({
    script,
    config: { roles: new Map([...roles, ['pair', pair]]) },
    limits: { retryMs: 5 },
  })
  return { fixture, breakage, keys: 0 }
}

/** Waits until nothing is under way. */
async function settle({ fixture }: Real): Promise<void> {
  const until = performance.now() + BOUND_MS
  while (fixture.store.runs.count(['queued', 'running', 'undoing']) > 0) {
    if (performance.now() > until) throw new Error('a run hung')
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

/** One call under a key of its own; its answer is the same when it is asked again. */
async function call<N extends OperationName>(
  real: Real,
  caller: Caller,
  operation: N,
  input: OperationInput<N>,
) {
  const key = `key-${++real.keys}`
  const sent = await real.fixture.challenged(caller, operation, input)
  const result = await real.fixture.call(caller, operation, sent, key)
  await settle(real)
  if (result.ok && real.keys % 3 === 0) {
    const latest = real.fixture.engine.events.latest()
    const again = await real.fixture.call(caller, operation, sent, key)
    if (!again.ok) throw new Error(`${operation} was answered otherwise the second time: ${again.error.code}`)
    if (real.fixture.engine.events.latest() !== latest) throw new Error(`${operation} was done twice`)
  }
  return result.ok
    ? { ok: true as const, output: result.output }
    : { ok: false as const, code: result.error.code }
}

function expectCode(what: string, got: { ok: boolean; code?: string }, allowed: readonly string[]): void {
  const code = got.ok ? 'ok' : (got.code ?? '')
  if (!allowed.includes(code)) throw new Error(`${what}: expected ${allowed.join(' or ')}, got ${code}`)
}

/** The model's states and the database's are the same. */
function compare(model: Model, { fixture }: Real): void {
  for (const [id, known] of model.requests) {
    const stored = fixture.store.requests.get(id)
    if (stored?.state !== known.state) {
      throw new Error(`request ${id} is ${stored?.state} and should be ${known.state}`)
    }
  }
  checkEngineLaws(fixture)
}

/** Takes everything from the database: after a kill, and what a refused or drifting run brought back. */
function lookAgain(model: Model, { fixture }: Real): void {
  for (const request of fixture.store.requests.list({ open: false, limit: 10_000 })) {
    const { id, revision, subject } = request
    const approvals = fixture.store.decisions.approvals(id, revision)
    const answers = answersOf(fixture, id)
    model.requests.set(id, {
      kind: subject.kind === 'undo' ? 'undo' : 'onboard',
      state: request.state,
      approvers: new Set(approvals.map(({ personKey }) => personKey)),
      need: answers.role === 'pair' ? 2 : 1,
      onTerminal: approvals.some(({ via }) => via === 'terminal'),
      telegramId: answers.telegram_id,
      osUser: answers.os_user,
    })
  }
}

function answersOf(fixture: Fixture, id: number) {
  const { store } = fixture
  const request = store.requests.get(id)
  if (request === null) throw new Error(`request ${id} disappeared`)
  const { subject } = request
  const run = subject.kind === 'undo' ? store.runs.get(subject.runId) : null
  const about = run === null ? subject : store.requests.get(run.requestId)?.subject
  if (about?.kind !== 'onboard' && about?.kind !== 'repair') {
    throw new Error(`request ${id} is a ${about?.kind}, which the model does not ask for`)
  }
  return about.answers
}

/** Everything undecided whose time is up. */
function lapse(model: Model, { fixture }: Real): void {
  for (const [id, known] of model.requests) {
    const stored = fixture.store.requests.get(id)
    const isOpen = known.state === 'draft' || known.state === 'submitted'
    if (isOpen && stored !== null && stored.expiresAt <= fixture.time.now) known.state = 'expired'
  }
}

abstract class Step implements Command {
  check(): boolean {
    return true
  }
  async run(model: Model, real: Real): Promise<void> {
    await settle(real)
    lapse(model, real)
    await this.act(model, real)
    await settle(real)
    compare(model, real)
  }
  protected abstract act(model: Model, real: Real): Promise<void>
  abstract toString(): string
}

class Draft extends Step {
  readonly #who: number
  readonly #id: number
  readonly #name: number
  readonly #role: string
  constructor(who: number, id: number, name: number, role: string) {
    super()
    this.#who = who
    this.#id = id
    this.#name = name
    this.#role = role
  }
  async act(model: Model, real: Real) {
    const answers = {
      telegram_id: IDS[this.#id]!,
      os_user: NAMES[this.#name]!,
      name: `Person ${this.#id}`,
      role: this.#role,
      account: 'create',
      proof: 'started',
    } as const
    const isThere =
      real.fixture.machine.accounts.has(answers.os_user) ||
      real.fixture.machine.roster.some(
        ({ telegram_id, os_user }) => telegram_id === answers.telegram_id || os_user === answers.os_user,
      )
    const resources = [`telegram:${answers.telegram_id}`, `os_user:${answers.os_user}`]
    const isHeld = real.fixture.store.holds.heldByOther(resources, null) !== null
    const leftover = [...real.fixture.machine.paths.keys()].some(
      (path) => path === `/home/${answers.os_user}` || path.endsWith(`/${answers.telegram_id}`),
    )
    const result = await call(real, CALLERS[this.#who]!, 'request.draft', { answers })
    if (isThere || isHeld) expectCode(this.toString(), result, ['invalid', 'held'])
    else expectCode(this.toString(), result, leftover ? ['ok', 'invalid'] : ['ok'])
    if (result.ok) {
      const { id } = result.output.request
      const known = model.requests.get(id)
      if (known !== undefined && known.state !== 'draft') throw new Error(`draft ${id} was ${known.state}`)
      lookAgain(model, real)
    }
  }
  toString() {
    return `draft(${this.#who}, ${IDS[this.#id]}, ${NAMES[this.#name]}, ${this.#role})`
  }
}

type Decision = 'request.submit' | 'request.approve' | 'request.deny' | 'request.cancel'

class Decide extends Step {
  readonly #operation: Decision
  readonly #who: number
  readonly #at: number
  constructor(operation: Decision, who: number, at: number) {
    super()
    this.#operation = operation
    this.#who = who
    this.#at = at
  }
  async act(model: Model, real: Real) {
    const ids = [...model.requests.keys()]
    const id = ids[this.#at % Math.max(1, ids.length)]
    const known = id === undefined ? undefined : model.requests.get(id)
    const stored = real.fixture.store.requests.get(id ?? 0)
    if (id === undefined || known === undefined || stored === null) return
    const caller = CALLERS[this.#who]!
    const { digest } = stored.plan
    const input =
      this.#operation === 'request.submit' || this.#operation === 'request.approve' ? { id, digest } : { id }
    const result = await call(real, caller, this.#operation, input as { id: number; digest: string })
    const late = known.state === 'expired' ? ['expired'] : ['already_decided']
    const isOpen = known.state === 'draft' || known.state === 'submitted'
    switch (this.#operation) {
      case 'request.submit':
        // What the host or somebody else's request has against it is not the model's to know.
        if (!isOpen) expectCode(this.toString(), result, late)
        else if (known.state === 'submitted') expectCode(this.toString(), result, ['ok'])
        else expectCode(this.toString(), result, ['ok', 'held', 'invalid', 'digest_differs', 'not_undoable'])
        if (result.ok) known.state = 'submitted'
        return
      case 'request.approve':
        return this.#approved(model, real, { id, known, isOpen, late, caller, result })
      case 'request.deny':
      case 'request.cancel': {
        const to = this.#operation === 'request.deny' ? 'denied' : 'cancelled'
        if (!isOpen) expectCode(this.toString(), result, late)
        else if (known.state === 'draft' && to === 'denied') {
          expectCode(this.toString(), result, ['bad_request'])
        } else {
          expectCode(this.toString(), result, ['ok'])
          known.state = to
        }
      }
    }
  }
  #approved(
    model: Model,
    real: Real,
    seen: {
      id: number
      known: KnownRequest
      isOpen: boolean
      late: string[]
      caller: Caller
      result: { ok: boolean; code?: string }
    },
  ) {
    const { id, known, isOpen, late, caller, result } = seen
    if (!isOpen) return expectCode(this.toString(), result, late)
    if (known.state === 'draft') return expectCode(this.toString(), result, ['bad_request'])
    expectCode(this.toString(), result, ['ok'])
    known.approvers.add(caller.personKey ?? '')
    known.onTerminal ||= caller.actor.kind === 'operator'
    const isEnough = known.approvers.size >= known.need && (known.kind !== 'undo' || known.onTerminal)
    if (!isEnough) return
    known.state = 'approved'
    // A run that finds the host otherwise than approved brings its request back.
    const runId = real.fixture.store.runs.newestOf(id)
    const run = runId === null ? null : real.fixture.store.runs.get(runId)
    if (run === null) throw new Error(`request ${id} was approved and has no run`)
    if (run.state === 'superseded') lookAgain(model, real)
    else if (!['succeeded', 'undone', 'failed'].includes(run.state)) {
      throw new Error(`run ${run.id} came to rest ${run.state}`)
    }
    if (real.breakage.now === null && run.state !== 'succeeded' && run.state !== 'superseded') {
      throw new Error(`run ${run.id} is ${run.state} although nothing was broken`)
    }
  }
  toString() {
    return `${this.#operation}(${this.#who}, ${this.#at})`
  }
}

type Choice = 'run.undo' | 'run.retry' | 'run.keep' | 'run.resume' | 'run.abandon'

class Choose extends Step {
  readonly #operation: Choice
  readonly #at: number
  constructor(operation: Choice, at: number) {
    super()
    this.#operation = operation
    this.#at = at
  }
  async act(model: Model, real: Real) {
    const runs = real.fixture.store.runs.inState(['succeeded', 'undone', 'failed', 'superseded'])
    const run = runs[this.#at % Math.max(1, runs.length)]
    if (run === undefined) return
    const input = { run_id: run.id, ...(this.#operation === 'run.abandon' ? { reason: 'enough' } : {}) }
    const result = await call(real, operator, this.#operation, input as { run_id: number; reason: string })
    const from: Record<Choice, string> = {
      'run.undo': 'succeeded',
      'run.retry': 'undone',
      'run.keep': 'undone',
      'run.resume': 'failed',
      'run.abandon': 'failed',
    }
    if (run.state !== from[this.#operation]) {
      expectCode(this.toString(), result, ['wrong_state', 'not_undoable'])
    }
    lookAgain(model, real)
  }
  toString() {
    return `${this.#operation}(${this.#at})`
  }
}

class Wait extends Step {
  readonly #hours: number
  constructor(hours: number) {
    super()
    this.#hours = hours
  }
  async act(model: Model, real: Real) {
    real.fixture.time.now += this.#hours * HOUR
    // Whatever is asked next finds it closed.
    await call(real, operator, 'status', {})
    lapse(model, real)
  }
  toString() {
    return `wait(${this.#hours} h)`
  }
}

class Break extends Step {
  readonly #breakage: Breakage | null
  constructor(breakage: Breakage | null) {
    super()
    this.#breakage = breakage
  }
  async act(_model: Model, real: Real) {
    real.breakage.now = this.#breakage
  }
  toString() {
    return `break(${JSON.stringify(this.#breakage)})`
  }
}

class Restart extends Step {
  async act(_model: Model, real: Real) {
    await real.fixture.restart()
  }
  toString() {
    return 'restart'
  }
}

class Start extends Step {
  readonly #id: number
  constructor(id: number) {
    super()
    this.#id = id
  }
  async act(_model: Model, real: Real) {
    const result = await call(real, telegramUser(IDS[this.#id]!, []), 'person.started', {})
    expectCode(this.toString(), result, ['ok', 'not_found'])
  }
  toString() {
    return `start(${IDS[this.#id]})`
  }
}

/** Does something else, dies at its n-th write, and comes up again. */
class Kill extends Step {
  readonly #write: number
  readonly #when: 'before' | 'after'
  readonly #at: number
  constructor(write: number, when: 'before' | 'after', at: number) {
    super()
    this.#write = write
    this.#when = when
    this.#at = at
  }
  async act(model: Model, real: Real) {
    const died = Promise.withResolvers<void>()
    // The engine's own start writes, too: dying there is a case like any other.
    const wrap = crashing(this.#write + 2, this.#when, died.resolve)
    await real.fixture.restart({ wrap }).catch(() => undefined)
    const open = [...model.requests].filter(([, { state }]) => state === 'submitted')
    const [id] = open[this.#at % Math.max(1, open.length)] ?? []
    const stored = id === undefined ? null : real.fixture.store.requests.get(id)
    if (stored !== null) {
      const { digest } = stored.plan
      const approving = real.fixture.call(operator, 'request.approve', { id: stored.id, digest }, 'the-kill')
      const done = approving.then(() => settle(real)).catch(() => undefined)
      await Promise.race([died.promise, done])
    }
    await real.fixture.restart()
    await settle(real)
    model.kills++
    lookAgain(model, real)
  }
  toString() {
    return `kill(${this.#when} write ${this.#write}, ${this.#at})`
  }
}

const index = fc.nat(30)
const who = fc.nat(CALLERS.length - 1)
const person = fc.nat(IDS.length - 1)
const decide = (operation: Decision) => fc.tuple(who, index).map(([a, b]) => new Decide(operation, a, b))
const choose = (operation: Choice) => index.map((at) => new Choose(operation, at))
const breakage = fc.record({
  kind: fc.constantFrom<StepKind[]>(...BREAKABLE),
  apply: fc.boolean(),
  undo: fc.boolean(),
})

/** Weighted by repetition: what leads somewhere comes often. */
const commands: fc.Arbitrary<Command>[] = [
  ...Array.from({ length: 4 }, () =>
    fc
      .tuple(who, person, person, fc.constantFrom('user', 'user', 'pair'))
      .map(([a, b, c, d]) => new Draft(a, b, c, d)),
  ),
  ...Array.from({ length: 4 }, () => decide('request.submit')),
  ...Array.from({ length: 5 }, () => decide('request.approve')),
  decide('request.deny'),
  decide('request.cancel'),
  choose('run.undo'),
  choose('run.undo'),
  choose('run.retry'),
  choose('run.keep'),
  choose('run.resume'),
  choose('run.abandon'),
  fc.constantFrom(1, 3, 25).map((hours) => new Wait(hours)),
  breakage.map((one) => new Break(one)),
  fc.constant(new Break(null)),
  fc.constant(new Restart()),
  person.map((id) => new Start(id)),
  fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom<('before' | 'after')[]>('before', 'after'), index)
    .map(([a, b, c]) => new Kill(a, b, c)),
]
const MAX_COMMANDS = 60

export const engineModel: Surface = {
  name: 'requests-and-runs',
  what: 'operations, restarts and kills in any order, against a model',
  inputs: 12_000,
  needsSandbox: false,
  async explore(plan: Exploration) {
    let inputs = 0
    await fc.assert(
      fc.asyncProperty(
        fc.commands(commands, { maxCommands: MAX_COMMANDS, size: 'max' }),
        async (sequence) => {
          const real = await openReal()
          try {
            const counted = [...sequence]
            inputs += counted.length
            await fc.asyncModelRun(() => ({ model: { requests: new Map(), kills: 0 }, real }), counted)
          } finally {
            await real.fixture.remove()
          }
        },
      ),
      runParameters(plan, plan.inputs / (MAX_COMMANDS / 2)),
    )
    return inputs
  },
}
