import type { Update, User } from 'grammy/types'

/**
 * Whether an update is looked at. People whom the worker knows always are. Of others, only so many: what is beyond is silence, because
 * it must cost nothing.
 */
export type Admission = (update: Update) => boolean

export interface AdmissionDeps {
  /** Whether the worker knew this person when they last wrote, or the config names them. */
  isKnown: (telegramId: number) => boolean
  /** Monotonic milliseconds. */
  now: () => number
}

/** So many at once, and then one each so often. */
interface Limit {
  burst: number
  everyMs: number
}
/** Enough for a start, a tap and a few answers. */
const ONE: Limit = { burst: 10, everyMs: 4000 }
/** Each costs the worker a look, and perhaps a message of the 30 a second that a bot has. */
const ALL: Limit = { burst: 60, everyMs: 100 }
/** More strangers than this are not told apart at a time. */
const AT_MOST = 2000

export function createAdmission({ isKnown, now }: AdmissionDeps): Admission {
  const all = createBucket(ALL, now())
  const strangers = new Map<number, Bucket>()
  const bucketOf = (id: number, at: number) => {
    const bucket = strangers.get(id) ?? createBucket(ONE, at)
    // The one that was heard of longest ago goes first.
    strangers.delete(id)
    strangers.set(id, bucket)
    const [oldest] = strangers.keys()
    if (strangers.size > AT_MOST && oldest !== undefined) strangers.delete(oldest)
    return bucket
  }
  return (update) => {
    const from = senderOf(update)
    if (from === undefined) return false
    if (isKnown(from.id)) return true
    const at = now()
    return bucketOf(from.id, at).take(at) && all.take(at)
  }
}

/** Who did it; undefined for what has no sender. */
export function senderOf(update: Update): User | undefined {
  return (update.message ?? update.edited_message ?? update.callback_query)?.from
}

interface Bucket {
  take(at: number): boolean
}

function createBucket({ burst, everyMs }: Limit, since: number): Bucket {
  let tokens = burst
  let last = since
  return {
    take(at) {
      tokens = Math.min(burst, tokens + (at - last) / everyMs)
      last = at
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
