import type { Client } from '../../client/client.ts'
import { createClient } from '../../client/create-client.ts'
import type { Config } from '../../config/config.ts'
import { socketFor } from '../../config/socket.ts'

/** How long an answer may take, in milliseconds. */
const TIMEOUT_MS = 5000

/** Calls the worker as this uid would, and expects root behind the socket in a system, whoever asks. */
export async function askWorker<T>(
  config: Config,
  uid: number,
  ask: (client: Client) => Promise<T>,
): Promise<T> {
  const { path, expectServerUid } = socketFor(config, uid, 'cli')
  const owner = config.mode === 'system' ? 0 : uid
  const client = createClient({
    socketPath: path,
    expectServerUid: expectServerUid ?? owner,
    timeoutMs: TIMEOUT_MS,
  })
  try {
    return await ask(client)
  } finally {
    await client.close()
  }
}
