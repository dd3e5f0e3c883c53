import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Every process of the sandbox, by pid and time of start. */
export type Known = ReadonlySet<string>

const PATIENCE_MS = 3_000

interface Found {
  pid: number
  id: string
  command: string
}

export function knownProcesses(): Known {
  return new Set(running().map(({ id }) => id))
}

/** Processes that are neither known nor the worker; they get a while to end by themselves. With `end` they are ended. */
export async function strangers(
  known: Known,
  worker: number | null,
  what: 'look' | 'end' = 'look',
): Promise<string[]> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const found = running().filter(({ id, pid }) => !known.has(id) && pid !== worker)
    if (found.length === 0 || performance.now() > deadline)
      return found.map(({ pid, command }) => `${pid} ${command}`)
    if (what === 'end') for (const { pid } of found) end(pid)
    await delay(10)
  }
}

function running(): Found[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1')
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim()
        // What has ended and is not reaped yet, and kernel threads.
        if (fields[0] === 'Z' || command === '') return []
        return [{ pid: Number(name), id: `${name} ${fields[19]}`, command }]
      } catch {
        return [] // it ended meanwhile
      }
    })
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}
