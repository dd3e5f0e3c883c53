import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { TelegramOrder, TelegramProblem } from './telegram-calls.ts'

/** What Telegram may answer with at most, in bytes: a hundred of its longest messages are a tenth of it. */
const ANSWER_LIMIT = 8 * 1024 * 1024
/** How often a server is tried that cannot be reached: somebody waits for the answer. */
const UNREACHABLE_TRIES = 3

const envelopeSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.int(),
    description: z.string().default(''),
    parameters: z.object({ retry_after: z.number().optional() }).optional(),
  }),
])

/** What a call came to that has no result; `problem` names nothing of the token. */
export class CallFailed extends Error {
  readonly problem: TelegramProblem
  constructor(problem: TelegramProblem) {
    super(problem.kind)
    this.problem = problem
  }
}

/** Whoever answers there speaks no Bot API. */
export function notTelegram(detail: string): CallFailed {
  return new CallFailed({ kind: 'not_telegram', detail })
}

/**
 * One call of the Bot API, tried again while what is wrong passes by itself: the network, 5xx, 429 for as long as it says. `deadline` is
 * by `performance.now()`. Throws `CallFailed`.
 */
export async function ask(
  order: TelegramOrder,
  method: string,
  body: object,
  deadline: number,
): Promise<unknown> {
  let unreachable = 0
  for (let pause = 500; ; pause = Math.min(pause * 2, 5000)) {
    const made = await attempt(order, method, body, deadline)
    if (made.kind === 'result') return made.result
    const wait = made.retryAfterMs ?? pause
    if (made.problem.kind === 'unreachable') unreachable += 1
    const isOver = !made.passes || unreachable >= UNREACHABLE_TRIES
    if (isOver || performance.now() + wait >= deadline) throw new CallFailed(made.problem)
    await sleep(wait)
  }
}

type Attempt =
  | { kind: 'result'; result: unknown }
  | { kind: 'problem'; problem: TelegramProblem; passes: boolean; retryAfterMs?: number }

async function attempt(
  order: TelegramOrder,
  method: string,
  body: object,
  deadline: number,
): Promise<Attempt> {
  let status: number
  let text: string
  try {
    const response = await fetch(`${order.apiRoot}/bot${order.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // Elsewhere somebody else would get the token.
      redirect: 'manual',
      signal: AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now()))),
    })
    status = response.status
    text = await readLimited(response)
  } catch (error) {
    if (error instanceof CallFailed) throw error
    return { kind: 'problem', problem: { kind: 'unreachable', detail: networkDetail(error) }, passes: true }
  }
  const parsed = envelopeSchema.safeParse(parseJson(text))
  if (!parsed.success) {
    const busy = status >= 500
    const problem: TelegramProblem = { kind: busy ? 'busy' : 'not_telegram', detail: `HTTP status ${status}` }
    return { kind: 'problem', problem, passes: busy }
  }
  if (parsed.data.ok) return { kind: 'result', result: parsed.data.result }
  const { error_code: code, description, parameters } = parsed.data
  const detail = `${code} ${description.replaceAll(order.token, '…').slice(0, 200)}`
  if (code === 429) {
    const retryAfterMs = (parameters?.retry_after ?? 1) * 1000
    return { kind: 'problem', problem: { kind: 'busy', detail }, passes: true, retryAfterMs }
  }
  const passes = code >= 500
  return { kind: 'problem', problem: { kind: passes ? 'busy' : kindOf(code, description), detail }, passes }
}

/** Codes and descriptions as the Bot API server spells them (tdlib/telegram-bot-api, Client.cpp). */
function kindOf(code: number, description: string): TelegramProblem['kind'] {
  if (code === 401 || code === 404) return 'refused'
  if (code === 409) return /webhook/i.test(description) ? 'webhook' : 'polled'
  return 'failed'
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > ANSWER_LIMIT) throw notTelegram('its answer does not end')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Never the error's own text, which may quote the address. */
function networkDetail(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time'
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : ''
  return /^[A-Z0-9_]{1,60}$/.test(code) ? code : 'the connection failed'
}
