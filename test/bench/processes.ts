/** Cold start to ready with a warm compile cache, and idle memory, of worker and bot. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Daemon } from '../support/stage/daemon.ts'
import { createScene } from '../support/stage/scene.ts'
import { p50, p95 } from './statistics.ts'

const IDLE_MS = 5000
const TARGETS = { worker: 110, bot: 120 }

/** Rows of the table. */
export async function measureProcesses(starts: number): Promise<string> {
  const scene = await createScene()
  try {
    const rows: string[] = []
    for (const daemon of [scene.worker, scene.bot]) {
      const times: number[] = []
      // The first start fills the compile cache and is not counted.
      for (let n = -1; n < starts; n += 1) {
        await daemon.stop()
        const begin = performance.now()
        await daemon.start()
        if (n >= 0) times.push(performance.now() - begin)
      }
      rows.push(
        `| cold start of the ${daemon.name} to ready | ${p50(times).toFixed(0)} ms | ${p95(times).toFixed(0)} ms | under 400 ms |`,
      )
    }
    await sleep(IDLE_MS)
    for (const daemon of [scene.worker, scene.bot]) {
      const target = TARGETS[daemon.name as keyof typeof TARGETS]
      rows.push(
        `| idle memory (RSS) of the ${daemon.name} | ${residentMb(daemon)} MB | | under ${target} MB |`,
      )
    }
    return rows.join('\n')
  } finally {
    await scene.close()
  }
}

function residentMb({ pid }: Daemon): string {
  const kb = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)?.[1]
  return (Number(kb) / 1024).toFixed(0)
}
