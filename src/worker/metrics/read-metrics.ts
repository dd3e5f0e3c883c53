import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readTrusted } from '../../config/trusted-file.ts'
import { REQUEST_TRANSITIONS } from '../../domain/request.ts'
import { RUN_STATES } from '../../domain/run.ts'
import type { EngineContext } from '../context.ts'
import { exposition, type Metric, type Sample } from './exposition.ts'

type Read = Pick<
  EngineContext,
  'config' | 'host' | 'store' | 'stuck' | 'clock' | 'startedAt' | 'version' | 'tally'
>

/**
 * Everything that a scraper is told, in Prometheus' text format. What is counted as it happens begins with this process; what
 * stands in the database is read. No label and no value has a name, an id or a text of anybody.
 */
export async function readMetrics(context: Read): Promise<string> {
  const roster = await context.host.readRoster()
  const people = roster.ok ? roster.entries.length : null
  return exposition([
    ...processMetrics(context),
    ...stored(context),
    ...reconciled(context),
    gauge(
      'usher_roster_usable',
      'Whether the roster can be read and parsed; without it nobody but root has any rights.',
      people === null ? 0 : 1,
    ),
    gauge('usher_people', 'People on the roster.', people),
    gauge(
      'usher_last_backup_timestamp_seconds',
      'When the last backup was made that is known here.',
      lastBackupAt(context),
    ),
    ...context.tally.metrics(),
  ])
}

/** A gauge of one value; without a value it has no sample. */
function gauge(
  name: string,
  help: string,
  value: number | null,
  type: 'gauge' | 'counter' = 'gauge',
): Metric {
  return { name, help, type, samples: value === null ? [] : [{ value }] }
}

function processMetrics({ version, startedAt, host, config }: Read): Metric[] {
  const { user, system } = process.cpuUsage()
  const { active } = performance.eventLoopUtilization()
  const { databaseFile } = host.environment
  return [
    {
      ...{ name: 'usher_build_info', type: 'gauge', help: 'Which version runs, on which runtime.' },
      samples: [{ labels: { version, node: process.version }, value: 1 }],
    },
    gauge('process_start_time_seconds', 'When this worker started, in seconds since 1970.', startedAt / 1000),
    gauge('process_resident_memory_bytes', 'Memory that the worker has.', process.memoryUsage.rss()),
    gauge('process_cpu_seconds_total', 'Processor time of the worker.', (user + system) / 1e6, 'counter'),
    gauge(
      'usher_event_loop_busy_seconds_total',
      'Time in which the worker was not waiting.',
      active / 1000,
      'counter',
    ),
    gauge(
      'usher_database_size_bytes',
      'Size of the database, with what is not yet moved into it.',
      sizeOf(databaseFile) + sizeOf(`${databaseFile}-wal`),
    ),
    gauge(
      'usher_disk_free_bytes',
      "Room that is left for the worker's state.",
      freeBytes(config.paths.state),
    ),
  ]
}

function stored({ store, stuck, clock }: Read): Metric[] {
  const requests = store.figures.requestsByState()
  const runs = store.figures.runsByState()
  const age = (at: number | null) => (at === null ? 0 : Math.max(0, clock() - at) / 1000)
  return [
    byState('usher_requests', 'Requests by state.', Object.keys(REQUEST_TRANSITIONS), requests),
    byState('usher_runs', 'Runs by state.', RUN_STATES, runs),
    gauge('usher_queue_length', 'Runs that wait for their turn.', runs.get('queued') ?? 0),
    gauge(
      'usher_queue_oldest_waiting_seconds',
      'How long the oldest run in the queue has waited.',
      age(store.figures.oldestQueuedAt()),
    ),
    gauge(
      'usher_decision_oldest_waiting_seconds',
      'How long the oldest submitted request has waited for its decision.',
      age(store.figures.oldestSubmittedAt()),
    ),
    gauge(
      'usher_stuck_runs',
      'Runs that do not go on, for a reason that the worker can name.',
      stuck.all().length,
    ),
    gauge(
      'usher_history_events_total',
      'Events that were ever added to the history.',
      store.events.latest(),
      'counter',
    ),
    gauge(
      'usher_chat_frozen',
      'Whether approvals in chat are frozen.',
      store.freezes.current() === null ? 0 : 1,
    ),
    gauge('usher_people_blocked', 'Telegram users that admins have blocked.', store.blocks.count()),
  ]
}

function reconciled({ store }: Read): Metric[] {
  const newest = store.reconciliations.newest()
  if (newest === null) return []
  const codes = new Map<string, number>()
  for (const { code } of newest.findings) codes.set(code, (codes.get(code) ?? 0) + 1)
  return [
    gauge(
      'usher_reconcile_last_timestamp_seconds',
      'When roster and host were compared last.',
      newest.endedAt / 1000,
    ),
    gauge(
      'usher_reconcile_last_duration_seconds',
      'How long that took.',
      Math.max(0, newest.endedAt - newest.begunAt) / 1000,
    ),
    gauge(
      'usher_reconcile_last_complete',
      'Whether everybody could be looked at then.',
      newest.outcome === 'clean' || newest.outcome === 'differs' ? 1 : 0,
    ),
    gauge(
      'usher_drift_findings',
      'In how many things the host differed then from roster, roles and config.',
      newest.findings.length,
    ),
    {
      ...{ name: 'usher_drift_findings_by_code', type: 'gauge', help: 'The same by kind of difference.' },
      samples: [...codes].map(([code, value]): Sample => ({ labels: { code }, value })),
    },
  ]
}

function byState(
  name: string,
  help: string,
  states: readonly string[],
  counts: ReadonlyMap<string, number>,
): Metric {
  return {
    ...{ name, help, type: 'gauge' },
    samples: states.map((state) => ({ labels: { state }, value: counts.get(state) ?? 0 })),
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return null
  }
}

/** What `usher backup` noted beside the database; null when it never ran, or what it noted cannot be read. */
function lastBackupAt({ config }: Read): number | null {
  const uid = process.getuid?.() ?? 0
  const read = readTrusted(join(config.paths.state, 'last-backup.json'), { owners: [0, uid], parents: false })
  if (!read.ok) return null
  try {
    const { at } = JSON.parse(read.text) as { at?: unknown }
    return typeof at === 'number' && at > 0 ? at / 1000 : null
  } catch {
    return null
  }
}
