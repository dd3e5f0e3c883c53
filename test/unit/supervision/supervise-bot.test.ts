import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SupervisedBot, superviseBot, UNSUPERVISED } from '../../../src/supervision/supervise-bot.ts'
import { watchTurns } from '../../../src/supervision/turns.ts'
import { type Datagrams, receiveDatagrams } from '../../support/datagrams.ts'

let folder: string
let manager: Datagrams
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-supervised-'))
  manager = receiveDatagrams(join(folder, 'notify'))
})
afterEach(() => {
  manager.close()
  rmSync(folder, { recursive: true })
})

const supervise = (options: Partial<SupervisedBot> = {}) =>
  superviseBot({
    ...{ notifySocket: join(folder, 'notify'), watchdogMs: null, readyAfterMs: 60_000 },
    onSilence: () => undefined,
    ...options,
  })

describe('a bot tells the service manager', () => {
  test('that it is ready once Telegram has said who it is, and as whom it serves', () => {
    const bot = supervise()
    bot.turned()
    expect(manager.received()).toEqual([])
    bot.serves('usher_bot')
    expect(manager.received()).toEqual(['READY=1', 'STATUS=ready: serves as @usher_bot'])
  })

  test('that it is ready without an answer of Telegram after a while, and what it waits for', async () => {
    const bot = supervise({ readyAfterMs: 20 })
    bot.reached(false)
    const said: string[] = []
    await expect.poll(() => said.push(...manager.received()), { interval: 5 }).toBe(2)
    expect(said).toEqual(['READY=1', 'STATUS=waiting for Telegram, which does not answer yet'])
    bot.serves('usher_bot')
    expect(manager.received()).toEqual(['STATUS=ready: serves as @usher_bot'])
  })

  test('when Telegram stops answering and answers again, each once', () => {
    const bot = supervise()
    bot.serves('usher_bot')
    manager.received()
    for (const answers of [true, false, false, true, true]) bot.reached(answers)
    expect(manager.received()).toEqual([
      'STATUS=ready: serves as @usher_bot, but Telegram does not answer',
      'STATUS=ready: serves as @usher_bot',
    ])
  })

  test('that it stops, and nothing of readiness after that', async () => {
    const bot = supervise({ readyAfterMs: 10 })
    bot.stopping()
    await new Promise((resolve) => setTimeout(resolve, 40))
    bot.reached(false)
    expect(manager.received()).toEqual(['STOPPING=1\nSTATUS=stopping'])
  })

  test('nothing at all where there is none', () => {
    const bot = supervise({ notifySocket: null })
    for (const one of [bot, UNSUPERVISED]) {
      one.serves('usher_bot')
      one.reached(false)
      one.turned()
    }
    bot.stopping()
    expect(manager.received()).toEqual([])
  })
})

describe('signs of life', () => {
  test('are given while its loop turns, end when it does not, and come again when it does', async () => {
    let time = 0
    const silences: unknown[] = []
    const bot = supervise({ watchdogMs: 30, now: () => time, onSilence: (error) => silences.push(error) })
    await expect.poll(() => manager.received().length, { interval: 5 }).toBeGreaterThan(0)
    time += 180_001
    await expect.poll(() => silences.length, { interval: 5 }).toBeGreaterThan(1)
    manager.received()
    await expect.poll(() => silences.length, { interval: 5 }).toBeGreaterThan(3)
    expect(manager.received()).toEqual([])
    expect(String(silences[0])).toContain('the loop that waits for work does not turn')
    bot.turned()
    await expect.poll(() => manager.received(), { interval: 5 }).toContain('WATCHDOG=1')
    time += 180_001
    bot.stopping()
    manager.received()
    await expect.poll(() => manager.received(), { interval: 5 }).toContain('WATCHDOG=1')
  })

  test('allow a loop to rest on purpose for as long as it said', () => {
    let time = 0
    const turns = watchTurns(() => time, 100)
    turns.turned(500)
    time = 600
    expect(turns.isTurning()).toBe(true)
    time = 601
    expect(turns.isTurning()).toBe(false)
    turns.turned()
    time = 702
    expect(turns.isTurning()).toBe(false)
  })
})
