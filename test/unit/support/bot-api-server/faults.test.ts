import { autoRetry } from '@grammyjs/auto-retry'
import { HttpError } from 'grammy'
import { describe, expect, test } from 'vitest'
import { waitForCall } from '../../../support/bot-api-server/control/wait.ts'
import { botOn, startedServer } from './started.ts'

async function startedChat() {
  const server = await startedServer()
  const { id } = await server.control.createUser({ first_name: 'Ada' })
  await server.control.pressStart({ user: id })
  const sent = async () =>
    (await server.control.chat({ chat: id })).messages.filter((one) => one.from_bot).length
  return { control: server.control, api: botOn(server).api, id, sent }
}

describe('injected faults', () => {
  test('a 429 carries retry_after, and auto-retry gets through after that time', async () => {
    const { control, api, id, sent } = await startedChat()
    await control.inject({ method: 'sendMessage', fault: { kind: 'too-many-requests', retry_after: 1 } })
    await expect(api.sendMessage(id, 'one')).rejects.toMatchObject({
      error_code: 429,
      description: 'Too Many Requests: retry after 1',
      parameters: { retry_after: 1 },
    })
    expect(await sent()).toBe(0)
    await control.inject({ method: 'sendMessage', fault: { kind: 'too-many-requests', retry_after: 1 } })
    api.config.use(autoRetry())
    const before = performance.now()
    await api.sendMessage(id, 'two')
    expect(performance.now() - before).toBeGreaterThan(950)
    expect(await sent()).toBe(1)
  })

  test('an injected answer holds for as many calls of that method as it was asked for', async () => {
    const { control, api, id } = await startedChat()
    const fault = { kind: 'answer', error_code: 500, description: 'Internal Server Error' } as const
    await control.inject({ method: 'sendMessage', times: 2, fault })
    await api.getMe()
    await expect(api.sendMessage(id, 'x')).rejects.toMatchObject({ error_code: 500 })
    await expect(api.sendMessage(id, 'x')).rejects.toMatchObject({ error_code: 500 })
    await api.sendMessage(id, 'x')
    await control.inject({ method: '*', times: 99, fault })
    await expect(api.getMe()).rejects.toMatchObject({ error_code: 500 })
    await control.clearFaults({})
    await api.getMe()
  })

  test('a dropped connection loses the call before, or only the answer after it took effect', async () => {
    const { control, api, id, sent } = await startedChat()
    await control.inject({ method: 'sendMessage', fault: { kind: 'drop', when: 'before' } })
    await expect(api.sendMessage(id, 'x')).rejects.toBeInstanceOf(HttpError)
    expect(await sent()).toBe(0)
    await control.inject({ method: 'sendMessage', fault: { kind: 'drop', when: 'after' } })
    await expect(api.sendMessage(id, 'x')).rejects.toBeInstanceOf(HttpError)
    expect(await sent()).toBe(1)
  })

  test('a delayed call takes its time', async () => {
    const { control, api } = await startedChat()
    await control.inject({ method: 'getMe', fault: { kind: 'delay', ms: 200 } })
    const before = performance.now()
    await api.getMe()
    expect(performance.now() - before).toBeGreaterThan(190)
  })

  test('the log shows each call with payload, times and answer, and can be waited for', async () => {
    const { control, api, id } = await startedChat()
    const waiting = waitForCall(control, (call) => call.payload['text'] === 'x', { method: 'sendMessage' })
    await api.sendMessage(id, 'x')
    const call = await waiting
    expect(call).toMatchObject({
      method: 'sendMessage',
      payload: { chat_id: id, text: 'x' },
      response: { ok: true },
    })
    expect(call.ended_ms).toBeGreaterThanOrEqual(call.started_ms)
    await api.sendMessage(id + 5, 'x').catch(() => undefined)
    const [refused] = await control.calls({ after: call.id })
    expect(refused?.response).toEqual({
      ok: false,
      error_code: 400,
      description: 'Bad Request: chat not found',
    })
    await expect(waitForCall(control, () => false, { timeoutMs: 50 })).rejects.toThrow('within 50 ms')
  })
})
