/**
 * The laws that every step kind keeps, whatever it does: each kind joins with a fixture. A crash is a throw at a place where
 * the worker may be killed: at each commit of the journal, before and after it is durable, and after each mutation of
 * the host. What follows a crash sees only what was committed.
 */
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import type { StepKind, StepParams, StepRecord } from '../../src/domain/step.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import type {
  StepContext,
  StepImplementation,
  StepOutcome,
  UndoOutcome,
} from '../../src/provisioning/step-kind.ts'

export interface ArrangedStep<K extends StepKind> {
  host: Host
  params: StepParams[K]
  /** The run's marker, for a step that looks for it. */
  marker?: string
  /** Who has pressed Start; default nobody. */
  hasStarted?: (telegramId: number) => boolean
  /** Everything on the machine that the step may touch; equal when nothing has changed. */
  snapshot(): unknown
  /** Puts the machine back for the next law. */
  restore(): void | Promise<void>
}

export interface StepFixture<K extends StepKind> {
  /** Completes "step KIND …". */
  title: string
  arrange(): ArrangedStep<K> | Promise<ArrangedStep<K>>
  /** Whether an applied step changes anything; an adopted account does not. Default true. */
  changes?: boolean
}

class CrashError extends Error {}

type Crash = { at: 'before commit' | 'after commit' | 'after mutation'; number: number }

/** Declares the suite of the contract for one kind and one situation. */
export function describeStepContract<K extends StepKind, R extends StepRecord>(
  implementation: StepImplementation<K, R>,
  { title, arrange, changes = true }: StepFixture<K>,
): void {
  describe(`step ${implementation.kind} ${title}`, () => {
    let arranged: ArrangedStep<K> | null = null
    const begin = async () => {
      arranged = await arrange()
      return new Bench(implementation, arranged)
    }
    const end = async () => {
      await arranged?.restore()
      arranged = null
    }
    afterEach(end)

    test('once applied is as promised, and undo gives back what was before', async () => {
      const bench = await begin()
      const before = bench.snapshot()
      expect(await bench.apply()).toMatchObject({ ok: true })
      expect(await bench.verify()).toMatchObject({ ok: true })
      if (changes) expect(bench.snapshot()).not.toEqual(before)
      else expect(bench.snapshot()).toEqual(before)
      expect(await bench.undo()).toMatchObject({ state: 'undone' })
      expect(bench.snapshot()).toEqual(before)
    })

    test('applied twice is as applied once', async () => {
      const bench = await begin()
      const before = bench.snapshot()
      expect(await bench.apply()).toMatchObject({ ok: true })
      const once = bench.snapshot()
      expect(await bench.apply()).toMatchObject({ ok: true })
      expect(bench.snapshot()).toEqual(once)
      expect(await bench.verify()).toMatchObject({ ok: true })
      expect(await bench.undo()).toMatchObject({ state: 'undone' })
      expect(bench.snapshot()).toEqual(before)
    })

    test('undone twice is as undone once, and undone without a record is nothing', async () => {
      const bench = await begin()
      const before = bench.snapshot()
      expect(await bench.undo()).toMatchObject({ state: 'undone' })
      expect(bench.snapshot()).toEqual(before)
      await bench.apply()
      await bench.undo()
      expect(await bench.undo()).toMatchObject({ state: 'undone' })
      expect(bench.snapshot()).toEqual(before)
    })

    test.each(['apply', 'undo'] as const)('a crash anywhere in apply, then %s, converges', async (then) => {
      let crashes = 0
      for (const at of ['before commit', 'after commit', 'after mutation'] as const) {
        for (let number = 1; ; number++) {
          const bench = await begin()
          const before = bench.snapshot()
          if (!(await bench.crashIn('apply', { at, number }))) {
            await end()
            break
          }
          crashes++
          if (then === 'apply') {
            expect(await bench.apply(), `${at} ${number}`).toMatchObject({ ok: true })
            expect(await bench.verify(), `${at} ${number}`).toMatchObject({ ok: true })
          }
          expect(await bench.undo(), `${at} ${number}`).toMatchObject({ state: 'undone' })
          expect(bench.snapshot(), `${at} ${number}`).toEqual(before)
          await end()
        }
      }
      if (changes) expect(crashes).toBeGreaterThan(0)
    })

    test('a crash anywhere in undo, then undo again, converges', async () => {
      for (const at of ['before commit', 'after commit', 'after mutation'] as const) {
        for (let number = 1; ; number++) {
          const bench = await begin()
          const before = bench.snapshot()
          await bench.apply()
          const crashed = await bench.crashIn('undo', { at, number })
          expect(await bench.undo(), `${at} ${number}`).toMatchObject({ state: 'undone' })
          expect(bench.snapshot(), `${at} ${number}`).toEqual(before)
          await end()
          if (!crashed) break
        }
      }
    })
  })
}

/** One step with a journal, of which only what was committed survives a crash. */
class Bench<K extends StepKind, R extends StepRecord> {
  readonly #implementation: StepImplementation<K, R>
  readonly #arranged: ArrangedStep<K>
  readonly #marker: string
  #committed: string | null = null

  constructor(implementation: StepImplementation<K, R>, arranged: ArrangedStep<K>) {
    this.#implementation = implementation
    this.#arranged = arranged
    this.#marker = arranged.marker ?? randomBytes(16).toString('hex')
  }

  snapshot(): unknown {
    return this.#arranged.snapshot()
  }

  apply(crash?: Crash): Promise<StepOutcome> {
    return this.#implementation.apply(this.#context(crash), this.#arranged.params, this.#record())
  }

  verify(): Promise<StepOutcome> {
    // A step that found nothing to do may have committed nothing: the runner gives it an empty record.
    const record = this.#record() ?? ({} as R)
    return this.#implementation.verify(this.#context(), this.#arranged.params, record)
  }

  undo(crash?: Crash): Promise<UndoOutcome> {
    return this.#implementation.undo(this.#context(crash), this.#arranged.params, this.#record())
  }

  /** False when it ended before the crash was reached. */
  async crashIn(what: 'apply' | 'undo', crash: Crash): Promise<boolean> {
    try {
      await (what === 'apply' ? this.apply(crash) : this.undo(crash))
      return false
    } catch (error) {
      if (error instanceof CrashError) return true
      throw error
    }
  }

  #record(): R | null {
    return this.#committed === null ? null : (JSON.parse(this.#committed) as R)
  }

  #context(crash?: Crash): StepContext<R> {
    let commits = 0
    const crashesAt = (at: Crash['at'], number: number) => crash?.at === at && crash.number === number
    return {
      host:
        crash?.at === 'after mutation'
          ? crashingHost(this.#arranged.host, crash.number)
          : this.#arranged.host,
      run: { runId: 7, requestId: 5, marker: this.#marker, undoing: false },
      signal: AbortSignal.timeout(60_000),
      hasStarted: this.#arranged.hasStarted ?? (() => false),
      journal: {
        commit: (record) => {
          commits++
          if (crashesAt('before commit', commits)) throw new CrashError()
          this.#committed = JSON.stringify(record)
          if (crashesAt('after commit', commits)) throw new CrashError()
        },
      },
    }
  }
}

/** What changes the machine. */
const MUTATIONS = new Set([
  ...['makeDirectory', 'makeHome', 'removeTemporary', 'removeEmptyDirectory', 'quarantine'],
  ...['create', 'remove', 'removeRemains', 'setGecos', 'expire', 'liftExpiry'],
  ...['joinGroup', 'joinGroups', 'leaveGroup'],
  ...['run', 'runAsPerson', 'endProcessesOf', 'edit', 'perform'],
])

/** The host, dying after the n-th mutation. */
function crashingHost(host: Host, number: number): Host {
  let count = 0
  const dying = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function' || !MUTATIONS.has(String(name))) return value
        return async (...args: unknown[]) => {
          const result: unknown = await Reflect.apply(value, target, args)
          if (++count === number) throw new CrashError()
          return result
        }
      },
    })
  return {
    ...host,
    accounts: dying(host.accounts),
    files: dying(host.files),
    programs: dying(host.programs),
    roster: dying(host.roster),
    services: dying(host.services),
  }
}
