import type { EngineContext } from './context.ts'

/** Between two looks, in milliseconds. */
const EVERY_MS = 3_600_000
/** How much is forgotten at once; the next piece has its turn after whoever waits. */
const AT_ONCE = 200

/**
 * Forgets what nobody needs any more, once an hour and a piece at a time: answers under old idempotency keys, and drafts that were
 * never submitted, once no answer can name them any more; after longer what strangers had asked and invitations that are over. Whatever was submitted, decided or done is kept, and so are all events.
 *
 * @returns what ends it
 */
export function startRetention({ store, clock, limits, log }: EngineContext): () => void {
  let timer: NodeJS.Timeout | undefined
  let next: NodeJS.Immediate | undefined
  const look = () => {
    let more = false
    try {
      const before = clock() - limits.idempotencyMs
      const over = clock() - limits.accessKeptMs
      more = store.transaction(() => {
        const answers = store.idempotency.forgetBefore(before, AT_ONCE)
        const drafts = store.requests.forgetDrafts(before, AT_ONCE)
        const access = store.access.forgetBefore(over, AT_ONCE)
        return store.invitations.forgetBefore(over, AT_ONCE) || access || drafts || answers
      })
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
