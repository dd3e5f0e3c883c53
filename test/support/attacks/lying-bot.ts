import { connect } from 'node:net'
import { join } from 'node:path'
import type { ApiError } from '../../../src/protocol/errors.ts'
import type { OperationInput, OperationName, OperationOutput } from '../../../src/protocol/operations.ts'
import { post } from '../../worker/support/raw.ts'
import { insideSandbox } from '../sandbox/sandbox.ts'

export type Said<N extends OperationName> =
  | ({ ok: true } & OperationOutput<N>)
  | { ok: false; error: Pick<ApiError, 'code' | 'params'> }

/** Whoever took the bot: its real uid, and whatever they like to say. */
export interface LyingBot {
  /** `as`: the Telegram user whom it claims to speak for. */
  asks<N extends OperationName>(operation: N, input: OperationInput<N>, as?: number): Promise<Said<N>>
  /** What a socket of another account answers; null: nothing, because the file does not let it in. */
  knocks(socket: 'admin.sock' | 'witness.sock' | 'approver.sock'): Promise<number | null>
}

/** @param run folder of the sockets */
export function lyingBot(run: string, account: { uid: number; gid: number }): LyingBot {
  if (!insideSandbox()) throw new Error('cannot become the bot outside a sandbox')
  let keys = 0
  const send = async (socket: string, operation: string, input: unknown, as: number | undefined) => {
    keys += 1
    const headers = {
      'idempotency-key': `lie-${process.pid}-${keys}`,
      ...(as === undefined ? {} : { 'usher-on-behalf-of-telegram': String(as) }),
    }
    return exchangeAs(account, join(run, socket), post(operation, input, headers))
  }
  return {
    async asks(operation, input, as) {
      const { body } = await send('bot.sock', operation, input, as)
      if (body === null) throw new Error(`the worker did not answer ${operation}`)
      return JSON.parse(body) as Said<typeof operation>
    },
    async knocks(socket) {
      return (await send(socket, 'whoami', {}, undefined)).status
    },
  }
}

/** The kernel notes the effective uid of the moment of connect(2). */
async function exchangeAs(
  { uid, gid }: { uid: number; gid: number },
  path: string,
  bytes: string,
): Promise<{ status: number | null; body: string | null }> {
  process.setegid?.(gid)
  process.seteuid?.(uid)
  const socket = connect(path)
  process.seteuid?.(0)
  process.setegid?.(0)
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  const status = /^HTTP\/1\.1 ([0-9]{3})/.exec(text)?.[1]
  if (status === undefined) return { status: null, body: null }
  return { status: Number(status), body: text.slice(text.indexOf('\r\n\r\n') + 4) }
}
