import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readWebhookSecret } from '../../src/config/webhook.ts'
import { createScene, removeScene, type Scene, WEBHOOK_SECRET } from './support/scene.ts'

let scene: Scene
beforeEach(async () => {
  scene = await createScene({ receive: 'webhook' })
  await scene.start()
})
afterEach(() => removeScene(scene))

interface Delivery {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
}

const SECRET = { 'x-telegram-bot-api-secret-token': WEBHOOK_SECRET }
const JSON_TYPE = { 'content-type': 'application/json' }

/** The status that a delivery by hand is answered with; 0 when the connection just ends. */
function deliver({ method = 'POST', path, headers = { ...SECRET, ...JSON_TYPE }, body = '{}' }: Delivery) {
  const url = new URL(scene.webhookUrl ?? '')
  return new Promise<number>((resolve) => {
    const sent = request(
      { host: url.hostname, port: url.port, method, path: path ?? url.pathname, headers },
      (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      },
    )
    sent.once('error', () => resolve(0))
    sent.end(body)
  })
}

const message = (updateId: number, text: string) => {
  const { id, user } = scene.admin
  const chat = { id, type: 'private', first_name: 'Grace' }
  return JSON.stringify({
    update_id: updateId,
    message: { message_id: 1, date: 1, from: user, chat, text },
  })
}

describe('a delivery', () => {
  it('without the secret, with another one, or on another path finds nothing, whatever it brings', async () => {
    const { path: _, ...right } = { path: '', headers: { ...SECRET, ...JSON_TYPE } }
    for (const wrong of [
      { headers: JSON_TYPE },
      { headers: { ...JSON_TYPE, 'x-telegram-bot-api-secret-token': '' } },
      { headers: { ...JSON_TYPE, 'x-telegram-bot-api-secret-token': `${WEBHOOK_SECRET}x` } },
      { headers: { ...JSON_TYPE, 'x-telegram-bot-api-secret-token': `${WEBHOOK_SECRET.slice(0, -1)}x` } },
      { ...right, path: '/' },
      { ...right, path: `${new URL(scene.webhookUrl ?? '').pathname}/x` },
      { ...right, path: `${new URL(scene.webhookUrl ?? '').pathname}?x` },
      { ...right, method: 'GET' },
      { ...right, method: 'PUT' },
    ]) {
      expect(await deliver({ body: message(900_000_000, '/whoami'), ...wrong })).toBe(404)
    }
    expect(scene.worker.seen).toEqual([])
  })

  it('that is no JSON, no update or too long is refused and changes nothing', async () => {
    expect(await deliver({ headers: { ...SECRET, 'content-type': 'text/plain' } })).toBe(415)
    expect(await deliver({ body: '{"update_id":' })).toBe(400)
    expect(await deliver({ body: '[]' })).toBe(400)
    expect(await deliver({ body: '{"update_id":"1"}' })).toBe(400)
    expect([413, 0]).toContain(await deliver({ body: 'x'.repeat(300_000) }))
    // Without a length nothing says before that it is too long.
    const chunked = { ...SECRET, ...JSON_TYPE, 'transfer-encoding': 'chunked' }
    const long = message(900_000_000, 'x'.repeat(300_000))
    expect([413, 0]).toContain(await deliver({ headers: chunked, body: long }))
    expect(scene.worker.seen).toEqual([])
    await scene.admin.sends('/whoami')
    await scene.admin.sees(String(scene.admin.id))
  })

  it('that comes twice is dealt with once', async () => {
    const body = message(900_000_000, '/whoami')
    expect(await deliver({ body })).toBe(200)
    expect(await deliver({ body })).toBe(200)
    await scene.settled()
    const calls = await scene.server.control.calls({ method: 'sendMessage' })
    expect(calls.filter(({ payload }) => payload['chat_id'] === scene.admin.id)).toHaveLength(1)
  })

  it('that is slow is answered when it is written down, and others go on', async () => {
    await scene.admin.sends('/whoami')
    await scene.admin.sees(String(scene.admin.id))
    await scene.server.control.inject({ method: 'sendMessage', fault: { kind: 'delay', ms: 3000 } })
    await scene.admin.sends('/help')
    await scene.settled()
    const eve = await scene.driver.person({ first_name: 'Eve' })
    await eve.starts()
    await eve.sees(String(eve.id), { timeoutMs: 2000 })
    await scene.admin.sees('gives people access')
  })
})

describe('Telegram', () => {
  const info = async () => {
    const { url, token } = scene.server
    const answer = await fetch(`${url}/bot${token}/getWebhookInfo`)
    return ((await answer.json()) as { result: { url: string; allowed_updates: string[] } }).result
  }

  it('is told where to deliver and what, and not any more when the bot polls again', async () => {
    await expect.poll(info).toMatchObject({
      url: scene.webhookUrl,
      allowed_updates: ['message', 'edited_message', 'callback_query'],
    })
    await scene.stop()
    scene.receive = 'polling'
    await scene.start()
    await scene.admin.sends('/whoami')
    await scene.admin.sees(String(scene.admin.id))
    expect((await info()).url).toBe('')
    expect(scene.worker.seen.map(({ name }) => name)).not.toContain('chat.alarm')
  })

  it('keeps what comes while the bot is down, and delivers it after', async () => {
    await scene.stop()
    await scene.admin.sends('/whoami')
    await scene.start()
    await scene.admin.sees(String(scene.admin.id))
  })
})

describe('the secret', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-webhook-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const uid = process.getuid?.() ?? 0

  it('is read from a file of the bot alone, and must be long', async () => {
    const file = join(folder, 'secret')
    await writeFile(file, `${'a1_-'.repeat(10)}\n`, { mode: 0o600 })
    expect(readWebhookSecret(file, uid)).toEqual({ ok: true, secret: 'a1_-'.repeat(10) })
    await chmod(file, 0o644)
    expect((await stat(file)).mode & 0o777).toBe(0o644)
    expect(readWebhookSecret(file, uid)).toMatchObject({ ok: false })
    await chmod(file, 0o600)
    await writeFile(file, 'short')
    expect(readWebhookSecret(file, uid)).toMatchObject({ ok: false, message: /32 to 256/ })
    await writeFile(file, `${'ä'.repeat(40)}`)
    expect(readWebhookSecret(file, uid)).toMatchObject({ ok: false })
  })
})
