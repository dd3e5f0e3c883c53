/**
 * Sends volleys of operations to sockets as whoever runs it: for each line of standard input, a `Volley`, it prints one line
 * of `Shot`s in the same order.
 */
import { createInterface } from 'node:readline'
import type { OperationName } from '../../../src/protocol/operations.ts'
import { exchange, post } from './raw.ts'

export interface Volley {
  /** Connections that are open at the same time. */
  atOnce: number
  shots: {
    socket: string
    operation: OperationName
    input: object
    headers: Record<string, string>
  }[]
}

/** One answer: what was said, and how long it took in milliseconds. */
export interface Shot {
  status: number | null
  body: unknown
  ms: number
}

for await (const line of createInterface({ input: process.stdin })) {
  const { atOnce, shots } = JSON.parse(line) as Volley
  const answers: Shot[] = []
  let next = 0
  const shoot = async () => {
    for (let index = next++; index < shots.length; index = next++) {
      const { socket, operation, input, headers } = shots[index]!
      const { status, body, ms } = await exchange(socket, post(operation, input, headers))
      answers[index] = { status, body, ms }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, shoot))
  process.stdout.write(`${JSON.stringify(answers)}\n`)
}
