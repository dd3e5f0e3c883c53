import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { forgetServiceManager, readEnvironment } from '../../../src/config/environment.ts'
import { createNotify } from '../../../src/supervision/notify.ts'
import { startWatchdog } from '../../../src/supervision/watchdog.ts'
import { receiveDatagrams } from '../../support/datagrams.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'usher-notify-'))
const turns = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('what the service manager is told', () => {
  test.for(['path', 'abstract name'])(
    'arrives at a socket with a %s, several lines in one datagram',
    (kind) => {
      const place = folder()
      const name = kind === 'path' ? join(place, 'notify') : `@usher-test-${process.pid}`
      const socket = receiveDatagrams(name)
      try {
        const notify = createNotify(name)
        expect(notify('READY=1', 'STATUS=two\nlines')).toBe(true)
        expect(notify('WATCHDOG=1')).toBe(true)
        expect(socket.received()).toEqual(['READY=1\nSTATUS=two lines', 'WATCHDOG=1'])
      } finally {
        socket.close()
        rmSync(place, { recursive: true })
      }
    },
  )

  test.for([null, '', 'relative', 'vsock:2:3', `/${'x'.repeat(200)}`, '/nonexistent/socket'])(
    'is dropped without a socket to speak to (%j)',
    (socket) => {
      expect(createNotify(socket)('READY=1')).toBe(false)
    },
  )

  test('is dropped when nobody listens any more, and heard again when somebody does', () => {
    const place = folder()
    const name = join(place, 'notify')
    const first = receiveDatagrams(name)
    const notify = createNotify(name)
    expect(notify('READY=1')).toBe(true)
    first.close()
    expect(notify('WATCHDOG=1')).toBe(false)
    rmSync(name)
    const second = receiveDatagrams(name)
    expect(notify('STOPPING=1')).toBe(true)
    expect(second.received()).toEqual(['STOPPING=1'])
    second.close()
    rmSync(place, { recursive: true })
  })
})

describe('the environment', () => {
  const variables = () => ({
    NOTIFY_SOCKET: '/run/n',
    WATCHDOG_USEC: '30000000',
    WATCHDOG_PID: '1',
    HOME: '/root',
  })

  test('says how often a sign of life is due, if it is meant for this process', () => {
    const own = { ...variables(), WATCHDOG_PID: String(process.pid) }
    expect(readEnvironment(own)).toMatchObject({ notifySocket: '/run/n', watchdogMs: 30_000 })
    expect(readEnvironment({ WATCHDOG_USEC: '2000000' }).watchdogMs).toBe(2000)
    expect(readEnvironment(variables()).watchdogMs).toBeNull()
    for (const WATCHDOG_USEC of ['0', '-1', 'x', '12', '1e9']) {
      expect(readEnvironment({ WATCHDOG_USEC }).watchdogMs).toBeNull()
    }
  })

  test('has nothing of it any more for what is started later', () => {
    const given = variables()
    forgetServiceManager(given)
    expect(given).toEqual({ HOME: '/root' })
  })
})

describe('the watchdog', () => {
  test('gives at least two signs in the time, none while the store does not answer, and again when it does', async () => {
    const said: string[] = []
    const silences: unknown[] = []
    let answers: () => boolean = () => true
    const end = startWatchdog({
      notify: (...lines) => said.push(...lines) > 0,
      timeoutMs: 90,
      isAnswering: () => answers(),
      silence: 'the store does not answer',
      onSilence: (error) => silences.push(error),
    })
    try {
      await expect.poll(() => said.length, { interval: 5 }).toBeGreaterThanOrEqual(3)
      answers = () => {
        throw new Error('disk I/O error')
      }
      await turns(40)
      said.length = 0
      await expect.poll(() => silences.length, { interval: 5 }).toBeGreaterThanOrEqual(2)
      expect(said).toEqual([])
      answers = () => false
      await turns(40)
      said.length = 0
      silences.length = 0
      await expect.poll(() => silences.length, { interval: 5 }).toBeGreaterThanOrEqual(2)
      expect(said).toEqual([])
      answers = () => true
      await expect.poll(() => said.length, { interval: 5 }).toBeGreaterThanOrEqual(1)
    } finally {
      end()
    }
    await turns(40)
    said.length = 0
    await turns(100)
    expect(said).toEqual([])
  })

  test('gives no sign while the event loop does not turn', async () => {
    const said: number[] = []
    const end = startWatchdog({
      notify: () => said.push(performance.now()) > 0,
      timeoutMs: 30,
      isAnswering: () => true,
      silence: '',
      onSilence: () => undefined,
    })
    await turns(30)
    const begun = performance.now()
    while (performance.now() - begun < 200);
    expect(said.filter((at) => at >= begun)).toEqual([])
    end()
  })
})
