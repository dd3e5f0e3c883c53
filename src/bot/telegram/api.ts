import type { Api, BotConfig, Context } from 'grammy'
import type { Pace } from './pace.ts'
import { createPatientFetch } from './patient-fetch.ts'

export type ApiOptions = NonNullable<BotConfig<Context>['client']>

/** One call to Telegram, retries included, takes at most this. */
const PATIENCE_MS = 60_000

/**
 * How every part of the bot talks to the Bot API server.
 *
 * @param pacing `counts`: whether messages are counted as they go out, because they take no turns
 */
export function apiOptions(
  apiRoot: string,
  stopped: AbortSignal,
  pacing: { pace: Pace; counts: boolean },
): ApiOptions {
  return {
    apiRoot: apiRoot.replace(/\/+$/, ''),
    timeoutSeconds: PATIENCE_MS / 1000 + 30,
    fetch: createPatientFetch({ patienceMs: PATIENCE_MS, stopped, ...pacing }) as unknown as NonNullable<
      ApiOptions['fetch']
    >,
  }
}

/** grammY types its signals by a polyfill; `patient-fetch.ts` listens to their events, which native ones have too. */
export function apiSignal(signal: AbortSignal): Parameters<Api['getMe']>[0] {
  return signal as unknown as Parameters<Api['getMe']>[0]
}
