/**
 * Fails a test file that leaves a process, an account or a socket behind. Inside a sandbox everything counts; on the
 * machine itself only what descends from this test process, because others work there at the same time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'
import { insideSandbox } from '../sandbox/sandbox.ts'
import { type Inventory, leaksSince, takeInventory } from './inventory.ts'

// The caller's folders, or the runner's: no test is to depend on them.
delete process.env['XDG_DATA_HOME']

const patience = 3000

let before: Inventory

beforeAll(() => {
  before = takeInventory(insideSandbox() ? 'machine' : 'descendants')
})

afterAll(async () => {
  const deadline = Date.now() + patience
  let leaks = leaksSince(before)
  while (leaks.length > 0 && Date.now() < deadline) {
    await sleep(50)
    leaks = leaksSince(before)
  }
  if (leaks.length === 0) return
  // A process that holds this one's output would keep the whole test run waiting. One that has to tidy up may do so.
  const pids = leaks.flatMap(([, pid]) => (pid === undefined ? [] : [pid]))
  for (const pid of pids) signal(pid, 'SIGTERM')
  const deadlineOfTheseToo = Date.now() + patience
  while (pids.some((pid) => signal(pid, 0)) && Date.now() < deadlineOfTheseToo) await sleep(50)
  for (const pid of pids) signal(pid, 'SIGKILL')
  throw new Error(`this file left behind:\n  ${leaks.map(([thing]) => thing).join('\n  ')}`)
})

/** False when there is no such process any more. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}
