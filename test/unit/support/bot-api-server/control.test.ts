import { expect, test } from 'vitest'
import { connectControl } from '../../../support/bot-api-server/control/client.ts'
import { waitForMessage } from '../../../support/bot-api-server/control/wait.ts'
import { botOn, startedServer } from './started.ts'

test('a driver in another process can do over HTTP what one in this process can', async () => {
  const server = await startedServer()
  const remote = connectControl({ url: server.url, secret: server.controlSecret })
  const { id } = await remote.createUser({ first_name: 'Ada' })
  await remote.pressStart({ user: id })
  const waiting = waitForMessage(remote, id, (message) => message.from_bot)
  await botOn(server).api.sendMessage(id, 'hello')
  expect((await waiting).text).toBe('hello')
  expect(await remote.chat({ chat: id })).toEqual(await server.control.chat({ chat: id }))
  expect((await remote.calls({})).map((call) => call.method)).toEqual(['sendMessage'])
})

test('without the secret nothing is controlled', async () => {
  const server = await startedServer()
  const stranger = connectControl({ url: server.url, secret: 'guess' })
  await expect(stranger.createUser({ first_name: 'Eve' })).rejects.toThrow('cannot control: wrong secret')
  expect(await server.control.users({})).toEqual([])
  expect((await fetch(`${server.url}/control/users`)).status).toBe(405)
})

test('a wrong input is refused with the field, in this process and over HTTP alike', async () => {
  const server = await startedServer()
  const remote = connectControl({ url: server.url, secret: server.controlSecret })
  for (const control of [server.control, remote]) {
    await expect(control.sendText({ user: 1, text: 'x' })).rejects.toThrow('there is no such user')
    const wrong = { user: 'me' } as unknown as { user: number }
    await expect(control.block(wrong)).rejects.toThrow(/cannot perform block[\s\S]*user/)
  }
})

test('what a test holds does not change under its hands', async () => {
  const server = await startedServer()
  const { id } = await server.control.createUser({ first_name: 'Ada' })
  await server.control.sendText({ user: id, text: 'one' })
  const before = await server.control.chat({ chat: id })
  await server.control.editText({ user: id, message_id: before.messages[0]!.message_id, text: 'two' })
  expect(before.messages[0]?.text).toBe('one')
})
