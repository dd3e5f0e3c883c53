import { badRequest, success } from '../api-result.ts'
import type { Params } from '../params.ts'
import type { Method } from './method.ts'

/** `allowed_updates` as a list; undefined when absent, which keeps the setting. */
export function readAllowedUpdates(params: Params): string[] | undefined {
  const parsed = params.json('allowed_updates')
  if (!parsed.ok || !Array.isArray(parsed.value)) return undefined
  return parsed.value.filter((type): type is string => typeof type === 'string')
}

/** Plain http is accepted for loopback addresses, as a local Bot API server does; an empty url removes the webhook. */
export const setWebhook: Method = (account, params, signal) => {
  const url = params.text('url') ?? ''
  if (url === '') return deleteWebhook(account, params, signal)
  if (!URL.canParse(url)) return badRequest('bad webhook: invalid webhook URL specified')
  const { protocol, hostname } = new URL(url)
  const local = protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
  if (protocol !== 'https:' && !local) {
    return badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  }
  const secretToken = params.text('secret_token')
  if (secretToken !== undefined && !/^[A-Za-z0-9_-]{1,256}$/.test(secretToken)) {
    return badRequest('secret token contains unallowed characters')
  }
  if (params.flag('drop_pending_updates')) account.queue.clear()
  account.queue.allow(readAllowedUpdates(params))
  account.longPoll.interrupt('terminated by setWebhook request')
  const maxConnections = params.integer('max_connections') ?? 40
  account.webhook.set({ url, maxConnections, ...(secretToken === undefined ? {} : { secretToken }) })
  return success(true, 'Webhook was set')
}

export const deleteWebhook: Method = (account, params) => {
  if (params.flag('drop_pending_updates')) account.queue.clear()
  return success(true, account.webhook.remove() ? 'Webhook was deleted' : 'Webhook is already deleted')
}

export const getWebhookInfo: Method = (account) => success(account.webhook.info())
