import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { readBytes } from '../request-body.ts'
import type { Account } from '../state/account.ts'
import { performAction } from './control.ts'

const MAX_BODY_BYTES = 1024 * 1024

/**
 * `POST /control/<action>` with `Authorization: Bearer <secret>` and a JSON body, for drivers in another process.
 * Answers `{ok: true, result}`, or `{ok: false, error}` with 400, 401 or 405.
 */
export async function answerControl(
  account: Account,
  secret: string,
  request: IncomingMessage,
  name: string,
) {
  if (request.method !== 'POST')
    return { status: 405, body: { ok: false, error: 'cannot control but by POST' } }
  if (!sameSecret(request.headers.authorization, `Bearer ${secret}`)) {
    return { status: 401, body: { ok: false, error: 'cannot control: wrong secret' } }
  }
  try {
    const bytes = await readBytes(request, MAX_BODY_BYTES)
    if (bytes === undefined) return { status: 413, body: { ok: false, error: 'cannot read so large a body' } }
    const input: unknown = bytes.length > 0 ? JSON.parse(bytes.toString('utf8')) : {}
    return { status: 200, body: { ok: true, result: await performAction(account, name, input) } }
  } catch (error) {
    return { status: 400, body: { ok: false, error: error instanceof Error ? error.message : String(error) } }
  }
}

function sameSecret(given: string | undefined, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given ?? ''), digest(wanted))
}
