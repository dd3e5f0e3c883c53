import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestView, RunView } from '../protocol/views.ts'
import type { Line } from '../texts/line.ts'
import { missingText } from '../texts/requests.ts'
import { isEnded, receiptLines, runLine, stepLine, whyLines } from '../texts/runs.ts'
import type { Words } from '../texts/words.ts'
import { done, failed, notApproved, type Outcome, refused, runNotSucceeded } from './outcome.ts'
import type { Session } from './session.ts'

/** In milliseconds. Events wake the look; a look without one is for who may not follow events, and for lost ones. */
const TIMES = { betweenLooks: 2000, awayAtMost: 60_000 }

/**
 * Waits until the request is decided and its run has ended, saying one line a step as it goes, and ends with the receipt.
 * A worker that is away for a moment (it is being restarted) is waited for.
 *
 * @param from the request as its revision was approved; another revision is an end too
 */
export async function waitForEnd(session: Session, from: RequestView): Promise<Outcome> {
  const { client, say, unread: signal, words } = session
  const bell = ringOnEvents(session, await cursorOf(session), from.id)
  const told = new Set<string>()
  const tell = async (key: string, lines: Line[]) => {
    if (told.has(key)) return
    told.add(key)
    await say(lines)
  }
  let awaySince: number | null = null
  let run: RunView | null = null
  try {
    while (!signal.aborted) {
      const heard = bell.next()
      const answer = await client.call('request.get', { id: from.id }, { signal })
      if (answer.ok) {
        awaySince = null
        const { request } = answer
        const end = undecidedEnd(words, request, from)
        if (end !== null) return end
        if (request.run_id === null)
          await tell(`missing ${JSON.stringify(request.missing)}`, missingLines(words, request))
        else {
          const looked = await client.call('run.get', { id: request.run_id }, { signal })
          if (looked.ok) run = looked.run
          else if (!isAway(looked.error.code)) return refused(words, looked.error, { request })
          if (run !== null) {
            for (const [key, lines] of news(words, run)) await tell(key, lines)
            const ended =
              isEnded(run.state) && run.state !== 'superseded' ? ending(words, run, request) : null
            if (ended !== null) return ended
          }
        }
      } else if (isAway(answer.error.code)) {
        awaySince ??= performance.now()
        if (performance.now() - awaySince > TIMES.awayAtMost)
          return refused(words, answer.error, { request: from })
      } else return refused(words, answer.error, { request: from })
      await Promise.race([heard, sleep(TIMES.betweenLooks, undefined, { signal }).catch(() => {})])
    }
    return failed(
      'interrupted',
      `stopped waiting: request ${from.id} goes on without you; see 'usher request show ${from.id}'`,
      {
        data: { request: from },
      },
    )
  } finally {
    bell.stop()
  }
}

/** Where the stream of events is now, or its beginning where that may not be asked. */
async function cursorOf({ client, unread: signal }: Session): Promise<number> {
  const status = await client.call('status', {}, { signal })
  return status.ok ? (status.details?.last_event ?? 0) : 0
}

/** Rings for every event about the request or its run. A ring that nobody waits for is kept for the next one. */
function ringOnEvents({ client, unread: signal }: Session, cursor: number, requestId: number) {
  const stop = new AbortController()
  let rung = false
  let wake = () => {}
  const following = (async () => {
    const events = client.events(cursor, { signal: AbortSignal.any([stop.signal, signal]) })
    for await (const event of events) {
      if (event.request_id !== requestId) continue
      rung = true
      wake()
    }
  })()
  following.catch(() => {})
  return {
    /** Settles with the first ring after this call, or with one that came since the last. */
    next: (): Promise<void> =>
      new Promise((resolve) => {
        wake = () => {
          rung = false
          resolve()
        }
        if (rung) wake()
      }),
    stop: () => stop.abort(),
  }
}

function undecidedEnd(words: Words, request: RequestView, from: RequestView): Outcome | null {
  switch (request.state) {
    case 'denied':
    case 'expired':
    case 'cancelled':
      return notApproved(words, request, request.state)
    default:
      return request.revision === from.revision ? null : notApproved(words, request, 'digest_differs')
  }
}

function missingLines(words: Words, request: RequestView): Line[] {
  return request.missing.map((missing) => ({
    mark: 'doing',
    text: `waiting: ${missingText(words, missing, request.id)}`,
  }))
}

/** What can be said of a run so far, each under a key that changes only with the news. */
function news(words: Words, run: RunView): [key: string, lines: Line[]][] {
  const steps = run.steps.flatMap((step): [string, Line[]][] => {
    if (step.state === 'pending' || step.state === 'applying' || step.state === 'undoing') return []
    return [
      [
        `${run.id} ${step.index} ${step.state}`,
        [{ ...stepLine(words, step), indent: 1 }, ...whyLines(words, step)],
      ],
    ]
  })
  return [
    [`run ${run.id}`, [{ ...runLine(words, { ...run, state: 'running', finished_at: null }) }]],
    ...steps,
  ]
}

function ending(words: Words, run: RunView, request: RequestView): Outcome {
  const lines = receiptLines(words, run)
  return run.state === 'succeeded' ? done({ request, run }, lines) : runNotSucceeded(run, request, lines)
}

function isAway(code: string): boolean {
  return code === 'unreachable' || code === 'shutting_down'
}
