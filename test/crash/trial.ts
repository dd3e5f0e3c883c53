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

/** Of a chain of events. */
export const BEGINNING = { id: 0, hash: '0'.repeat(64) }

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

/** What a program is told to do once more depends on moments, and with it whether a point is reached. */
const TRIES = 3

/** Breaks one point in one way, lets the worker recover, and gives everything that is not as it must be. */
export async function attempt(
  bench: Bench,
  scenario: Scenario,
  recording: Recording,
  point: Point,
  fault: Fault,
): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    const { reached, problems } = await breakOnce(bench, scenario, recording, point, fault)
    if (problems.length > 0 || reached) return problems
    if (tries === TRIES) return ['the point was not reached']
  }
}

async function breakOnce(
  bench: Bench,
  scenario: Scenario,
  recording: Recording,
  { name }: Point,
  fault: Fault,
): Promise<Pick<Played, 'reached' | 'problems'>> {
  const { spoiling } = scenario
  const played = await play(bench, scenario, (worker) =>
    worker.order({ do: 'break', at: name, fault, spoiling }),
  )
  const { problems, run, reached, changes } = played
  if (run?.state !== 'succeeded' || scenario.success === 'as before') return { reached, problems }
  const missing = recording.changes.filter((line) => !changes.includes(line))
  const besides = changes.filter((line) => !recording.changes.includes(line))
  problems.push(
    ...missing.map((line) => `succeeded without ${line}`),
    ...besides.map((line) => `succeeded and besides ${line}`),
  )
  return { reached, problems }
}

/** Folders of Usher's own that its first run makes and that stay; one that is half made is completed by the next run. */
const OWN =
  /^\+ \/var\/lib\/usher\/(isolation-probe: directory (?:65534:65534|0:0)|locks: directory 0:0) 0700$/

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
  let prepared = before
  const restore = rememberHost(before, look.look)
  const known = knownProcesses()
  const logBefore = worker.log.length
  const problems: string[] = []
  const played: Played = { run: null, reached: false, points: [], changes: [], problems }
  try {
    const subject = await scenario.prepare(worker, person)
    prepared = look.look()
    const begun = subject === null ? null : (await worker.insist('run.get', { id: subject }, '')).run
    await eventsAfter(bench, problems)
    await order(worker)
    const run = await endOf(worker, await scenario.ask(worker, person, subject))
    played.run = run
    played.reached = worker.reached
    played.points = worker.points
    if (worker.pid !== null) await worker.order({ do: 'nothing' })
    if (!(scenario.ends as string[]).includes(run.state))
      problems.push(`the run ended ${run.state}: ${because(run)}`)

    const ended = look.look()
    problems.push(...hostProblems(scenario, run, { before, prepared, ended }))
    problems.push(...strayFiles(ended).map((path) => `left behind: ${path}`))
    const uid = hasAccount(person.osUser) ? findAccount(person.osUser).uid : null
    played.changes = forAnybody(differencesBetween(before, ended), { ...person, uid })
    problems.push(...(await eventProblems(bench, run, begun?.id === run.id ? begun : null)))

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
  try {
    await recover(bench, scenario, known, restore, problems.length > 0)
  } catch (error) {
    problems.push(`afterwards: ${error instanceof Error ? error.message : String(error)}`)
  }
  return played
}

/** For the next trial: the worker runs, the host is as it was. After a failure nothing that the worker remembers goes on. */
async function recover(
  bench: Bench,
  scenario: Scenario,
  known: Known,
  restore: () => void,
  anew: boolean,
): Promise<void> {
  const { worker } = bench
  scenario.finish?.()
  if (anew) {
    await worker.forget()
    bench.cursor = BEGINNING
  }
  if (worker.pid !== null) await worker.order({ do: 'nothing' })
  await strangers(known, worker.pid, 'end')
  restore()
  await worker.revive()
  await eventsAfter(bench)
}

/** What is on the host that should not be, when the run leaves nothing of its own. */
function hostProblems(
  { success }: Scenario,
  run: RunView,
  { before, prepared, ended }: Record<'before' | 'prepared' | 'ended', HostState>,
): string[] {
  if (run.state === 'succeeded' && success === 'as recorded') return []
  return differencesBetween(success === 'as recorded' ? prepared : before, ended)
    .filter((line) => !OWN.test(line))
    .map((line) => `${run.state} and ${line}`)
}

function because({ steps }: RunView): string {
  const failures = steps.flatMap(({ kind, failure }) => (failure === null ? [] : [{ kind, ...failure }]))
  return JSON.stringify(failures)
}

/** Each thing is told exactly once, in a chain without a gap. `begun`: the run as it was, when it was there before. */
async function eventProblems(bench: Bench, run: RunView, begun: RunView | null): Promise<string[]> {
  const problems: string[] = []
  const events = await eventsAfter(bench, problems)
  const ofRun = events.filter(({ runId }) => runId === run.id)
  const count = (type: EventType, kind?: string) =>
    ofRun.filter((event) => event.type === type && (kind === undefined || event.data['kind'] === kind)).length
  const expect = (what: string, told: number, times: number) => {
    if (told !== times) problems.push(`${what} is told ${told} times instead of ${times}`)
  }
  const undone = run.state === 'undone'
  for (const type of ['run.queued', 'run.started'] as const) expect(type, count(type), begun === null ? 1 : 0)
  expect('run.resumed', count('run.resumed'), begun === null ? 0 : 1)
  expect('run.succeeded', count('run.succeeded'), run.state === 'succeeded' ? 1 : 0)
  expect('run.undone', count('run.undone'), undone ? 1 : 0)
  expect('run.undoing', count('run.undoing'), undone && begun === null ? 1 : 0)
  for (const { kind, state, index } of run.steps) {
    if (run.kind !== 'undo' && begun === null) {
      expect(
        `step.finished of ${kind}`,
        count('step.finished', kind),
        count('step.failed', kind) > 0 ? 0 : Number(state !== 'skipped'),
      )
      if (state !== 'skipped' && count('step.started', kind) === 0)
        problems.push(`the start of ${kind} is not told`)
    }
    const earlier = begun?.steps.find((step) => step.index === index)?.state
    const isTakenBack = (undone || run.kind === 'undo') && (begun === null || earlier === 'undo_failed')
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
