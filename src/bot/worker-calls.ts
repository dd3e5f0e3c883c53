import { setTimeout as sleep } from 'node:timers/promises'
import type { CallResult, Client } from '../client/client.ts'
import type { OperationInput, OperationName } from '../protocol/operations.ts'

export interface CallFor {
  /** On whose behalf; absent: as the bot itself. */
  onBehalfOf?: number
  /** For operations that mutate: the same for the same update, so that a repeated update repeats nothing. */
  key?: string
}

/** The worker's operations as the bot calls them. */
export interface WorkerCalls {
  call<N extends OperationName>(name: N, input: OperationInput<N>, as: CallFor): Promise<CallResult<N>>
}

export interface WorkerCallsOptions {
  /** How long a worker that is just being restarted is waited for. */
  patienceMs: number
  /** A worker that does not answer at all is given up after this. */
  deadlineMs: number
}

/** Whether this says that the worker is away, not what it thinks. */
export function isAway(result: { ok: boolean; error?: { code: string } }): boolean {
  return !result.ok && (result.error?.code === 'unreachable' || result.error?.code === 'shutting_down')
}

export function createWorkerCalls(client: Client, options: WorkerCallsOptions): WorkerCalls {
  return {
    async call(name, input, { onBehalfOf, key }) {
      const giveUpAt = performance.now() + options.patienceMs
      for (;;) {
        const result = await client.call(name, input, {
          ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
          ...(key === undefined ? {} : { idempotencyKey: key }),
          signal: AbortSignal.timeout(options.deadlineMs),
        })
        if (!isAway(result) || performance.now() >= giveUpAt) return result
        await sleep(150)
      }
    },
  }
}

/** Scoped to this bot: another token on the same worker counts its updates anew. */
export function updateKey(botId: number, updateId: number, what: string): string {
  return `bot-${botId}-update-${updateId}-${what}`
}
