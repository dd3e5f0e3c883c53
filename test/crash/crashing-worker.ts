/** The worker that is tormented, seen from outside: started, given orders, killed, and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from '../../src/client/client.ts'
import { createClient } from '../../src/client/create-client.ts'
import type { OperationInput, OperationName, OperationOutput } from '../../src/protocol/operations.ts'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { CLEAN_ENVIRONMENT, SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import type { Order, Point, Report } from './injector/orders.ts'

const READY_WITHIN_MS = 20_000
/** How long a blocked process is looked at before the watchdog ends it. */
const WATCHDOG_MS = 50
const CACHE = '/var/cache/usher-crash'

export class CrashingWorker {
  readonly client: Client = createClient({
    socketPath: `${SYSTEM_PLACES.run}/admin.sock`,
    expectServerUid: 0,
    timeoutMs: 20_000,
  })
  /** What was told since the last order. */
  points: Point[] = []
  reached = false
  log = ''
  #child: ChildProcess | null = null
  #ended: Promise<void> = Promise.resolve()
  #heard: { told: Report['told']; resolve: () => void }[] = []

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** Starts it and waits until it answers. */
  async start(): Promise<void> {
    if (this.#child !== null) throw new Error('cannot start the worker: it runs already')
    mkdirSync(CACHE, { recursive: true, mode: 0o700 })
    const flags = ['--v8-pool-size=0', '--max-semi-space-size=4', '--disable-warning=ExperimentalWarning']
    const child = spawn(process.execPath, [...flags, `${checkoutInSandbox}/test/crash/worker.ts`], {
      cwd: '/',
      env: { ...CLEAN_ENVIRONMENT, NODE_COMPILE_CACHE: CACHE },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.log = (this.log + text).slice(-100_000)
      })
    }
    const reports = createInterface({ input: child.stdio[3] as Readable })
    reports.on('line', (line) => this.#hear(JSON.parse(line) as Report))
    this.#ended = new Promise((resolve) => {
      child.once('exit', (status, signal) => {
        this.log += `(the worker ended: ${signal ?? `status ${status}`})\n`
        this.#child = null
        resolve()
      })
    })
    const deadline = performance.now() + READY_WITHIN_MS
    while (!(await this.client.call('status', {})).ok) {
      if (this.#child === null)
        throw new Error(`the worker ended before it was ready:\n${this.log.slice(-3000)}`)
      if (performance.now() > deadline) throw new Error(`the worker is not ready after ${READY_WITHIN_MS} ms`)
      await delay(4)
    }
  }

  async order(order: Order): Promise<void> {
    const taken = this.heard('ordered')
    this.points = []
    this.reached = false
    this.#child?.send(order)
    const gone = this.#ended.then(() => 'gone' as const)
    if ((await Promise.race([taken, gone])) === 'gone')
      throw new Error('the worker ended before it took an order')
  }

  /** The next time that this is told. */
  heard(told: Report['told']): Promise<void> {
    return new Promise((resolve) => {
      this.#heard.push({ told, resolve })
    })
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#ended
  }

  /** Starts it when it does not run, as a service manager does. */
  async revive(): Promise<void> {
    for (let tries = 0; this.#child === null && tries < 5; tries += 1) await this.start()
  }

  /**
   * One operation, asked again under the same key for as long as the worker is away or fails at it: what a client does that
   * wants it done once.
   */
  async insist<N extends OperationName>(
    operation: N,
    input: OperationInput<N>,
    idempotencyKey: string,
  ): Promise<OperationOutput<N>> {
    for (let tries = 0; ; tries += 1) {
      const answer = await this.client.call(operation, input, { idempotencyKey })
      if (answer.ok) return answer
      const { code, message } = answer.error
      const again = ['unreachable', 'internal', 'disk_full'].includes(code) && tries < 20
      if (!again) throw new Error(`cannot ${operation}: ${code}: ${message}`)
      await delay(5)
      await this.revive()
    }
  }

  /** Starts anew, without anything that it remembers. */
  async forget(): Promise<void> {
    await this.kill()
    for (const file of ['usher.db', 'usher.db-wal', 'usher.db-shm'])
      rmSync(`${SYSTEM_PLACES.state}/${file}`, { force: true })
    await this.start()
  }

  async close(): Promise<void> {
    await this.client.close()
    await this.kill()
  }

  #hear(report: Report): void {
    if (report.told === 'point') this.points.push(report.point)
    if (report.told === 'reached') this.reached = true
    if (report.told === 'blocked') {
      const { pid } = this
      // As systemd does with a service that no longer says that it is alive.
      setTimeout(() => pid === this.pid && this.#child?.kill('SIGABRT'), WATCHDOG_MS)
    }
    const waiting = this.#heard.filter(({ told }) => told === report.told)
    this.#heard = this.#heard.filter(({ told }) => told !== report.told)
    for (const { resolve } of waiting) resolve()
  }
}
