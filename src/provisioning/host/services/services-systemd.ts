import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { ServiceAction, StepFailure } from '../../../domain/step.ts'
import type { FileOutcome } from '../files/safe-files.ts'
import type { Programs } from '../programs/programs.ts'
import { type Clock, Coalescer } from './coalescing.ts'
import type { Services } from './services.ts'

const SYSTEMCTL = '/usr/bin/systemctl'
const JOURNALCTL = '/usr/bin/journalctl'

/** Two less than systemd's default start limit, for whoever else starts the unit. */
const BUDGET = { limit: 3, windowMs: 10_000 }
/** systemd's own default for a start is 90 s. */
const START_MS = 95_000
/** How long a unit that was started may take to be active and stay so. */
const SETTLE_MS = 15_000
const POLL_MS = 50
/** A unit counts as active when the same process is still there after so long: a simple one is "active" before its exec. */
const STABLE_MS = 200

type Changing = Exclude<ServiceAction, 'remind'>
type Outcome = FileOutcome<{ durationMs: number }>

export interface ServicesOptions {
  clock?: Clock
  /** Whether systemd is PID 1 here: sd_booted(3). */
  booted?: () => boolean
}

const realClock: Clock = { now: () => performance.now(), sleep: (ms) => delay(ms) }

/** Services as systemd runs them. */
export function createServices(programs: Pick<Programs, 'run'>, options: ServicesOptions = {}): Services {
  const { clock = realClock, booted = () => existsSync('/run/systemd/system') } = options
  const units = new Map<string, Coalescer<Changing, Outcome>>()
  const coalescer = (unit: string) => {
    const known =
      units.get(unit) ??
      new Coalescer<Changing, Outcome>(
        clock,
        BUDGET,
        // A restart does what a reload does.
        (waiting, joining) => (waiting === 'restart' ? waiting : joining),
        ({ action, countExtraStart }) => act(programs, clock, unit, action, countExtraStart),
      )
    units.set(unit, known)
    return known
  }

  return {
    available: async () => booted(),
    async perform(unit, action, signal) {
      if (action === 'remind') return { ok: true, durationMs: 0 }
      if (!booted()) return failed(unit, 'unknown: systemd does not run here')
      if (signal.aborted) return { ok: false, failure: stopped(unit, signal) }
      const asked = clock.now()
      const { promise: aborted, resolve } = Promise.withResolvers<Outcome>()
      const onAbort = () => resolve({ ok: false, failure: stopped(unit, signal) })
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        const outcome = await Promise.race([coalescer(unit).request(action), aborted])
        return outcome.ok ? { ok: true, durationMs: clock.now() - asked } : outcome
      } finally {
        signal.removeEventListener('abort', onAbort)
      }
    },
    async isActive(unit) {
      if (!booted()) return false
      return isSettled(await show(programs, unit))
    },
  }
}

/** The action, then the wait until the unit is active and stays so; a start limit that was hit is reset once. */
async function act(
  programs: Pick<Programs, 'run'>,
  clock: Clock,
  unit: string,
  action: Changing,
  countExtraStart: () => void,
): Promise<Outcome> {
  const first = await attempt(programs, clock, unit, action)
  if (first.state === 'active') return { ok: true, durationMs: first.durationMs }
  if (!first.startLimit) return describeFailure(programs, unit, first)
  await programs.run(SYSTEMCTL, ['reset-failed', '--', unit])
  countExtraStart()
  const second = await attempt(programs, clock, unit, 'restart')
  if (second.state === 'active') return { ok: true, durationMs: first.durationMs + second.durationMs }
  return describeFailure(programs, unit, second)
}

type Attempt =
  | { state: 'active'; durationMs: number }
  | { state: 'not active'; durationMs: number; shown: string; startLimit: boolean; stderr: string }

async function attempt(
  programs: Pick<Programs, 'run'>,
  clock: Clock,
  unit: string,
  action: Changing,
): Promise<Attempt> {
  const startedAt = clock.now()
  const command = await programs.run(SYSTEMCTL, ['--no-ask-password', action, '--', unit], {
    timeoutMs: START_MS,
  })
  const deadline = clock.now() + SETTLE_MS
  for (;;) {
    const before = await show(programs, unit)
    const settled = command.ok && isSettled(before)
    if (settled && (await staysSo(programs, clock, unit, before))) {
      return { state: 'active', durationMs: clock.now() - startedAt }
    }
    // What neither runs nor is on its way will not become active by waiting; an automatic restart is on its way.
    const hopeless =
      !settled && !['active', 'activating', 'reloading', 'deactivating'].includes(before.ActiveState)
    if (!command.ok || hopeless || clock.now() >= deadline) {
      return {
        state: 'not active',
        durationMs: clock.now() - startedAt,
        shown: shownState(before),
        startLimit: before.Result === 'start-limit-hit' || isStartLimit(command.ok ? '' : command.stderr),
        stderr: command.stderr,
      }
    }
    await clock.sleep(POLL_MS)
  }
}

async function staysSo(
  programs: Pick<Programs, 'run'>,
  clock: Clock,
  unit: string,
  before: UnitState,
): Promise<boolean> {
  // A oneshot unit has done its work when its start returned.
  if (before.Type === 'oneshot') return true
  await clock.sleep(STABLE_MS)
  const after = await show(programs, unit)
  return isSettled(after) && after.MainPID === before.MainPID && after.NRestarts === before.NRestarts
}

const PROPERTIES = ['LoadState', 'ActiveState', 'SubState', 'Type', 'Result', 'MainPID', 'NRestarts'] as const
type UnitState = Record<(typeof PROPERTIES)[number], string>

/** systemctl(1) show: what it cannot say is empty. */
async function show(programs: Pick<Programs, 'run'>, unit: string): Promise<UnitState> {
  const result = await programs.run(SYSTEMCTL, ['show', `--property=${PROPERTIES.join(',')}`, '--', unit])
  const values = new Map(
    result.stdout.split('\n').map((line): [string, string] => {
      const [name = '', ...value] = line.split('=')
      return [name, value.join('=')]
    }),
  )
  return Object.fromEntries(PROPERTIES.map((name) => [name, values.get(name) ?? ''])) as UnitState
}

function isSettled({ ActiveState, Type, Result }: UnitState): boolean {
  if (ActiveState === 'active') return true
  return Type === 'oneshot' && ActiveState === 'inactive' && Result === 'success'
}

function shownState({ LoadState, ActiveState, SubState, Result }: UnitState): string {
  if (LoadState !== '' && LoadState !== 'loaded') return LoadState
  const result = Result === '' || Result === 'success' ? '' : `, ${Result}`
  return `${ActiveState || 'unknown'} (${SubState || 'unknown'}${result})`
}

function isStartLimit(stderr: string): boolean {
  return /start of the service was attempted too often|Start request repeated too quickly/i.test(stderr)
}

async function describeFailure(
  programs: Pick<Programs, 'run'>,
  unit: string,
  { shown, startLimit, stderr }: Attempt & { state: 'not active' },
): Promise<Outcome> {
  const journal = existsSync(JOURNALCTL)
    ? await programs.run(
        JOURNALCTL,
        ['--unit', unit, '--lines=10', '--no-pager', '--quiet', '--output=cat'],
        {
          timeoutMs: 5_000,
        },
      )
    : null
  const detail = [stderr.trim(), journal?.stdout.trim() ?? ''].filter((text) => text !== '').join('\n')
  if (startLimit) return { ok: false, failure: { code: 'service_start_limit', params: { unit }, detail } }
  return failed(unit, shown, detail)
}

function failed(unit: string, state: string, detail?: string): Outcome {
  return {
    ok: false,
    failure: { code: 'service_not_active', params: { unit, state }, ...(detail ? { detail } : {}) },
  }
}

function stopped(unit: string, signal: AbortSignal): StepFailure {
  const timeout = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  return timeout ? { code: 'timed_out', params: { unit } } : { code: 'interrupted', params: { unit } }
}
