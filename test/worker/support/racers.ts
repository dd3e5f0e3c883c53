import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Shot, Volley } from './racer.ts'
import type { Peer } from './raw.ts'

/** A process of another account (or of ours) that sends volleys. */
export interface Racer {
  fire(volley: Volley): Promise<Shot[]>
  end(): Promise<void>
}

export function startRacer(peer?: Peer): Racer {
  const child = spawn(process.execPath, [fileURLToPath(new URL('racer.ts', import.meta.url))], {
    ...peer,
    env: { PATH: '/usr/bin:/bin', NODE_NO_WARNINGS: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const closed = new Promise((resolve) => child.once('close', resolve))
  return {
    async fire(volley) {
      child.stdin.write(`${JSON.stringify(volley)}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error('a racer ended before it answered')
      return JSON.parse(value) as Shot[]
    },
    async end() {
      child.stdin.end()
      await closed
    },
  }
}
