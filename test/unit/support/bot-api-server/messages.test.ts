import { InlineKeyboard, InputFile } from 'grammy'
import { describe, expect, test } from 'vitest'
import { botOn, call, startedServer } from './started.ts'

async function startedChat() {
  const server = await startedServer()
  const { id } = await server.control.createUser({ first_name: 'Ada' })
  await server.control.pressStart({ user: id })
  const { api } = botOn(server)
  const newest = async () => (await server.control.chat({ chat: id })).messages.at(-1)!
  return { server, api, id, newest }
}

describe('sending', () => {
  test('HTML becomes text with entities', async () => {
    const { api, id, newest } = await startedChat()
    const sent = await api.sendMessage(id, '<b>1 &lt; 2</b> &amp; <a href="https://example.org/">here</a>', {
      parse_mode: 'HTML',
    })
    expect(sent.text).toBe('1 < 2 & here')
    expect(sent.entities).toEqual([
      { type: 'bold', offset: 0, length: 5 },
      { type: 'text_link', offset: 8, length: 4, url: 'https://example.org/' },
    ])
    expect((await newest()).text).toBe('1 < 2 & here')
  })

  test('broken HTML, other parse modes, empty and over-long texts are refused as by Telegram', async () => {
    const { server, id } = await startedChat()
    const send = async (text: string, parse_mode = 'HTML') =>
      (await call(server, 'sendMessage', { chat_id: id, text, parse_mode })).description
    expect(await send('<b>x')).toBe(
      'Bad Request: can\'t parse entities: Can\'t find end tag corresponding to start tag "b"',
    )
    expect(await send('é<p>x</p>')).toBe(
      'Bad Request: can\'t parse entities: Unsupported start tag "p" at byte offset 2',
    )
    expect(await send('x', 'Markdown')).toBe('Bad Request: unsupported parse_mode')
    expect(await send('  \n ')).toBe('Bad Request: message text is empty')
    expect(await send('x'.repeat(4097))).toBe('Bad Request: message is too long')
    expect(await send(`<b>${'x'.repeat(4096)}</b>`)).toBeUndefined()
  })

  test('callback data over 64 bytes and buttons without an action are refused', async () => {
    const { server, id } = await startedChat()
    const send = async (button: object) =>
      (
        await call(server, 'sendMessage', {
          chat_id: id,
          text: 'x',
          reply_markup: { inline_keyboard: [[button]] },
        })
      ).description
    expect(await send({ text: 'A', callback_data: 'é'.repeat(33) })).toBe('Bad Request: BUTTON_DATA_INVALID')
    expect(await send({ text: 'A', callback_data: '' })).toBe('Bad Request: BUTTON_DATA_INVALID')
    expect(await send({ text: 'A', callback_data: 'é'.repeat(32) })).toBeUndefined()
    expect(await send({ text: 'A' })).toContain('Text buttons are unallowed in the inline keyboard')
  })

  test('nobody is written to who is unknown, never started the bot, or blocks it', async () => {
    const { server, id } = await startedChat()
    const stranger = await server.control.createUser({ first_name: 'Bob' })
    const send = async (chat_id: number) => {
      const { error_code, description } = await call(server, 'sendMessage', { chat_id, text: 'x' })
      return [error_code, description]
    }
    expect((await server.control.chat({ chat: stranger.id })).messages).toEqual([])
    expect(await send(424242)).toEqual([400, 'Bad Request: chat not found'])
    expect(await send(stranger.id)).toEqual([403, "Forbidden: bot can't initiate conversation with a user"])
    await server.control.block({ user: id })
    expect(await send(id)).toEqual([403, 'Forbidden: bot was blocked by the user'])
    await server.control.pressStart({ user: id })
    expect(await send(id)).toEqual([undefined, undefined])
  })

  test('a document arrives through multipart with its caption and its text', async () => {
    const { api, id, newest } = await startedChat()
    const sent = await api.sendDocument(id, new InputFile(Buffer.from('all well\n'), 'receipt.txt'), {
      caption: '<b>Receipt</b>',
      parse_mode: 'HTML',
      reply_markup: new InlineKeyboard().text('Undo', 'undo'),
    })
    expect(sent.document).toMatchObject({ file_name: 'receipt.txt', file_size: 9 })
    expect(await newest()).toMatchObject({
      kind: 'document',
      text: 'Receipt',
      document: { file_name: 'receipt.txt', text: 'all well\n' },
      buttons: [[{ text: 'Undo', data: 'undo' }]],
    })
    await api.sendDocument(id, sent.document.file_id)
    expect((await newest()).document?.text).toBe('all well\n')
  })

  test('query strings, urlencoded bodies and JSON bodies mean the same', async () => {
    const { server, id, newest } = await startedChat()
    const url = `${server.url}/bot${server.token}/sendMessage`
    const reply_markup = JSON.stringify({ inline_keyboard: [[{ text: 'A', callback_data: 'a' }]] })
    const fields = new URLSearchParams({ chat_id: String(id), text: 'hello', reply_markup })
    for (const request of [
      fetch(`${url}?${fields}`),
      fetch(url, { method: 'POST', body: fields }),
      call(server, 'sendMessage', {
        chat_id: id,
        text: 'hello',
        reply_markup: JSON.parse(reply_markup) as object,
      }),
    ]) {
      await request
      expect(await newest()).toMatchObject({ text: 'hello', buttons: [[{ text: 'A', data: 'a' }]] })
    }
    expect((await server.control.chat({ chat: id })).messages.filter((one) => one.from_bot)).toHaveLength(3)
    const garbage = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    })
    expect(garbage.status).toBe(400)
  })
})

describe('editing', () => {
  test('an edit shows at once, keeps the history, and takes the keyboard away when it names none', async () => {
    const { api, id, newest } = await startedChat()
    const keyboard = new InlineKeyboard().text('Approve', 'yes')
    const { message_id } = await api.sendMessage(id, 'one', { reply_markup: keyboard })
    await api.editMessageText(id, message_id, 'two')
    const view = await newest()
    expect(view).toMatchObject({ text: 'two', buttons: [], edited: true })
    expect(view.history.map((look) => [look.text, look.buttons.length])).toEqual([
      ['one', 1],
      ['two', 0],
    ])
  })

  test('an edit that changes nothing is refused, for text and for keyboard', async () => {
    const { server, api, id } = await startedChat()
    const reply_markup = new InlineKeyboard().text('A', 'a')
    const { message_id } = await api.sendMessage(id, '<i>one</i>', { parse_mode: 'HTML', reply_markup })
    const same = await call(server, 'editMessageText', {
      chat_id: id,
      message_id,
      text: '<em>one</em> ',
      parse_mode: 'HTML',
      reply_markup,
    })
    expect(same).toMatchObject({ ok: false, error_code: 400 })
    expect(same.description).toMatch(/^Bad Request: message is not modified: specified new message content/)
    const sameKeyboard = await call(server, 'editMessageReplyMarkup', {
      chat_id: id,
      message_id,
      reply_markup,
    })
    expect(sameKeyboard.description).toContain('message is not modified')
    await api.editMessageReplyMarkup(id, message_id)
    await expect(api.editMessageReplyMarkup(id, message_id)).rejects.toThrow('message is not modified')
  })

  test("missing messages and other people's messages cannot be edited; deleted ones are gone", async () => {
    const { server, api, id } = await startedChat()
    const typed = await server.control.sendText({ user: id, text: 'mine' })
    await expect(api.editMessageText(id, 999, 'x')).rejects.toThrow('message to edit not found')
    await expect(api.editMessageText(id, typed.message_id, 'x')).rejects.toThrow("message can't be edited")
    const { message_id } = await api.sendMessage(id, 'x')
    await api.deleteMessage(id, message_id)
    await expect(api.deleteMessage(id, message_id)).rejects.toThrow('message to delete not found')
    await expect(api.editMessageText(id, message_id, 'y')).rejects.toThrow('message to edit not found')
  })
})

describe('callback queries', () => {
  test('a tap carries the message and can be answered once', async () => {
    const { server, api, id } = await startedChat()
    await api.getUpdates({ offset: -1 })
    const { message_id } = await api.sendMessage(id, 'card', {
      reply_markup: new InlineKeyboard().text('Yes', 'y:1'),
    })
    await server.control.tap({ user: id, text: 'Yes' })
    const query = (await api.getUpdates()).at(-1)?.callback_query
    expect(query).toMatchObject({ data: 'y:1', from: { id }, message: { message_id, text: 'card' } })
    await api.answerCallbackQuery(query!.id, { text: 'done' })
    expect((await server.control.chat({ chat: id })).callbacks[0]?.answer).toMatchObject({ text: 'done' })
    const tooOld = 'query is too old and response timeout expired or query ID is invalid'
    await expect(api.answerCallbackQuery(query!.id)).rejects.toThrow(tooOld)
    await expect(api.answerCallbackQuery('123')).rejects.toThrow(tooOld)
  })

  test('an answer that comes too late is refused', async () => {
    const server = await startedServer({ callbackTtlMs: 0 })
    const { id } = await server.control.createUser({ first_name: 'Ada' })
    await server.control.pressStart({ user: id })
    const { api } = botOn(server)
    await api.sendMessage(id, 'card', { reply_markup: new InlineKeyboard().text('Yes', 'y') })
    const { query_id } = await server.control.tap({ user: id, data: 'y' })
    await expect(api.answerCallbackQuery(query_id)).rejects.toThrow('query is too old')
  })

  test('a button that is not there cannot be tapped, but a hostile client can forge the callback', async () => {
    const { server, api, id } = await startedChat()
    await api.sendMessage(id, 'card', {
      reply_markup: new InlineKeyboard().text('Yes', 'y').url('Site', 'https://x.org'),
    })
    await expect(server.control.tap({ user: id, text: 'No' })).rejects.toThrow('cannot tap "No"')
    await expect(server.control.tap({ user: id, text: 'Site' })).rejects.toThrow('it is a link')
    const mallory = await server.control.createUser({ first_name: 'Mallory' })
    await expect(server.control.tap({ user: mallory.id, chat: id, text: 'Yes' })).rejects.toThrow(
      'not a member',
    )
    await server.control.tap({ user: mallory.id, chat: id, message_id: 999, data: 'y', forged: true })
    expect((await api.getUpdates({ offset: -1 }))[0]?.callback_query).toMatchObject({
      from: { id: mallory.id },
      data: 'y',
      message: { chat: { id }, message_id: 999, date: 0 },
    })
  })
})

describe('menus and the rest', () => {
  test('the most specific command list is what a person sees', async () => {
    const { server, api, id } = await startedChat()
    await api.setMyCommands([{ command: 'help', description: 'Help' }])
    await api.setMyCommands([{ command: 'adduser', description: 'Add' }], {
      scope: { type: 'chat', chat_id: id },
    })
    expect(await api.getMyCommands()).toEqual([{ command: 'help', description: 'Help' }])
    expect((await server.control.commandMenu({ user: id })).map((one) => one.command)).toEqual(['adduser'])
    await api.deleteMyCommands({ scope: { type: 'chat', chat_id: id } })
    expect((await server.control.commandMenu({ user: id })).map((one) => one.command)).toEqual(['help'])
    await expect(api.setMyCommands([{ command: 'Bad!', description: 'x' }])).rejects.toThrow(
      'BOT_COMMAND_INVALID',
    )
  })

  test('getChat knows whom the bot has met, and a chat action shows', async () => {
    const { server, api, id } = await startedChat()
    expect(await api.getChat(id)).toMatchObject({ id, type: 'private', first_name: 'Ada' })
    await expect(api.getChat(id + 1)).rejects.toThrow('chat not found')
    await api.sendChatAction(id, 'typing')
    expect((await server.control.chat({ chat: id })).last_action).toBe('typing')
  })
})
