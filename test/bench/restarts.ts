/** What the restart of a service adds to a run: under a real systemd, in a sandbox of its own. */
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { runCommand } from '../support/stage/command.ts'
import { createScene } from '../support/stage/scene.ts'
import { CLEAN_ENVIRONMENT } from '../support/stage/system-installation.ts'
import { onboardOne } from './onboard-one.ts'
import { p50, p95 } from './statistics.ts'

const UNIT = 'agent-of-people.service'
/** At most three restarts in ten seconds: each run waits long enough to get one of its own. */
const APART_MS = 3500

/** Rows of the table. Inside a systemd sandbox only. */
export async function measureRestarts(people: number): Promise<string> {
  writeFileSync(`/etc/systemd/system/${UNIT}`, '[Service]\nExecStart=/bin/sleep infinity\n')
  await systemctl('daemon-reload')
  await systemctl('start', UNIT)
  const rows: string[] = []
  for (const action of ['remind', 'restart'] as const) {
    const scene = await createScene({ config: { services: [{ unit: UNIT, action }] } })
    try {
      const times: number[] = []
      const cursor = { after: 0 }
      for (let n = 0; n < people; n += 1) {
        times.push(await onboardOne(scene, n, cursor))
        if (action === 'restart') await sleep(APART_MS)
      }
      const what = action === 'restart' ? 'one service restarted' : 'no restart'
      rows.push(
        `| under systemd, ${what}, ${people} people | ${p50(times).toFixed(0)} ms | ${p95(times).toFixed(0)} ms | |`,
      )
    } catch (error) {
      console.error(scene.logs())
      throw error
    } finally {
      await scene.close()
    }
  }
  return rows.join('\n')
}

async function systemctl(...args: string[]): Promise<void> {
  const done = await runCommand(['systemctl', ...args], { cwd: '/', env: CLEAN_ENVIRONMENT })
  if (done.status !== 0) throw new Error(`cannot systemctl ${args.join(' ')}: ${done.stderr}`)
}
