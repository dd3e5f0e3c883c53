import type { DomainEvent, EventType } from '../../src/domain/event.ts'
import { brokenLink } from '../../src/domain/event-hash.ts'
import type { JsonObject } from '../../src/domain/json.ts'
import type { EventView, RunView } from '../../src/protocol/views.ts'
import { findAccount, hasAccount } from '../support/stage/system-installation.ts'
import type { CrashingWorker } from './crashing-worker.ts'
import { differencesBetween, forAnybody, type HostLook, type HostState, strayFiles } from './host-state.ts'
import type { Fault, Point } from './injector/orders.ts'
import { type Known, knownProcesses, strangers } from './processes.ts'
import { rememberHost } from './sandbox-host.ts'
import { endOf, type Newcomer, type Scenario } from './scenarios.ts'

export interface Bench {
  worker: CrashingWorker
  look: HostLook
  /** The end of the chain of events that was checked so far. */
  cursor: { id: number; hash: string }
  /** Somebody else each time. */
  newcomer(): Newcomer
}

/** What a run of this scenario does to a host when nothing is in its way. */
export interface Recording {
  points: Point[]
  /** For anybody; see `forAnybody`. */
  changes: string[]
}

/** Plays the scenario undisturbed: what it consists of. */
export async function record(bench: Bench, scenario: Scenario): Promise<Recording> {
  const { spoiling } = scenario
  const played = await play(bench, scenario, async (worker) => worker.order({ do: 'record', spoiling }))
  if (played.problems.length > 0)
    throw new Error(`cannot record ${scenario.name}:\n${played.problems.join('\n')}`)
  const points = played.points.filter(({ direction }) => ['any', direction].includes(scenario.direction))
  return { points, changes: played.changes }
}

/** Breaks one point in one way, lets the worker recover, and gives everything that is not as it must be. */
export async function attempt(
  bench: Bench,
  scenario: Scenario,
  recording: Recording,
  { name }: Point,
  fault: Fault,
): Promise<string[]> {
  const { spoiling } = scenario
  const played = await play(bench, scenario, (worker) =>
    worker.order({ do: 'break', at: name, fault, spoiling }),
  )
  const { problems, run, reached, changes } = played
  if (!reached) problems.push('the point was not reached')
  if (run?.state !== 'succeeded' || scenario.success === 'as before') return problems
  const missing = recording.changes.filter((line) => !changes.includes(line))
  const besides = changes.filter((line) => !recording.changes.includes(line))
  return [
    ...problems,
    ...missing.map((line) => `succeeded without ${line}`),
    ...besides.map((line) => `succeeded and besides ${line}`),
  ]
}

/** Folders of Usher's own that its first run makes and that stay. */
const OWN = /^\+ \/var\/lib\/usher\/(isolation-probe: directory 65534:65534|locks: directory 0:0) 0700$/

interface Played {
  run: RunView | null
  reached: boolean
  points: Point[]
  /** Of a run that succeeded and leaves somebody on the host, for anybody. */
  changes: string[]
  problems: string[]
}

async function play(
  bench: Bench,
  scenario: Scenario,
  order: (worker: CrashingWorker) => Promise<void>,
): Promise<Played> {
  const { worker, look } = bench
  const person = bench.newcomer()
  const before = look.look()
  const restore = rememberHost(before, look.look)
  const known = knownProcesses()
  const logBefore = worker.log.length
  const problems: string[] = []
  const played: Played = { run: null, reached: false, points: [], changes: [], problems }
  try {
    const subject = await scenario.prepare(worker, person)
    await order(worker)
    const run = await endOf(worker, await scenario.ask(worker, person, subject))
    played.run = run
    played.reached = worker.reached
    played.points = worker.points
    if (worker.pid !== null) await worker.order({ do: 'nothing' })
    if (!(scenario.ends as string[]).includes(run.state))
      problems.push(`the run ended ${run.state}: ${because(run)}`)

    const ended = look.look()
    problems.push(...(await hostProblems(scenario, run, before, ended)))
    problems.push(...strayFiles(ended).map((path) => `left behind: ${path}`))
    const uid = hasAccount(person.osUser) ? findAccount(person.osUser).uid : null
    played.changes = forAnybody(differencesBetween(before, ended), { ...person, uid })
    problems.push(...(await eventProblems(bench, run)))

    await worker.kill()
    await worker.start()
    const again = await eventsAfter(bench)
    const others = again.filter(({ type }) => type !== 'worker.started')
    if (others.length > 0) problems.push(`another restart tells ${others.map(({ type }) => type).join(', ')}`)
    problems.push(...differencesBetween(ended, look.look()).map((line) => `another restart changes ${line}`))
    problems.push(...(await strangers(known, worker.pid)).map((process) => `still runs: ${process}`))
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
  }
  if (problems.length > 0)
    problems.push(`log:\n${worker.log.slice(Math.min(logBefore, worker.log.length)).slice(-4000)}`)
  await recover(bench, scenario, known, restore)
  return played
}

/** For the next trial: the worker runs, the host is as it was. */
async function recover(bench: Bench, scenario: Scenario, known: Known, restore: () => void): Promise<void> {
  const { worker } = bench
  scenario.finish?.()
  if (worker.pid !== null) await worker.order({ do: 'nothing' })
  await strangers(known, worker.pid, 'end')
  restore()
  await worker.revive()
  await eventsAfter(bench)
}

async function hostProblems(
  { success }: Scenario,
  run: RunView,
  before: HostState,
  ended: HostState,
): Promise<string[]> {
  if (run.state === 'succeeded' && success === 'onboarded') return []
  return differencesBetween(before, ended)
    .filter((line) => !OWN.test(line))
    .map((line) => `${run.state} and ${line}`)
}

function because({ steps }: RunView): string {
  const failures = steps.flatMap(({ kind, failure }) => (failure === null ? [] : [{ kind, ...failure }]))
  return JSON.stringify(failures)
}

/** Each thing is told exactly once, in a chain without a gap. */
async function eventProblems(bench: Bench, run: RunView): Promise<string[]> {
  const problems: string[] = []
  const events = await eventsAfter(bench, problems)
  const ofRun = events.filter(({ runId }) => runId === run.id)
  const count = (type: EventType, kind?: string) =>
    ofRun.filter((event) => event.type === type && (kind === undefined || event.data['kind'] === kind)).length
  const expect = (what: string, told: number, times: number) => {
    if (told !== times) problems.push(`${what} is told ${told} times instead of ${times}`)
  }
  const undone = run.state === 'undone'
  for (const type of ['run.queued', 'run.started'] as const) expect(type, count(type), 1)
  expect('run.succeeded', count('run.succeeded'), run.state === 'succeeded' ? 1 : 0)
  expect('run.undone', count('run.undone'), undone ? 1 : 0)
  expect('run.undoing', count('run.undoing'), undone ? 1 : 0)
  for (const { kind, state } of run.steps) {
    if (run.kind === 'onboard') {
      expect(
        `step.finished of ${kind}`,
        count('step.finished', kind),
        count('step.failed', kind) > 0 ? 0 : Number(state !== 'skipped'),
      )
      if (state !== 'skipped' && count('step.started', kind) === 0)
        problems.push(`the start of ${kind} is not told`)
    }
    const isTakenBack = undone || run.kind === 'undo'
    expect(`step.undone of ${kind}`, count('step.undone', kind), isTakenBack && state !== 'skipped' ? 1 : 0)
  }
  return problems
}

/** All events since the last look; a broken chain is a problem. */
async function eventsAfter(bench: Bench, problems: string[] = []): Promise<DomainEvent[]> {
  const { worker, cursor } = bench
  const { details } = await worker.insist('status', {}, '')
  const last = details?.last_event ?? 0
  const events: DomainEvent[] = []
  if (last > cursor.id) {
    const seen = new AbortController()
    for await (const event of worker.client.events(cursor.id, { signal: seen.signal })) {
      events.push(domainEvent(event))
      if (event.id >= last) break
    }
    seen.abort()
  }
  const broken = brokenLink(events, cursor)
  if (broken !== null) problems.push(`the chain of events is broken at ${broken}`)
  const end = events.at(-1)
  if (end !== undefined) bench.cursor = { id: end.id, hash: end.hash }
  return events
}

function domainEvent(view: EventView): DomainEvent {
  const { id, at, type, actor, hash } = view
  return {
    ...{ id, at, type: type as EventType, actor, hash },
    requestId: view.request_id,
    runId: view.run_id,
    subjectTelegramId: view.subject_telegram_id,
    data: view.data as JsonObject,
    previousHash: view.previous_hash,
  }
}
