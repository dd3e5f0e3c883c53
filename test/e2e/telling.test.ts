import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { JOAN } from '../support/stage/scene.ts'

const SECRET = '/etc/usher/webhook-secret'
const WEBHOOK = {
  url: 'http://127.0.0.1:28443/deliver-here',
  listen: '127.0.0.1:28443',
  secret_file: SECRET,
}
const WAYS = [
  { by: 'polling', options: {} },
  {
    by: 'webhook',
    options: {
      config: { telegram: { webhook: WEBHOOK } },
      files: [{ path: SECRET, text: `${'secret-'.repeat(6)}\n`, forBot: true }],
    },
  },
]

describe.each(WAYS)('people are told, by $by', ({ options }) => {
  const scene = playOn(options)

  test('of everything, in order and on one card each, although the bot is killed again and again', async () => {
    const { grace, phone, bot, newcomer, client } = scene()
    const joan = await phone(JOAN)
    await joan.starts()
    await joan.sees('/adduser')
    const people = []
    for (let n = 0; n < 3; n++) {
      const ada = await newcomer()
      people.push(ada)
      const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
      // Nobody reads a plan faster; the bot has noted by then that its card was sent.
      await sleep(300)
      await grace.taps(/Approve/, { on: card })
      await sleep(120 * n)
      await bot.kill()
      await bot.start()
    }
    await expect
      .poll(
        async () => {
          const listed = await client.call('request.list', {})
          return listed.ok ? listed.requests.map(({ state }) => state) : []
        },
        { timeout: 30_000 },
      )
      .toEqual(['approved', 'approved', 'approved'])
    const receipts = async () => {
      const { messages } = await joan.chat()
      return messages.flatMap(({ from_bot, text }) => {
        const found = /Request (\d+) on[\s\S]*succeeded after/.exec(text)
        return from_bot && found !== null ? [Number(found[1])] : []
      })
    }
    await expect.poll(receipts, { timeout: 30_000 }).toHaveLength(3)
    const order = await receipts()
    expect(order).toEqual([...order].sort((a, b) => a - b))
    await bot.kill()
    await bot.start()
    await joan.sends('/whoami')
    await joan.sees('Joan Clarke')
    expect(await receipts()).toEqual(order)
  }, 120_000)
})
