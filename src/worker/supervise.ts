import type { Environment } from '../config/environment.ts'
import { createNotify } from '../supervision/notify.ts'
import { startWatchdog } from '../supervision/watchdog.ts'
import type { Log } from './log.ts'
import type { Worker } from './start.ts'

/** How long changes are gathered before `systemctl status` shows them, in milliseconds. */
const STATUS_MS = 250

/**
 * Tells the service manager that the worker is ready, how it is, and that it lives; nothing where there is none.
 * `stopping` says that it ends: signs of life go on until it has.
 */
export function supervise(
  worker: Worker,
  { notifySocket, watchdogMs }: Pick<Environment, 'notifySocket' | 'watchdogMs'>,
  log: Log,
): { stopping(): void } {
  const notify = createNotify(notifySocket)
  let isStopping = false
  let pending: NodeJS.Timeout | undefined
  const status = () => {
    const word = isStopping ? 'stopping' : 'ready'
    try {
      const { running, queued } = worker.load()
      return `STATUS=${word}: ${running} running, ${queued} waiting`
    } catch (err) {
      log.error({ err }, 'cannot count what is under way')
      return `STATUS=${word}`
    }
  }
  if (notifySocket !== null) {
    notify('READY=1', status())
    worker.onChange(() => {
      if (isStopping) return
      pending ??= setTimeout(() => {
        pending = undefined
        if (!isStopping) notify(status())
      }, STATUS_MS)
      pending.unref()
    })
  }
  if (watchdogMs !== null) {
    startWatchdog({
      notify,
      timeoutMs: watchdogMs,
      // What ends closes its store.
      isAnswering: () => isStopping || worker.isAnswering(),
      silence: 'the store does not answer',
      onSilence: (err) => log.error({ err }, 'no sign of life for the service manager'),
    })
  }
  return {
    stopping() {
      isStopping = true
      if (notifySocket !== null) notify('STOPPING=1', status())
    },
  }
}
