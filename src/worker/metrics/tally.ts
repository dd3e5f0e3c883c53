import type { EventType } from '../../domain/event.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { OperationName } from '../../protocol/operations.ts'
import type { Listener } from '../caller.ts'
import { createCounter, createHistogram } from './counting.ts'
import type { Metric } from './exposition.ts'

/** Why a listener refused somebody before anything was asked. */
export type RefusedFor = 'connections' | 'requests' | 'streams' | 'unknown_peer'

/** What is counted as it happens, from the start of this process on. */
export interface Tally {
  operation(operation: OperationName, outcome: 'ok' | ErrorCode, seconds: number): void
  refused(listener: Listener, reason: RefusedFor): void
  connections(listener: Listener, change: 1 | -1): void
  streams(listener: Listener, change: 1 | -1): void
  /** An event that was committed. */
  event(type: EventType, data: JsonObject): void
  run(kind: string, outcome: string, seconds: number): void
  step(kind: string, outcome: 'applied' | 'failed', seconds: number): void
  eventLoop(lateSeconds: number): void
  metrics(): Metric[]
}

/** Operations are answered in milliseconds; runs and steps take from milliseconds to minutes. */
const ANSWER_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const RUN_BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
const DELAY_BOUNDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

const VIAS: readonly unknown[] = ['chat', 'terminal']

export function createTally(): Tally {
  const operations = createCounter<'operation' | 'outcome'>({
    name: 'usher_operations_total',
    help: 'Operations that were asked for over the sockets, by what came of them: ok, or the code of the error.',
  })
  const durations = createHistogram<never>(
    { name: 'usher_operation_duration_seconds', help: 'How long operations took.' },
    ANSWER_BOUNDS,
  )
  const refusals = createCounter<'listener' | 'reason'>({
    name: 'usher_refused_total',
    help: 'Connections, requests and streams that were refused because a budget was used up, or because the kernel did not say who it was.',
  })
  const events = createCounter<'type'>({
    name: 'usher_events_total',
    help: 'Events that were added to the history, by type.',
  })
  const approvals = createCounter<'via'>({
    name: 'usher_approvals_total',
    help: 'Approvals that were given, by where: in chat or on a terminal.',
  })
  const runs = createHistogram<'kind' | 'outcome'>(
    { name: 'usher_run_duration_seconds', help: 'How long runs took from their first step to their end.' },
    RUN_BOUNDS,
  )
  const steps = createHistogram<'kind' | 'outcome'>(
    { name: 'usher_step_duration_seconds', help: 'How long the steps of runs took to apply, or to fail.' },
    RUN_BOUNDS,
  )
  const delays = createHistogram<never>(
    { name: 'usher_event_loop_delay_seconds', help: 'How late a timer was, sampled four times a second.' },
    DELAY_BOUNDS,
  )
  const open = { connections: new Map<Listener, number>(), streams: new Map<Listener, number>() }
  const change = (counts: Map<Listener, number>, listener: Listener, by: 1 | -1) => {
    counts.set(listener, (counts.get(listener) ?? 0) + by)
  }
  const gauge = (name: string, help: string, counts: Map<Listener, number>): Metric => ({
    ...{ name, help, type: 'gauge' },
    samples: [...counts].map(([listener, value]) => ({ labels: { listener }, value })),
  })
  return {
    operation(operation, outcome, seconds) {
      operations.add({ operation, outcome })
      durations.observe({}, seconds)
    },
    refused: (listener, reason) => refusals.add({ listener, reason }),
    connections: (listener, by) => change(open.connections, listener, by),
    streams: (listener, by) => change(open.streams, listener, by),
    event(type, data) {
      events.add({ type })
      if (type !== 'request.approval') return
      const via = data['via']
      approvals.add({ via: VIAS.includes(via) ? String(via) : 'other' })
    },
    run: (kind, outcome, seconds) => runs.observe({ kind, outcome }, seconds),
    step: (kind, outcome, seconds) => steps.observe({ kind, outcome }, seconds),
    eventLoop: (lateSeconds) => delays.observe({}, lateSeconds),
    metrics: () => [
      operations.metric(),
      durations.metric(),
      refusals.metric(),
      gauge('usher_connections', 'Connections that are open.', open.connections),
      gauge(
        'usher_event_streams',
        'Followers of the history that are connected; the bot is told of nothing while its listener has none.',
        open.streams,
      ),
      events.metric(),
      approvals.metric(),
      runs.metric(),
      steps.metric(),
      delays.metric(),
    ],
  }
}
