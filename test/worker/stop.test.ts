import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RequestView, RunView } from '../../src/protocol/views.ts'
import { rememberMachine } from '../support/host/test-machine.ts'
import { exchange, post } from './support/raw.ts'
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts'

const ADMIN = '/run/usher/admin.sock'
const AGENT = '/etc/usher-agent'
/** Ignores every signal that it can, leaves its session and closes what it was given. */
const HANGING = `#!/bin/sh
trap '' TERM INT HUP
(/usr/bin/setsid /bin/sh -c "trap '' TERM; /bin/sleep 4711 & wait" <&- >&- 2>&- &)
/bin/sleep 4711
/bin/sleep 4711
`
/** As `src/worker/main.ts` has it, and what is left of a step when it is told to end. */
const STOP_MS = 10_000
const GRACE_MS = 1500

let worker: WorkerProcess
let forget: () => void
beforeEach(async () => {
  forget = rememberMachine()
  const init = ['--disable-warning=ExperimentalWarning', 'src/launch.js', 'init', '--admin', '77']
  expect(spawnSync(process.execPath, init, { encoding: 'utf8' }).stderr).toBe('')
  writeFileSync('/etc/usher/config.yaml', `smoke: { agent_command: [agent], path: [${AGENT}] }\n`)
  mkdirSync(AGENT, { mode: 0o755 })
  setAgent(HANGING)
  worker = await startWorkerProcess()
})
afterEach(async () => {
  await worker.kill('SIGKILL')
  rmSync(AGENT, { recursive: true })
  for (const folder of ['/var/lib/usher', '/var/lib/usher-bot', '/run/usher']) {
    rmSync(folder, { recursive: true, force: true })
  }
  execFileSync('userdel', ['usher'])
  forget()
})

function setAgent(text: string): void {
  writeFileSync(`${AGENT}/agent`, text, { mode: 0o755 })
}

let keys = 0
async function call<T>(operation: string, input: object): Promise<T> {
  const { status, body } = await exchange(
    ADMIN,
    post(operation, input, { 'idempotency-key': `key-${++keys}` }),
  )
  expect({ status, body }).toMatchObject({ status: 200 })
  return body as T
}

/** Ada's run, as far as the program that hangs. */
async function runThatHangs(): Promise<number> {
  const answers = { telegram_id: 42, name: 'Ada', os_user: 'ada', role: 'user', account: 'create' }
  const { request } = await call<{ request: RequestView }>('request.draft', { answers })
  const decision = { id: request.id, digest: request.plan.digest }
  await call('request.submit', decision)
  const approved = await call<{ request: RequestView }>('request.approve', decision)
  await expect.poll(running, { timeout: 10_000, interval: 20 }).toBeGreaterThanOrEqual(2)
  return approved.request.run_id ?? 0
}

function running(): number {
  const isOurs = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1') === ['/bin/sleep', '4711', ''].join('\0')
    } catch {
      return false
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter(isOurs).length
}

describe('a worker that is told to stop while a step hangs', () => {
  test('ends within its time, leaves no program behind, and the next one goes on with the run', async () => {
    const id = await runThatHangs()
    const begun = performance.now()
    expect(await worker.kill('SIGTERM')).toBe(0)
    const took = performance.now() - begun
    expect(took).toBeGreaterThan(STOP_MS - 100)
    expect(took).toBeLessThan(STOP_MS + GRACE_MS)
    expect(running()).toBe(0)
    expect(worker.log().at(-1)).toMatchObject({ msg: 'stopped' })

    setAgent('#!/bin/sh\nexit 0\n')
    worker = await startWorkerProcess()
    const state = async () => (await call<{ run: RunView }>('run.get', { id })).run.state
    await expect.poll(state, { timeout: 10_000, interval: 50 }).toBe('succeeded')
  })
})
