import { InlineKeyboard, Keyboard } from 'grammy'
import { describe, expect, test } from 'vitest'
import { createChatDriver } from '../../../support/chat-driver/chat-driver.ts'
import { botOn, polling, startedServer } from '../bot-api-server/started.ts'

async function startedShop() {
  const server = await startedServer()
  const bot = botOn(server)
  const menu = new InlineKeyboard().text('Tea', 'tea').text('Coffee', 'coffee')
  const picker = new Keyboard().requestUsers('Pick', 1, { request_name: true })
  bot.command('menu', (ctx) => ctx.reply('What shall it be?', { reply_markup: menu }))
  bot.command('who', (ctx) => ctx.reply('Who?', { reply_markup: picker }))
  bot.on('msg:users_shared', (ctx) => ctx.reply(`You picked ${ctx.msg.users_shared.users[0]?.first_name}`))
  bot.callbackQuery('tea', async (ctx) => {
    await ctx.answerCallbackQuery('One tea')
    await ctx.editMessageText('Brewing…')
    await ctx.editMessageText('Here is your tea')
  })
  bot.callbackQuery('coffee', (ctx) => ctx.answerCallbackQuery({ text: 'No coffee', show_alert: true }))
  await polling(bot)
  const driver = createChatDriver(server.control, { timeoutMs: 1000 })
  return { server, driver, ada: await driver.person({ first_name: 'Ada' }) }
}

describe('the chat driver', () => {
  test('a person converses, taps, and sees a card go through its states', async () => {
    const { ada } = await startedShop()
    await ada.sends('/menu')
    const card = await ada.sees(/shall it be/, { buttons: ['Tea', /^Cof/] })
    await ada.taps('Tea')
    await ada.seesToast('One tea')
    await ada.seesOn(card, 'Here is your tea')
    await ada.sees('Brewing')
    expect((await ada.sees(/your tea/)).buttons).toEqual([])
  })

  test('a person picks another from the keyboard', async () => {
    const { driver, ada } = await startedShop()
    const bob = await driver.person({ first_name: 'Bob' })
    await ada.sends('/who')
    await ada.sees('Who?', { buttons: ['Pick'] })
    await ada.picks(bob)
    await ada.sees('You picked Bob')
  })

  test('an old message does not pass for an answer, and an old button needs to be named', async () => {
    const { ada } = await startedShop()
    await ada.sends('/menu')
    const card = await ada.sees('What shall')
    await ada.taps('Coffee')
    expect((await ada.seesToast('No coffee')).answer?.show_alert).toBe(true)
    await ada.seesNothing(100)
    await expect(ada.sees('What shall', { timeoutMs: 50 })).rejects.toThrow(
      'did not see "What shall" within 50 ms',
    )
    await expect(ada.taps('Tea', { timeoutMs: 50 })).rejects.toThrow('no button "Tea" on a new message')
    await ada.taps('Tea', { on: card })
    await ada.sees('Here is your tea')
    await expect(ada.seesNothing(50)).rejects.toThrow('saw message')
  })

  test('a failure prints the chat as the person sees it, with what the bot was refused', async () => {
    const { server, ada } = await startedShop()
    await ada.sends('/menu')
    await ada.sees('What shall')
    await botOn(server)
      .api.sendMessage(ada.id, '<p>')
      .catch(() => undefined)
    await botOn(server)
      .api.sendMessage(ada.id, '<p>', { parse_mode: 'HTML' })
      .catch(() => undefined)
    const failed = await ada.sees('Milk', { timeoutMs: 50 }).catch((error: unknown) => String(error))
    expect(failed).toContain('Ada did not see "Milk" within 50 ms. The chat:')
    expect(failed).toContain('Ada ▸ /menu')
    expect(failed).toContain('bot ◂ What shall it be?\n      [Tea] [Coffee]')
    expect(failed).toContain(
      'refused: sendMessage: Bad Request: can\'t parse entities: Unsupported start tag "p"',
    )
  })

  test('a transcript wraps long lines and lets nothing through that steers a terminal', async () => {
    const { server, ada } = await startedShop()
    await ada.starts()
    await botOn(server).api.sendMessage(ada.id, `\u001b[31mred\u202e ${'word '.repeat(40)}`)
    const transcript = await ada.transcript()
    expect(transcript).toContain('bot ◂ [31mred word')
    for (const steering of ['\u001b', '\u202e']) expect(transcript).not.toContain(steering)
    for (const line of transcript.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
  })
})
