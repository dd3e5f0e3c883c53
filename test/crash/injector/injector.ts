import { AsyncLocalStorage } from 'node:async_hooks'
import { existsSync, writeSync } from 'node:fs'
import type { StepKind } from '../../../src/domain/step.ts'
import type { Direction, EffectForm, Fault, Order, Report } from './orders.ts'

/** Where the suite listens: a pipe, so that what is said reaches it whatever happens to this process next. */
const REPORT_FD = 3
const say = writeSync
const exists = existsSync
const kill = process.kill.bind(process)

/** One call that changes something, and how to break it. */
export interface Effect<T> {
  form: EffectForm
  /** What it does, without anything that differs from run to run. */
  what: string
  /** The step that it belongs to when no step is under way. */
  owner?: string
  perform(): T
  /** The call as it fails without having done anything. */
  fail(): T
  failAfter?(): T
  hang?(): T
  hangAfter?(): T
  killDuring?(): T
  killAfter?(): T
}

export interface Injector {
  obey(order: Order): void
  report(report: Report): void
  /** Performs the effect, or what was ordered in its place. */
  pass<T>(effect: Effect<T>): T
  /** Everything that happens in `work` belongs to this step. */
  during<T>(kind: StepKind, direction: Direction, work: () => T): T
  /** From now on transitions of the run count as undoing. */
  turnRound(): void
  /** Ends this process at once. */
  die(): never
  /** Blocks this process for good. */
  block(): never
}

export function createInjector(): Injector {
  const steps = new AsyncLocalStorage<{ kind: StepKind; direction: Direction }>()
  let order: Order = { do: 'nothing' }
  let counts = new Map<string, number>()
  let turned = false
  let spoiling: string | undefined
  let failing: string | undefined

  const report = (what: Report) => void say(REPORT_FD, `${JSON.stringify(what)}\n`)
  const sleep = (ms?: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  const die = (): never => {
    kill(process.pid, 'SIGKILL')
    for (;;) sleep()
  }
  const block = (): never => {
    report({ told: 'blocked' })
    for (;;) sleep()
  }

  function performBroken<T>(effect: Effect<T>, fault: Fault): T {
    report({ told: 'reached' })
    switch (fault) {
      case 'kill-before':
        return die()
      case 'kill-during':
        return (effect.killDuring ?? die)()
      case 'kill-after':
        if (effect.killAfter) return effect.killAfter()
        effect.perform()
        return die()
      case 'fail':
        return effect.fail()
      case 'fail-after':
        if (effect.failAfter) return effect.failAfter()
        effect.perform()
        return effect.fail()
      case 'hang':
        return (effect.hang ?? block)()
      case 'hang-after':
        if (effect.hangAfter) return effect.hangAfter()
        effect.perform()
        return block()
    }
  }

  return {
    report,
    die,
    block,
    obey(given) {
      order = given
      spoiling = 'spoiling' in given ? given.spoiling : undefined
      failing = 'failing' in given ? given.failing : undefined
      counts = new Map()
      turned = false
    },
    turnRound() {
      turned = true
    },
    during: (kind, direction, work) => steps.run({ kind, direction }, work),
    pass(effect) {
      if (order.do === 'nothing' && spoiling === undefined && failing === undefined) return effect.perform()
      const step = steps.getStore()
      const direction = step?.direction ?? (turned ? 'undo' : 'do')
      const base = `${step?.kind ?? effect.owner ?? 'worker'}/${direction}/${effect.what}`
      if (base === failing) return effect.fail()
      const count = (counts.get(base) ?? 0) + 1
      counts.set(base, count)
      const name = `${base}/${count}`
      if (name === spoiling) {
        spoiling = undefined
        return effect.fail()
      }
      if (order.do === 'nothing') return effect.perform()
      if (order.do === 'record') {
        const { form } = effect
        report({ told: 'point', point: { name, kind: step?.kind ?? null, direction, form } })
        return effect.perform()
      }
      if (name !== order.at) return effect.perform()
      const now = order
      order = { do: 'nothing' }
      if (now.do === 'break') return performBroken(effect, now.fault)
      report({ told: 'paused' })
      while (!exists(now.release)) sleep(5)
      return effect.perform()
    },
  }
}
