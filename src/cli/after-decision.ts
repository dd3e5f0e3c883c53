import type { RequestView } from '../protocol/views.ts'
import type { Line } from '../texts/line.ts'
import { missingText, requestLine } from '../texts/requests.ts'
import type { Words } from '../texts/words.ts'
import { done, type Outcome } from './outcome.ts'
import type { Session } from './session.ts'
import { waitForEnd } from './wait.ts'

/** How a verb that moved a request on ends: with what is next, or with the receipt when it is waited for. */
export async function afterDecision(
  session: Session,
  request: RequestView,
  options: { wait?: boolean; claimCode?: string | null; data?: Record<string, unknown> } = {},
): Promise<Outcome> {
  const { claimCode = null, data = {} } = options
  if (options.wait !== true) {
    return done({ ...data, request, run_id: request.run_id }, [
      { mark: 'done', text: requestLine(session.words, request) },
      ...nextLines(session.words, request, claimCode),
    ])
  }
  await session.say([{ mark: 'info', text: requestLine(session.words, request) }, ...claimLines(claimCode)])
  const outcome = await waitForEnd(session, request)
  return { ...outcome, data: { ...data, ...outcome.data } }
}

function nextLines(words: Words, request: RequestView, claimCode: string | null): Line[] {
  if (request.run_id !== null) {
    return [
      {
        mark: 'info',
        text: `run ${request.run_id} is under way: 'usher run show ${request.run_id}'`,
        indent: 1,
      },
    ]
  }
  if (request.state !== 'submitted') return []
  return [
    ...request.missing.map(
      (missing): Line => ({ mark: 'will', text: missingText(words, missing, request.id), indent: 1 }),
    ),
    ...claimLines(claimCode),
  ]
}

function claimLines(claimCode: string | null): Line[] {
  return claimCode === null
    ? []
    : [{ mark: 'info', text: `the account's owner agrees with: usher claim ${claimCode}`, indent: 1 }]
}
