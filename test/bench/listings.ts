/** What asking for a page costs at the socket when years are stored: connect, ask, and the last byte of the answer. */
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  HOST_HEADER_VALUE,
  type OperationInput,
  type OperationName,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
} from '../../src/protocol/operations.ts'
import { LONG, longPerson } from '../support/big-history.ts'
import { createLongScene } from './long-scene.ts'
import { p50, p95 } from './statistics.ts'

const TARGET_MS = 5
/** Below the 200 requests a second that the operator has. */
const APART_MS = 10
const WARM_UP = 20

type Listing = { [N in OperationName]: [what: string, operation: N, input: OperationInput<N>] }[OperationName]

/** Rows of the table; each listing is asked for `samples` times. */
export async function measureListings(samples: number): Promise<string> {
  const scene = await createLongScene()
  try {
    const socketPath = join(scene.places.run, 'admin.sock')
    const now = Date.now()
    const person = longPerson(3).os_user
    const listings: Listing[] = [
      ['requests, the newest 50', 'request.list', {}],
      ['requests, 50 from the middle', 'request.list', { before: LONG.requests / 2 }],
      ['open requests', 'request.list', { open: true }],
      ['one request with its plan', 'request.get', { id: LONG.requests / 2 }],
      ['one run with its steps', 'run.get', { id: 1000 }],
      ['people, the first 200', 'people.list', {}],
      ['events, the newest 50', 'audit.list', {}],
      ['events, 50 from the middle', 'audit.list', { before: LONG.events / 2 }],
      ['events about one person', 'audit.list', { person }],
      ['events of one type', 'audit.list', { type: 'request.approved' }],
      ['events of a day long ago', 'audit.list', { from: now - 4 * 86_400_000, to: now - 3 * 86_400_000 }],
    ]
    const rows: string[] = []
    for (const [what, operation, input] of listings) {
      const times: number[] = []
      for (let n = -WARM_UP; n < samples; n++) {
        await sleep(APART_MS)
        const took = await ask(socketPath, operation, input)
        if (n >= 0) times.push(took)
      }
      const met = p50(times) < TARGET_MS ? 'met' : 'missed'
      rows.push(
        `| ${what} | ${p50(times).toFixed(1)} ms | ${p95(times).toFixed(1)} ms | p50 under ${TARGET_MS} ms: ${met} |`,
      )
    }
    return rows.join('\n')
  } finally {
    await scene.close()
  }
}

/** Milliseconds from the connect to the end of the answer. */
function ask(socketPath: string, operation: string, input: unknown): Promise<number> {
  const body = JSON.stringify(input)
  const headers = {
    host: HOST_HEADER_VALUE,
    [PROTOCOL_HEADER]: String(PROTOCOL_VERSION),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  }
  const begin = performance.now()
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method: 'POST', path: `/v1/${operation}`, headers, agent: false })
    asked.once('error', reject)
    asked.once('response', (response) => {
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
      })
      response.once('error', reject)
      response.once('end', () => {
        if (response.statusCode === 200 && size > 0) resolve(performance.now() - begin)
        else reject(new Error(`cannot list: ${operation} answered ${response.statusCode}`))
      })
    })
    asked.end(body)
  })
}
