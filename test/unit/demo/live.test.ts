import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLive, type Live, type News } from '../../demo/web/live.ts'
import { type BotApiServer, createBotApiServer } from '../../support/bot-api-server/server.ts'

const ADA = 700_000_003

describe('what the page of the demo is told', () => {
  let server: BotApiServer
  let live: Live
  let roster = 'users: []\n'

  const bot = async (method: string, body: object) => {
    const response = await fetch(`${server.url}/bot${server.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ chat_id: ADA, ...body }),
    })
    return (await response.json()) as { ok: boolean; result: { message_id: number } }
  }
  /** Everything that was told until `found`. */
  const listen = () => {
    const told: News[] = []
    const waiting = new Set<() => void>()
    live.follow((news) => {
      told.push(news)
      for (const wake of waiting) wake()
    })
    const phones = () => told.flatMap((news) => (news.kind === 'phone' ? [news] : []))
    return {
      told,
      phones,
      until: async (found: () => boolean) => {
        while (!found()) {
          await new Promise<void>((resolve) => {
            const wake = () => {
              waiting.delete(wake)
              resolve()
            }
            waiting.add(wake)
          })
        }
      },
    }
  }

  beforeEach(async () => {
    server = await createBotApiServer()
    await server.control.createUser({ id: ADA, first_name: 'Ada' })
    roster = 'users: []\n'
    live = createLive({ control: server.control, cast: [ADA], lookAtHost: () => ({ roster }) })
  })
  afterEach(async () => {
    await live.close()
    await server.close()
  })

  test('a newcomer is told everything, then only what changed, then what is gone', async () => {
    await server.control.pressStart({ user: ADA })
    const first = await bot('sendMessage', { text: '<b>one</b>', parse_mode: 'HTML' })
    await bot('sendMessage', { text: 'two' })
    const page = listen()
    await page.until(() => page.phones().length > 0)
    expect(page.phones()[0]?.changed.map(({ text, mine }) => [text, mine])).toEqual([
      ['/start', true],
      ['one', false],
      ['two', false],
    ])
    expect(page.phones()[0]?.changed[1]?.entities).toEqual([{ type: 'bold', offset: 0, length: 3 }])

    const { message_id } = first.result
    await bot('editMessageText', { message_id, text: 'changed' })
    await page.until(() => page.phones().some(({ changed }) => changed.at(0)?.text === 'changed'))
    expect(page.phones().at(-1)?.changed).toMatchObject([{ id: message_id, edited: true }])

    await bot('deleteMessage', { message_id })
    await page.until(() => page.phones().some(({ gone }) => gone.length > 0))
    expect(page.phones().at(-1)).toMatchObject({ changed: [], gone: [message_id] })
  })

  test('keyboards, the menu of that chat, typing and the answers of taps come with the phone', async () => {
    await server.control.pressStart({ user: ADA })
    const page = listen()
    const keyboard = [[{ text: 'Pick', request_users: { request_id: 1, max_quantity: 2 } }, 'Plain']]
    await bot('sendMessage', { text: 'who?', reply_markup: { keyboard } })
    await bot('sendMessage', {
      text: 'tap',
      reply_markup: { inline_keyboard: [[{ text: 'A', callback_data: 'a' }]] },
    })
    await bot('setMyCommands', {
      commands: [{ command: 'help', description: 'Help' }],
      scope: { type: 'chat', chat_id: ADA },
    })
    await bot('sendChatAction', { action: 'typing' })
    const { query_id } = await server.control.tap({ user: ADA, data: 'a' })
    await bot('answerCallbackQuery', { callback_query_id: query_id, text: 'Done', show_alert: true })
    await page.until(() => page.phones().some(({ phone }) => phone.answers.length > 0))
    expect(page.phones().at(-1)?.phone).toEqual({
      person: ADA,
      started: true,
      blocked: false,
      typing: true,
      menu: [{ command: 'help', description: 'Help' }],
      keyboard: [
        [
          { text: 'Pick', asks: 'users', max: 2 },
          { text: 'Plain', asks: 'text' },
        ],
      ],
      answers: [{ query: query_id, text: 'Done', alert: true }],
    })
  })

  test('a document comes with its text, a forward with who wrote it and without their words twice', async () => {
    await server.control.createUser({ id: 7, first_name: 'Alan' })
    await server.control.pressStart({ user: ADA })
    await server.control.forward({ user: ADA, from: 7, text: 'Hello!' })
    const form = new FormData()
    form.set('chat_id', String(ADA))
    form.set('document', new Blob(['a receipt']), 'receipt.txt')
    await fetch(`${server.url}/bot${server.token}/sendDocument`, { method: 'POST', body: form })
    const page = listen()
    await page.until(() => page.phones().length > 0)
    expect(page.phones()[0]?.changed.slice(1)).toMatchObject([
      { text: 'Hello!', forwarded_from: 'Alan' },
      { document: { file_name: 'receipt.txt', file_size: 9, text: 'a receipt' } },
    ])
  })

  test('the roster is told when it changes, though no message did', async () => {
    const page = listen()
    const hosts = () => page.told.flatMap((news) => (news.kind === 'host' ? [news.host.roster] : []))
    await page.until(() => hosts().length === 1)
    roster = 'users: [ada]\n'
    await page.until(() => hosts().length === 2)
    expect(hosts()).toEqual(['users: []\n', 'users: [ada]\n'])
  })
})
