/** The memory of a process of a stage, also without its garbage. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Daemon } from '../support/stage/daemon.ts'

export function residentMb({ pid }: Daemon): number {
  const kb = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)?.[1]
  return Number(kb) / 1024
}

/** User and system time since its start, in milliseconds (proc_pid_stat(5), fields 14 and 15, in hundredths of a second). */
export function cpuMs({ pid }: Daemon): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Has a process listen for a debugger, as Node does on SIGUSR1; answers how to make it collect its garbage. */
export async function openInspector(daemon: Daemon): Promise<() => Promise<void>> {
  process.kill(daemon.pid!, 'SIGUSR1')
  let url: string | undefined
  for (let looks = 0; looks < 500 && url === undefined; looks++) {
    await sleep(10)
    url = daemon.log().match(/ws:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]+/)?.[0]
  }
  if (url === undefined) throw new Error('cannot ask it to collect its garbage: it opened no inspector')
  const socket = new WebSocket(url)
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve()
    socket.onerror = () => reject(new Error(`cannot connect to ${url}`))
  })
  let id = 0
  return () =>
    new Promise((resolve) => {
      const asked = ++id
      socket.onmessage = ({ data }) => {
        if ((JSON.parse(String(data)) as { id?: number }).id === asked) resolve()
      }
      socket.send(JSON.stringify({ id: asked, method: 'HeapProfiler.collectGarbage' }))
    })
}
