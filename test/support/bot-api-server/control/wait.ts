import type { CallRecord } from '../state/call-log.ts'
import type { Control } from './control.ts'
import type { ChatView, MessageView } from './views.ts'

const DEFAULT_TIMEOUT_MS = 5000

/** Looks at a chat again after every change until `find` finds something; undefined after the time-out. */
export async function waitInChat<T>(
  control: Control,
  chat: number,
  find: (view: ChatView) => T | undefined,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const view = await control.chat({ chat })
    const found = find(view)
    if (found !== undefined) return found
    const left = deadline - performance.now()
    if (left <= 0) return undefined
    await control.waitForChange({ since: view.version, timeout_ms: left })
  }
}

/** The first message that fulfils the condition, now or within the time-out; rejects when none does. */
export async function waitForMessage(
  control: Control,
  chat: number,
  predicate: (message: MessageView) => boolean,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<MessageView> {
  const find = (view: ChatView) => view.messages.find((message) => !message.deleted && predicate(message))
  const found = await waitInChat(control, chat, find, timeoutMs)
  if (!found) throw new Error(`cannot see such a message in chat ${chat} within ${timeoutMs} ms`)
  return found
}

/** The first logged call that fulfils the condition, now or within the time-out; rejects when none does. */
export async function waitForCall(
  control: Control,
  predicate: (call: CallRecord) => boolean,
  options: { method?: string; after?: number; timeoutMs?: number } = {},
): Promise<CallRecord> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, ...filter } = options
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const { version } = await control.waitForChange({ since: -1, timeout_ms: 0 })
    const found = (await control.calls(filter)).find(predicate)
    if (found) return found
    const left = deadline - performance.now()
    if (left <= 0) throw new Error(`cannot see such a call within ${timeoutMs} ms`)
    await control.waitForChange({ since: version, timeout_ms: left })
  }
}
