import { rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { answerAdduser, answerFromAccountOn } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'

const GO = '/run/usher-test-go'
const WAIT_FOR_GO = `tries=0; while [ ! -e ${GO} ] && [ $tries -lt 400 ]; do sleep 0.05; tries=$((tries + 1)); done`

describe('a bot that is killed', () => {
  const scene = playOn()
  afterAll(() => rmSync(GO, { force: true }))

  test('goes on in the middle of the conversation with what was answered', async () => {
    const { grace, bot, newcomer, runOf } = scene()
    const ada = await newcomer()
    await grace.sends('/adduser')
    await grace.sees('Who shall get access?')
    await grace.picks(ada)
    await grace.sees('Which account')
    await bot.kill()
    await grace.taps(ada.osUser, { earlier: true })
    await bot.start()
    await grace.sees('Which role?')
    await grace.taps('user')
    await grace.sees('What is their name?')
    await bot.kill()
    await bot.start()
    await grace.sends('Ada L.')
    await grace.sees('GitHub login?')
    await grace.taps('Skip')
    await grace.sees('Personal defaults')
    await grace.taps('Keep all')
    await grace.sees('GitHub routing')
    await grace.taps('Skip')
    const card = await grace.sees('What would change on the host', { buttons: [/Approve/] })
    // Answered only when everything before it is dealt with.
    await grace.sends('/whoami')
    await grace.sees('Grace Hopper')
    await bot.kill()
    await grace.taps(/Approve/, { on: card })
    await bot.start()
    await grace.seesOn(card, /, receipt/)
    expect((await runOf(card)).subject).toMatchObject({ name: 'Ada L.', os_user: ada.osUser })
  })

  test('while the run goes on brings the card to the receipt and tells the newcomer once', async () => {
    const { grace, bot, newcomer, runOf, setAgent } = scene()
    setAgent(WAIT_FOR_GO)
    const ada = await newcomer()
    await ada.person.starts()
    await ada.person.sees(String(ada.id))
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    await grace.taps(/Approve/)
    await grace.seesOn(card, /Isolation proof and smoke test: is running/)
    await bot.kill()
    writeFileSync(GO, '')
    while ((await runOf(card)).state === 'running') await sleep(20)
    expect((await runOf(card)).state).toBe('succeeded')
    await bot.start()
    await grace.seesOn(card, /, receipt/)
    await grace.seesOn(card, 'was told in their own chat')
    await bot.kill()
    await bot.start()
    await ada.person.sends('/whoami')
    await ada.person.sees(ada.first_name)
    const welcomes = (await ada.person.chat()).messages.filter(({ text }) => text.includes('Welcome'))
    expect(welcomes).toHaveLength(1)
  })

  test('while it asks who goes on with the typed account and every later answer', async () => {
    const { grace, bot, newcomer } = scene()
    const ada = await newcomer()
    await grace.sends('/adduser')
    await grace.sees('Who shall get access?')
    await bot.kill()
    await bot.start()
    await grace.picks(ada)
    const card = await answerFromAccountOn(grace, { newcomer: ada, account: { typed: 'countess' } })
    expect(card.text).toContain('countess')
  })
})
