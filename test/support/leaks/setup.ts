/**
 * Fails a test file that leaves a process, an account or a socket behind. Inside a sandbox everything counts; on the
 * machine itself only what descends from this test process, because others work there at the same time.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll } from 'vitest'
import { insideSandbox } from '../sandbox/sandbox.ts'
import { type Inventory, leaksSince, takeInventory } from './inventory.ts'

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
  if (leaks.length > 0) throw new Error(`this file left behind:\n  ${leaks.join('\n  ')}`)
})
