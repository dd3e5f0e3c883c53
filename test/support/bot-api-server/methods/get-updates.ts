import { conflict } from '../api-result.ts'
import type { Method } from './method.ts'
import { readAllowedUpdates } from './webhook-methods.ts'

const MAX_WAIT_S = 50
const MAX_UPDATES = 100

export const getUpdates: Method = (account, params, signal) => {
  if (account.webhook.active()) {
    return conflict(
      "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    )
  }
  account.queue.allow(readAllowedUpdates(params))
  const limit = params.integer('limit') ?? MAX_UPDATES
  const timeout = params.integer('timeout') ?? 0
  return account.longPoll.poll({
    offset: params.integer('offset') ?? 0,
    limit: limit >= 1 && limit <= MAX_UPDATES ? limit : MAX_UPDATES,
    timeoutMs: Math.min(Math.max(timeout, 0), MAX_WAIT_S) * 1000,
    signal,
  })
}
