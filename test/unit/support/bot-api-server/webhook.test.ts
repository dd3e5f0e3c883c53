import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Update } from 'grammy/types'
import { expect, onTestFinished, test } from 'vitest'
import { botOn, startedServer } from './started.ts'

/** A webhook that refuses its first `refusals` deliveries. */
async function startedHook(refusals: number) {
  const received: { secret: unknown; update: Update }[] = []
  let heard = () => {}
  const server = createServer(async (request, response) => {
    const update = JSON.parse(await text(request)) as Update
    received.push({ secret: request.headers['x-telegram-bot-api-secret-token'], update })
    response.statusCode = received.length <= refusals ? 503 : 200
    response.end()
    heard()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    async deliveries(count: number) {
      while (received.length < count) await new Promise<void>((resolve) => (heard = resolve))
    },
  }
}

test('a webhook gets updates in order with its secret, again after a refusal, and polling is refused meanwhile', async () => {
  const server = await startedServer()
  const { api } = botOn(server)
  const hook = await startedHook(1)
  await api.setWebhook(hook.url, { secret_token: 's3cret' })
  expect((await api.getWebhookInfo()).url).toBe(hook.url)
  await expect(api.getUpdates()).rejects.toMatchObject({
    error_code: 409,
    description:
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  })
  const { id } = await server.control.createUser({ first_name: 'Ada' })
  await server.control.sendText({ user: id, text: 'one' })
  await server.control.sendText({ user: id, text: 'two' })
  await hook.deliveries(3)
  expect(hook.received.map(({ update }) => update.message?.text)).toEqual(['one', 'one', 'two'])
  expect(new Set(hook.received.map(({ secret }) => secret))).toEqual(new Set(['s3cret']))
  expect((await api.getWebhookInfo()).last_error_message).toContain('503')
  await api.deleteWebhook()
  await server.control.sendText({ user: id, text: 'three' })
  expect((await api.getUpdates()).map((update) => update.message?.text)).toContain('three')
})

test('a waiting poller is ended by a webhook, also a foreign one, which is never contacted', async () => {
  const server = await startedServer()
  const { api } = botOn(server)
  const poll = expect(api.getUpdates({ timeout: 20 })).rejects.toThrow(
    'Conflict: terminated by setWebhook request',
  )
  await new Promise((resolve) => setTimeout(resolve, 50))
  await api.setWebhook('https://attacker.example/hook')
  await poll
  const { id } = await server.control.createUser({ first_name: 'Ada' })
  await server.control.sendText({ user: id, text: 'one' })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect((await api.getWebhookInfo()).last_error_message).toBe(
    'Connection refused: attacker.example is not loopback',
  )
  await expect(api.setWebhook('http://attacker.example/hook')).rejects.toThrow(
    'An HTTPS URL must be provided',
  )
})
