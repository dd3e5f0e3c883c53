/** Run inside a systemd sandbox as the bot's account: each line of stdin is a call at bot.sock, each line of stdout its answer. */
import { createInterface } from 'node:readline'
import { createClient } from '../../../src/client/create-client.ts'
import type { OperationInput, OperationName } from '../../../src/protocol/operations.ts'

interface Call {
  operation: OperationName
  input: OperationInput<OperationName>
  as?: number
}

const client = createClient({ socketPath: '/run/usher/bot.sock', expectServerUid: 0 })
for await (const line of createInterface({ input: process.stdin })) {
  const { operation, input, as } = JSON.parse(line) as Call
  const options = { timeoutMs: 20_000, ...(as === undefined ? {} : { onBehalfOf: as }) }
  console.log(JSON.stringify(await client.call(operation, input, options)))
}
await client.close()
