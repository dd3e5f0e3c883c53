import type { EngineContext } from './context.ts'

/** Between two looks, in milliseconds. */
const EVERY_MS = 3_600_000
/** How much is forgotten at once; the next piece has its turn after whoever waits. */
const AT_ONCE = 200
/** The history is shortened by at least so much at a time, because each time is an entry of it. */
const HISTORY_STEP_MS = 24 * 3_600_000

const NOBODY = { requestId: null, runId: null, telegramId: null }

/**
 * Forgets what nobody needs any more, once an hour and a piece at a time: answers under old idempotency keys, and drafts that were
 * never submitted, once no answer can name them any more; after longer what strangers had asked and invitations that are over.
 * Whatever was submitted, decided or done is kept. Events are kept, too, unless the config says for how long: then the oldest go,
 * and the history says up to which one.
 *
 * @returns what ends it
 */
export function startRetention(context: EngineContext): () => void {
  const { store, clock, limits, log, config } = context
  let timer: NodeJS.Timeout | undefined
  let next: NodeJS.Immediate | undefined
  const look = () => {
    let more = false
    try {
      const before = clock() - (config.retention.answersMs ?? limits.idempotencyMs)
      const over = clock() - limits.accessKeptMs
      more = store.transaction(() => {
        const answers = store.idempotency.forgetBefore(before, AT_ONCE)
        const drafts = store.requests.forgetDrafts(before, AT_ONCE)
        const access = store.access.forgetBefore(over, AT_ONCE)
        return store.invitations.forgetBefore(over, AT_ONCE) || access || drafts || answers
      })
      more = forgetHistory(context) || more
    } catch (error) {
      log.error({ err: error }, 'cannot forget what is old')
    }
    if (more) next = setImmediate(look)
    else timer = setTimeout(look, EVERY_MS).unref()
  }
  look()
  return () => {
    clearTimeout(timer)
    clearImmediate(next)
  }
}

/**
 * Forgets a piece of the oldest events; true when more are to go. That they go is an event before the first of them is gone: without
 * it `audit verify` says that they are missing.
 */
function forgetHistory({ store, events, clock, config }: EngineContext): boolean {
  const { historyMs } = config.retention
  if (historyMs === null) return false
  const { events: history } = store
  const announced = Number(history.newestOf('audit.pruned')?.data['up_to'] ?? 0)
  if (announced > history.anchor().id) {
    return store.transaction(() => history.forgetUpTo(announced, AT_ONCE))
  }
  const oldest = history.after(history.anchor().id, 1)[0]
  const limit = clock() - historyMs
  if (oldest === undefined || oldest.at >= limit - HISTORY_STEP_MS) return false
  const last = history.lastBefore(limit)
  if (last === null) return false
  events.commit(() => events.append('audit.pruned', NOBODY, 'worker', { up_to: last.id, hash: last.hash }))
  return true
}
