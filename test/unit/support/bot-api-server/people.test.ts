import { Keyboard } from 'grammy'
import type { Message } from 'grammy/types'
import { describe, expect, test } from 'vitest'
import { botOn, startedServer } from './started.ts'

async function startedAdmin() {
  const server = await startedServer()
  const ada = await server.control.createUser({ first_name: 'Ada', username: 'ada', language_code: 'en' })
  await server.control.pressStart({ user: ada.id })
  const { api } = botOn(server)
  const newest = async () => (await api.getUpdates({ offset: -1 }))[0]!
  return { server, control: server.control, api, ada, newest }
}

describe('what people send', () => {
  test('a command carries its entity, from the right person in their private chat', async () => {
    const { control, ada, newest } = await startedAdmin()
    await control.sendText({ user: ada.id, text: '/adduser now' })
    expect((await newest()).message).toMatchObject({
      from: { id: ada.id, is_bot: false, first_name: 'Ada', username: 'ada', language_code: 'en' },
      chat: { id: ada.id, type: 'private', first_name: 'Ada', username: 'ada' },
      text: '/adduser now',
      entities: [{ type: 'bot_command', offset: 0, length: 8 }],
    })
  })

  test('the user picker shares the requested fields and nothing more', async () => {
    const { control, api, ada, newest } = await startedAdmin()
    const bob = await control.createUser({ first_name: 'Bob', last_name: 'Bee', username: 'bobby' })
    await expect(control.pickUsers({ user: ada.id, users: [bob.id] })).rejects.toThrow(
      'there is no reply keyboard',
    )
    const keyboard = new Keyboard()
      .requestUsers('Pick a person', 7, { request_name: true, user_is_bot: false })
      .row()
    await api.sendMessage(ada.id, 'Who?', { reply_markup: keyboard.text('Cancel') })
    expect((await control.chat({ chat: ada.id })).reply_keyboard?.rows).toEqual([
      ['Pick a person'],
      ['Cancel'],
    ])
    await control.pickUsers({ user: ada.id, users: [bob.id] })
    const { message } = await newest()
    expect(message?.users_shared).toEqual({
      request_id: 7,
      users: [{ user_id: bob.id, first_name: 'Bob', last_name: 'Bee' }],
    })
    const robot = await control.createUser({ first_name: 'Robot', is_bot: true })
    await expect(control.pickUsers({ user: ada.id, users: [robot.id] })).rejects.toThrow(
      'does not offer bots',
    )
    await expect(control.pickUsers({ user: ada.id, users: [bob.id, robot.id] })).rejects.toThrow('at most 1')
  })

  test('a removed keyboard cannot be pressed any more', async () => {
    const { control, api, ada, newest } = await startedAdmin()
    await api.sendMessage(ada.id, 'Who?', {
      reply_markup: new Keyboard().text('Cancel').requestContact('Me'),
    })
    await control.pressReplyButton({ user: ada.id, button: 'Cancel' })
    expect((await newest()).message?.text).toBe('Cancel')
    await control.pressReplyButton({ user: ada.id, button: 'Me' })
    expect((await newest()).message?.contact).toMatchObject({ first_name: 'Ada', user_id: ada.id })
    await api.sendMessage(ada.id, 'Thanks', { reply_markup: { remove_keyboard: true } })
    await expect(control.pressReplyButton({ user: ada.id, button: 'Cancel' })).rejects.toThrow(
      'no reply keyboard',
    )
  })

  test("contacts: somebody else's has their id, one without Telegram has none", async () => {
    const { control, ada, newest } = await startedAdmin()
    const bob = await control.createUser({ first_name: 'Bob', phone_number: '+99912345' })
    await control.shareContact({ user: ada.id, of: bob.id })
    expect((await newest()).message?.contact).toEqual({
      phone_number: '+99912345',
      first_name: 'Bob',
      user_id: bob.id,
    })
    await control.shareContact({ user: ada.id, of: { first_name: 'Carol', phone_number: '+999777' } })
    expect((await newest()).message?.contact).toEqual({ phone_number: '+999777', first_name: 'Carol' })
  })

  test('a forward names its author unless they hide it', async () => {
    const { control, ada, newest } = await startedAdmin()
    const bob = await control.createUser({ first_name: 'Bob', last_name: 'Bee' })
    await control.forward({ user: ada.id, from: bob.id, text: 'hi' })
    expect((await newest()).message?.forward_origin).toMatchObject({
      type: 'user',
      sender_user: { id: bob.id },
    })
    await control.forward({ user: ada.id, from: bob.id, text: 'hi', hidden: true })
    const origin = (await newest()).message?.forward_origin
    expect(origin).toMatchObject({ type: 'hidden_user', sender_user_name: 'Bob Bee' })
    expect(JSON.stringify(origin)).not.toContain(String(bob.id))
  })

  test('photos and edited messages arrive as such', async () => {
    const { control, ada, newest } = await startedAdmin()
    await control.sendPhoto({ user: ada.id, caption: 'me' })
    expect((await newest()).message).toMatchObject({ caption: 'me', photo: [{ width: 90 }] })
    const { message_id } = await control.sendText({ user: ada.id, text: 'one' })
    await control.editText({ user: ada.id, message_id, text: 'two' })
    const { edited_message } = await newest()
    expect(edited_message).toMatchObject({ message_id, text: 'two' })
    expect((edited_message as Message).edit_date).toBeTypeOf('number')
  })

  test('blocking and unblocking reach the bot as changes of its membership', async () => {
    const { control, api, ada } = await startedAdmin()
    await control.block({ user: ada.id })
    await expect(control.sendText({ user: ada.id, text: 'x' })).rejects.toThrow('they block the bot')
    await control.pressStart({ user: ada.id })
    const statuses = (await api.getUpdates()).flatMap(
      ({ my_chat_member }) => my_chat_member?.new_chat_member.status ?? [],
    )
    expect(statuses).toEqual(['kicked', 'member'])
  })
})

describe('groups and channels', () => {
  test('in a group the bot only gets what addresses it', async () => {
    const { control, api, ada, newest } = await startedAdmin()
    const group = await control.createGroup({ title: 'Lab', members: [ada.id] })
    const say = async (text: string) =>
      (await control.sendText({ user: ada.id, chat: group.id, text })).delivered
    expect(await say('good morning')).toBe(false)
    expect(await say('/adduser@other_bot')).toBe(false)
    expect(await say('/adduser')).toBe(true)
    expect(await say('@usher_test_bot hi')).toBe(true)
    expect((await newest()).message?.chat).toMatchObject({ id: group.id, type: 'supergroup', title: 'Lab' })
    expect((await api.sendMessage(group.id, 'no')).chat.type).toBe('supergroup')
    const bob = await control.createUser({ first_name: 'Bob' })
    await expect(control.sendText({ user: bob.id, chat: group.id, text: 'x' })).rejects.toThrow(
      'not a member',
    )
  })

  test('a channel post has no sender', async () => {
    const { control, newest } = await startedAdmin()
    const channel = await control.createChannel({ title: 'News' })
    await control.postInChannel({ chat: channel.id, text: '/adduser' })
    const { channel_post } = await newest()
    expect(channel_post).toMatchObject({ chat: { type: 'channel' }, text: '/adduser' })
    expect(channel_post?.from).toBeUndefined()
  })
})
