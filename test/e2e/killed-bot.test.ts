import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { answerAdduser, answerFromAccountOn } from '../support/stage/adduser.ts'
import { ADA } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'

describe('a bot that is killed', () => {
  test('goes on in the middle of the conversation with what was answered', async () => {
    const { grace, bot, run } = await startedScene()
    await grace.sends('/adduser')
    await grace.sees('Who shall get access?')
    await grace.picks(ADA)
    await grace.sees('Which account')
    await bot.kill()
    const asked = grace.taps('ada', { earlier: true })
    await bot.start()
    await asked
    await grace.sees('Which role?')
    await bot.kill()
    await grace.taps('user', { earlier: true })
    await bot.start()
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
    await bot.kill()
    await bot.start()
    await grace.taps(/Approve/, { on: card })
    await grace.seesOn(card, /, receipt/)
    expect((await run(1)).subject).toMatchObject({ name: 'Ada L.', os_user: 'ada' })
  })

  test('while the run goes on brings the card to the receipt and tells the newcomer once', async () => {
    const go = '/run/usher-test-go'
    rmSync(go, { force: true })
    onTestFinished(() => rmSync(go, { force: true }))
    const { grace, phone, bot, run } = await startedScene({
      agent: `tries=0; while [ ! -e ${go} ] && [ $tries -lt 400 ]; do sleep 0.05; tries=$((tries + 1)); done`,
    })
    const ada = await phone(ADA)
    await ada.starts()
    await ada.sees(String(ADA.id))
    const card = await answerAdduser(grace, { newcomer: ADA, account: 'ada' })
    await grace.taps(/Approve/)
    await grace.seesOn(card, /Isolation proof and smoke test: is running/)
    await bot.kill()
    writeFileSync(go, '')
    while ((await run(1)).state === 'running') await sleep(20)
    expect(existsSync('/home/ada')).toBe(true)
    await bot.start()
    await grace.seesOn(card, /, receipt/)
    await grace.seesOn(card, 'was told in their own chat')
    await bot.kill()
    await bot.start()
    await ada.sends('/whoami')
    await ada.sees('Ada Lovelace')
    const welcomes = (await ada.chat()).messages.filter(({ text }) => text.includes('Welcome'))
    expect(welcomes).toHaveLength(1)
  })

  test('between the tap and its work does it when it is back', async () => {
    const { grace, bot, run } = await startedScene()
    const card = await answerAdduser(grace, { newcomer: ADA, account: 'ada' })
    await bot.kill()
    await grace.taps(/Approve/, { on: card })
    await bot.start()
    await grace.seesOn(card, /, receipt/)
    expect((await run(1)).state).toBe('succeeded')
  })

  test('does not keep anybody else from a conversation of their own', async () => {
    const { grace, bot } = await startedScene()
    await grace.sends('/adduser')
    await grace.sees('Who shall get access?')
    await bot.kill()
    await bot.start()
    await grace.picks(ADA)
    const card = await answerFromAccountOn(grace, { newcomer: ADA, account: { typed: 'countess' } })
    expect(card.text).toContain('countess')
  })
})
