import { describeError, type Logger } from '../log.ts'
import type { WorkerCalls } from '../worker-calls.ts'

/** What shows that somebody else has the bot's token. */
export type AlarmKind = 'conflict' | 'foreign_webhook'

/** Tells the worker, which freezes approvals in chat and tells the admins. */
export type RaiseAlarm = (kind: AlarmKind) => void

export interface AlarmsDeps {
  worker: WorkerCalls
  log: Logger
  /** Monotonic milliseconds. */
  now: () => number
}

const NOT_AGAIN_FOR_MS = 10 * 60_000

/**
 * Raises alarms, each kind at most once in a while. One conflict alone is none: a bot that was just killed may have left a poll behind;
 * two within that time are.
 */
export function createAlarms({ worker, log, now }: AlarmsDeps): RaiseAlarm {
  const raised = new Map<AlarmKind, number>()
  let lastConflict: number | null = null
  return (kind) => {
    const at = now()
    if (kind === 'conflict') {
      const isFirst = lastConflict === null || at - lastConflict > NOT_AGAIN_FOR_MS
      lastConflict = at
      if (isFirst) return
    }
    const last = raised.get(kind)
    if (last !== undefined && at - last < NOT_AGAIN_FOR_MS) return
    raised.set(kind, at)
    worker.call('chat.alarm', { kind }, {}).then(
      (answer) => {
        if (answer.ok) return
        log.error({ kind, code: answer.error.code }, 'cannot raise an alarm')
        raised.delete(kind)
      },
      (error: unknown) => log.error(describeError(error), 'cannot raise an alarm'),
    )
  }
}
