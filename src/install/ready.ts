import { readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Programs } from '../provisioning/host/programs/programs.ts'

const SYSTEMCTL = '/usr/bin/systemctl'
const JOURNALCTL = '/usr/bin/journalctl'
const POLL_MS = 50
/** How long what is ready must stay so: some versions end right after they said it. */
const SETTLE_MS = 1000
/** Of the journal, in a message about what did not start. */
const LAST_LINES = 8
/** What is queued in systemd itself takes no longer. */
const QUICK_MS = 30_000

/** Our services: the worker first, of which the others are clients. */
export const SERVICES = ['usher-worker.service', 'usher-bot.service', 'usher-witness.service'] as const

type Run = Pick<Programs, 'run'>

/** What systemd says of a unit, systemctl(1) show. */
export interface UnitState {
  /** `active` once a unit of Type=notify said READY=1. */
  active: string
  sub: string
  result: string
  pid: number
  restarts: number
  /** Whether its conditions held when it was last started; one without its token is skipped. */
  conditionHeld: boolean
  /** Microseconds of the monotonic clock; 0 for never. */
  activeSince: number
  activeUntil: number
}

const PROPERTIES = [
  ...['ActiveState', 'SubState', 'Result', 'MainPID', 'NRestarts', 'ConditionResult'],
  ...['ActiveEnterTimestampMonotonic', 'ActiveExitTimestampMonotonic'],
]

/** A unit that systemd does not know is `inactive`. */
export async function unitState({ run }: Run, unit: string): Promise<UnitState> {
  const args = ['show', `--property=${PROPERTIES.join(',')}`, '--', unit]
  const { stdout } = await run(SYSTEMCTL, args, { timeoutMs: QUICK_MS })
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? ''
  return {
    active: value('ActiveState') || 'inactive',
    sub: value('SubState'),
    result: value('Result'),
    pid: Number(value('MainPID')),
    restarts: Number(value('NRestarts')),
    conditionHeld: value('ConditionResult') !== 'no',
    activeSince: Number(value('ActiveEnterTimestampMonotonic')),
    activeUntil: Number(value('ActiveExitTimestampMonotonic')),
  }
}

/** Whether a unit runs or is on its way, an automatic restart included. */
export function isUp({ active }: UnitState): boolean {
  return ['active', 'activating', 'reloading'].includes(active)
}

/** The version of `/opt/usher/VERSION` that a process runs, or null. */
export function versionOfProcess(pid: number, folder: string): string | null {
  try {
    const program = readlinkSync(`/proc/${pid}/exe`)
    return program.startsWith(`${folder}/`) ? (program.slice(folder.length + 1).split('/')[0] ?? null) : null
  } catch {
    return null
  }
}

export type Ready = { ok: true; skipped: string[] } | { ok: false; unit: string; why: string }

/**
 * Starts or restarts units and waits until each is ready and stays so for a moment. The first is waited for before the others
 * are told: they are its clients. `skipped` are those whose conditions do not hold. A unit that ends before it was ready is not
 * waited for again, whatever its Restart= says.
 */
export async function makeReady(
  programs: Run,
  verb: 'start' | 'restart',
  units: readonly string[],
  limitMs: number,
): Promise<Ready> {
  const [first, ...others] = units
  const deadline = performance.now() + limitMs
  for (const group of [first === undefined ? [] : [first], others]) {
    if (group.length === 0) continue
    await programs.run(SYSTEMCTL, ['reset-failed', '--', ...group], { timeoutMs: QUICK_MS })
    const left = Math.max(1000, deadline - performance.now())
    const told = await programs.run(SYSTEMCTL, ['--no-ask-password', verb, '--', ...group], {
      timeoutMs: left,
    })
    const timedOut = performance.now() >= deadline
    for (const unit of group) {
      const state = await unitState(programs, unit)
      if (state.active === 'active' || (told.ok && !state.conditionHeld)) continue
      const seconds = Math.round(limitMs / 1000)
      const why = timedOut ? `not ready within ${seconds} s (${shown(state)})` : `${shown(state)}`
      return { ok: false, unit, why: `${why}${await lastWords(programs, unit)}` }
    }
  }
  return settled(programs, units)
}

/** Has units started without waiting for them. */
export async function startLater({ run }: Run, units: readonly string[]): Promise<void> {
  if (units.length === 0) return
  await run(SYSTEMCTL, ['reset-failed', '--', ...units], { timeoutMs: QUICK_MS })
  await run(SYSTEMCTL, ['start', '--no-block', '--', ...units], { timeoutMs: QUICK_MS })
}

/** Stops units and waits for their end. */
export async function stopUnits({ run }: Run, units: readonly string[]): Promise<void> {
  if (units.length === 0) return
  await run(SYSTEMCTL, ['stop', '--', ...units], { timeoutMs: 120_000 })
  await run(SYSTEMCTL, ['reset-failed', '--', ...units], { timeoutMs: QUICK_MS })
}

async function settled(programs: Run, units: readonly string[]): Promise<Ready> {
  const skipped: string[] = []
  const before = new Map<string, UnitState>()
  for (const unit of units) {
    const state = await unitState(programs, unit)
    if (!state.conditionHeld && !isUp(state)) skipped.push(unit)
    else before.set(unit, state)
  }
  const end = performance.now() + (before.size > 0 ? SETTLE_MS : 0)
  for (;;) {
    for (const [unit, then] of before) {
      const now = await unitState(programs, unit)
      if (now.active === 'active' && now.pid === then.pid && now.restarts === then.restarts) continue
      return {
        ok: false,
        unit,
        why: `it ended right after it was ready (${shown(now)})${await lastWords(programs, unit)}`,
      }
    }
    if (performance.now() >= end) return { ok: true, skipped }
    await sleep(POLL_MS * 4)
  }
}

function shown({ active, sub, result }: UnitState): string {
  return `${active} (${sub})${result === '' || result === 'success' ? '' : `, ${result}`}`
}

/** The last that it wrote to the journal, indented, or nothing. */
async function lastWords({ run }: Run, unit: string): Promise<string> {
  const args = [`--unit=${unit}`, `--lines=${LAST_LINES}`, '--output=cat', '--no-pager', '--quiet']
  const { stdout } = await run(JOURNALCTL, args, { timeoutMs: QUICK_MS })
  const lines = stdout.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => `\n    ${line}`).join('')
}
