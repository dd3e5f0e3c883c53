import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { RunView } from '../../src/protocol/views.ts'
import { SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import type { CrashingWorker } from './crashing-worker.ts'
import type { Direction } from './injector/orders.ts'
import { leaveThings } from './leftovers.ts'
import { letAgentFail } from './sandbox-host.ts'

/** A hung service step is given up after six seconds of hurried time; the rest is a busy machine. */
const ENDS_WITHIN_MS = 40_000

export interface Newcomer {
  osUser: string
  telegramId: number
}

/** What is done with one person, and where in it the faults go. */
export interface Scenario {
  name: string
  /** Its points; those in the other direction belong to another scenario. */
  direction: Direction | 'any'
  /** This point fails in every trial, so that the run turns round where nothing else would make it. */
  spoiling?: string
  /** How the run may end. A run that undoes another one succeeds. */
  ends: readonly ('succeeded' | 'undone')[]
  /** What the host looks like when it succeeded: as after the undisturbed run, or as before everything. */
  success: 'as recorded' | 'as before'
  /** Before anything is broken; gives what `ask` is about, when there is something. */
  prepare(worker: CrashingWorker, person: Newcomer): Promise<number | null>
  /** Asks for it, insistently, and gives the run. */
  ask(worker: CrashingWorker, person: Newcomer, subject: number | null): Promise<number>
  /** What a success of it looks like, when its own undisturbed run does not succeed. */
  undisturbed?: Scenario
  /** Puts back what it changed beside the run. */
  finish?(): void
}

export async function onboard(worker: CrashingWorker, { osUser, telegramId }: Newcomer): Promise<number> {
  const answers = {
    telegram_id: telegramId,
    name: 'Ada Lovelace',
    os_user: osUser,
    role: 'user',
    account: 'create',
    proof: 'started',
  } as const
  const key = (what: string) => `${osUser}-${what}`
  const { request } = await worker.insist('request.draft', { answers }, key('draft'))
  const { id, plan } = request
  await worker.insist('request.submit', { id, digest: plan.digest }, key('submit'))
  const approved = await worker.insist('request.approve', { id, digest: plan.digest }, key('approve'))
  return runIdOf(approved.request)
}

export async function undo(
  worker: CrashingWorker,
  { osUser }: Newcomer,
  run_id: number | null,
): Promise<number> {
  if (run_id === null) throw new Error('cannot undo nothing')
  const key = (what: string) => `${osUser}-undo-${what}`
  const { request } = await worker.insist('run.undo', { run_id }, key('draft'))
  const { id, plan } = request
  await worker.insist('request.submit', { id, digest: plan.digest }, key('submit'))
  const approved = await worker.insist('request.approve', { id, digest: plan.digest }, key('approve'))
  return runIdOf(approved.request)
}

/** What became of the run, however often the worker has to be started again meanwhile. */
export async function endOf(worker: CrashingWorker, id: number): Promise<RunView> {
  const deadline = performance.now() + ENDS_WITHIN_MS
  for (;;) {
    const { run } = await worker.insist('run.get', { id }, '')
    if (['succeeded', 'undone', 'failed', 'superseded', 'cancelled'].includes(run.state)) return run
    if (performance.now() > deadline)
      throw new Error(`run ${id} is still ${run.state} after ${ENDS_WITHIN_MS} ms`)
    await delay(8)
  }
}

function runIdOf(request: { id: number; run_id: number | null }): number {
  if (request.run_id === null) throw new Error(`request ${request.id} is approved and has no run`)
  return request.run_id
}

const onboarding: Scenario = {
  name: 'onboarding',
  direction: 'do',
  ends: ['succeeded', 'undone'],
  success: 'as recorded',
  prepare: async () => null,
  ask: onboard,
}

/** The proof fails, so the account was never active; the agent command has left something in its home. */
const failingProof: Scenario = {
  name: 'failing-proof',
  direction: 'undo',
  ends: ['undone'],
  success: 'as before',
  async prepare() {
    letAgentFail(true)
    return null
  },
  ask: onboard,
  finish: () => letAgentFail(false),
}

/** The very last effect of the last step fails: everything is undone, access first. */
const failingLate: Scenario = {
  name: 'failing-late',
  direction: 'undo',
  spoiling: 'service/do/journal/1',
  ends: ['succeeded', 'undone'],
  success: 'as recorded',
  undisturbed: onboarding,
  prepare: async () => null,
  ask: onboard,
}

/** A person who was there for a while: a crontab, an at job, ipc, a process that goes on. */
const undoRequest: Scenario = {
  name: 'undo-request',
  direction: 'any',
  ends: ['succeeded'],
  success: 'as before',
  async prepare(worker, person) {
    const run = await onboard(worker, person)
    await endOf(worker, run)
    leaveThings(person.osUser)
    return run
  },
  ask: undo,
}

/** Somebody who lacks what the roster and the role say: a group, a folder, a file. */
const repair: Scenario = {
  name: 'repair',
  direction: 'do',
  ends: ['succeeded', 'undone'],
  success: 'as recorded',
  async prepare(worker, person) {
    await endOf(worker, await onboard(worker, person))
    takeThings(person)
    return null
  },
  ask: askForRepair,
}

function takeThings({ osUser, telegramId }: Newcomer): void {
  execFileSync('/usr/bin/gpasswd', ['--delete', osUser, 'builders'], { stdio: 'ignore' })
  rmSync(`${SYSTEM_PLACES.data}/memory/${telegramId}`, { recursive: true })
}

async function askForRepair(worker: CrashingWorker, { osUser }: Newcomer): Promise<number> {
  const key = (what: string) => `${osUser}-repair-${what}`
  const { reconciliation } = await worker.insist('reconcile.run', { smoke: false }, key('look'))
  const found = reconciliation.requests.find((request) => request.os_user === osUser)
  if (found === undefined) throw new Error(`nothing is to be repaired of ${osUser}`)
  const { id, digest } = found
  const { request } = await worker.insist('request.approve', { id, digest }, key('approve'))
  return runIdOf(request)
}

/** Somebody who gets another workspace and other values: a folder, the proof, and the entry as text. */
const edit: Scenario = {
  name: 'edit',
  direction: 'do',
  ends: ['succeeded', 'undone'],
  success: 'as recorded',
  async prepare(worker, person) {
    await endOf(worker, await onboard(worker, person))
    return null
  },
  ask: askForEdit,
}

async function askForEdit(worker: CrashingWorker, { osUser }: Newcomer): Promise<number> {
  const key = (what: string) => `${osUser}-edit-${what}`
  const changes = { workspace_base: '{home}/atelier', model: 'big', github_repos: ['ada/engine'] }
  const { request } = await worker.insist('person.edit', { name: osUser, changes }, key('draft'))
  const { id, plan } = request
  await worker.insist('request.submit', { id, digest: plan.digest }, key('submit'))
  const approved = await worker.insist('request.approve', { id, digest: plan.digest }, key('approve'))
  return runIdOf(approved.request)
}

/** An undo that could not remove the account goes on. */
const resumedUndo: Scenario = {
  name: 'resumed-undo',
  direction: 'undo',
  ends: ['undone'],
  success: 'as before',
  async prepare(worker, person) {
    await worker.order({ do: 'nothing', failing: 'account/undo/run:/usr/sbin/userdel' })
    letAgentFail(true)
    const { id, state } = await endOf(worker, await onboard(worker, person))
    if (state !== 'failed') throw new Error(`run ${id} is ${state} although its account could not be removed`)
    return id
  },
  async ask(worker, { osUser }, run_id) {
    if (run_id === null) throw new Error('cannot resume nothing')
    const { run } = await worker.insist('run.resume', { run_id }, `${osUser}-resume`)
    return run.id
  },
  finish: () => letAgentFail(false),
}

export const SCENARIOS: readonly Scenario[] = [
  onboarding,
  failingProof,
  failingLate,
  undoRequest,
  repair,
  edit,
  resumedUndo,
]
