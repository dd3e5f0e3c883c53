import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { ADA, ALAN } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'

describe('somebody who is not on the roster', () => {
  test('gets one polite refusal with their id, and nothing that they send is dealt with', async () => {
    const { phone, usherJson } = await startedScene()
    const ada = await phone(ADA)
    await ada.starts()
    const refusal = await ada.sees(String(ADA.id))
    expect(refusal.text).toMatch(/Sorry/)
    await ada.sends('/adduser')
    await ada.sends('/users')
    await ada.sharesContact()
    await ada.forgesTap(refusal.message_id, 'c:a:1:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA')
    await ada.seesNothing(500)
    expect(((await usherJson(['requests'])).json as { requests: unknown[] }).requests).toEqual([])
  })
})

describe('a person who is no admin', () => {
  test('cannot onboard others, and sees neither people nor requests of others', async () => {
    const { grace, phone } = await startedScene()
    await answerAdduser(grace, { newcomer: ADA, account: 'ada' })
    const alan = await phone(ALAN)
    await alan.starts()
    await alan.sees('Usher')
    await alan.sends('/adduser')
    expect((await alan.sees(/admin/i)).text).not.toContain('Who shall get access?')
    await alan.sends('/users')
    expect((await alan.sees(/./)).text).not.toContain('Grace')
    await alan.sends('/requests')
    expect((await alan.sees(/./)).text).not.toContain('Ada')
  })
})

describe('a group', () => {
  test('is no place for the bot, also for an admin', async () => {
    const { grace, botApi } = await startedScene()
    const group = await botApi.control.createGroup({ title: 'Team', members: [grace.id] })
    const calls = (await botApi.control.calls({})).length
    await grace.sends('/adduser', { chat: group.id })
    await grace.sends('/whoami@usher_bot', { chat: group.id })
    await grace.sends('/whoami')
    await grace.sees('Grace Hopper')
    const toGroup = (await botApi.control.calls({}))
      .slice(calls)
      .filter(({ payload }) => payload['chat_id'] === group.id)
    expect(toGroup).toEqual([])
  })
})
