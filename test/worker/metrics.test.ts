import { execFileSync } from 'node:child_process'
import { lstatSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseScrape } from '../support/prometheus.ts'
import { startGates, type TestGates } from './support/gates.ts'
import { exchange, type Peer, post, requestBytes } from './support/raw.ts'

const BOT = { user: 'usher-bot-test', uid: 4012, gid: 4012 }
const ANNA: Peer = { uid: 4011, gid: 4011 }
/** Its own group is the group of the metrics. */
const COLLECTOR: Peer = { uid: 4013, gid: 4013 }
/** The metrics' group, but no account of this host. */
const NOBODYS: Peer = { uid: 4999, gid: 4013 }
let gates: TestGates

beforeAll(async () => {
  for (const [name, { uid }] of [
    ['anna', ANNA],
    ['collector', COLLECTOR],
    [BOT.user, BOT],
  ] as const) {
    execFileSync('useradd', ['--uid', String(uid), '--no-create-home', name])
  }
  gates = await startGates(BOT, { metricsGid: COLLECTOR.gid })
  execFileSync('chmod', ['755', gates.folder])
})
afterAll(async () => {
  await gates.close()
  for (const name of ['anna', 'collector', BOT.user]) execFileSync('userdel', [name])
})
beforeEach(() => {
  gates.executed.length = 0
})

/** As collectors ask: no header of ours, a host that they make up. */
const SCRAPE = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nUser-Agent: Collector/1\r\n\r\n'
const scraped = (text: string) => parseScrape(text.slice(text.indexOf('\r\n\r\n') + 4))

describe('the socket of the metrics', () => {
  test('lets in its group and root, and nobody else', async () => {
    const { mode, gid, uid } = lstatSync(gates.socket('metrics'))
    expect([uid, gid, (mode & 0o7777).toString(8)]).toEqual([0, COLLECTOR.gid, '660'])
    for (const peer of [undefined, COLLECTOR]) {
      const { status, text } = await exchange(gates.socket('metrics'), SCRAPE, peer)
      expect(status).toBe(200)
      expect(text).toContain('content-type: text/plain; version=0.0.4; charset=utf-8')
      expect(scraped(text).families.size).toBeGreaterThan(0)
    }
    for (const peer of [ANNA, BOT]) {
      expect((await exchange(gates.socket('metrics'), SCRAPE, peer)).text).toBe('')
    }
    const { status, body } = await exchange(gates.socket('metrics'), SCRAPE, NOBODYS)
    expect({ status, body }).toMatchObject({ status: 403, body: { error: { code: 'not_permitted' } } })
  })

  test('answers nothing else', async () => {
    const others = [
      ...[post('whoami', {}), post('audit.verify', {}), requestBytes('GET /v1/version')],
      ...[requestBytes('GET /v1/events?after=0'), requestBytes('POST /metrics', {}, '{}')],
      ...[requestBytes('GET /metrics?x=1'), requestBytes('GET /'), requestBytes('HEAD /metrics')],
      ...[
        requestBytes('GET /metrics', { origin: 'http://localhost' }),
        requestBytes('GET http://usher/metrics'),
      ],
      requestBytes('GET /metrics', { 'usher-on-behalf-of-telegram': '5' }),
      requestBytes('GET /metrics', { 'content-length': '2' }, '{}'),
    ]
    for (const bytes of others) {
      const { status, body } = await exchange(gates.socket('metrics'), bytes)
      expect({ status, body }, bytes).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } })
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    expect(gates.executed).toEqual([])
  })

  test('has a budget of its own, and what it refuses is counted', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => exchange(gates.socket('metrics'), SCRAPE)),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(6)
    expect(statuses).toContain(429)
    const asked = await exchange(gates.socket('admin'), requestBytes('GET /metrics'))
    const figures = scraped(asked.text)
    const refused = ['connections', 'requests'].map(
      (reason) => figures.value('usher_refused_total', { listener: 'metrics', reason }) ?? 0,
    )
    expect((refused[0] ?? 0) + (refused[1] ?? 0)).toBeGreaterThan(0)
  })
})

describe('the metrics on other sockets', () => {
  test('are root’s on the operator’s, with the header that a browser cannot be made to send', async () => {
    const asked = await exchange(gates.socket('admin'), requestBytes('GET /metrics'))
    expect(asked.status).toBe(200)
    expect(scraped(asked.text).value('usher_connections', { listener: 'admin' })).toBe(1)
    const plain = await exchange(gates.socket('admin'), SCRAPE)
    expect(plain).toMatchObject({ status: 400, body: { error: { code: 'bad_request' } } })
  })

  test('are neither everybody’s nor the bot’s, also not on behalf of an admin', async () => {
    gates.roster.push({ telegram_id: 1, name: 'Anna', os_user: 'anna', role: 'admin' })
    const bytes = requestBytes('GET /metrics')
    const behalf = requestBytes('GET /metrics', { 'usher-on-behalf-of-telegram': '1' })
    for (const [listener, sent, peer] of [
      ['worker', bytes, ANNA],
      ['bot', bytes, BOT],
      ['bot', behalf, BOT],
    ] as const) {
      const { status, body } = await exchange(gates.socket(listener), sent, peer)
      expect({ status, body }).toMatchObject({ status: 403, body: { error: { code: 'not_permitted' } } })
    }
  })
})
