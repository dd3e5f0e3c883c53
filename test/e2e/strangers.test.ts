import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { ALAN } from '../support/stage/scene.ts'

const scene = playOn()

describe('somebody who is not on the roster', () => {
  test('gets one polite refusal with their id, and nothing that they send is dealt with', async () => {
    const { newcomer, client } = scene()
    const { id, person } = await newcomer()
    await person.starts()
    const refusal = await person.sees(String(id))
    expect(refusal.text).toMatch(/Sorry/)
    await person.sends('/adduser')
    await person.sends('/users')
    await person.sharesContact()
    await person.forgesTap(refusal.message_id, 'c:a:1:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAA')
    await person.seesNothing(500)
    expect(await client.call('request.list', {})).toMatchObject({ requests: [] })
  })
})

describe('a person who is no admin', () => {
  test('cannot onboard others, and sees neither people nor requests of others', async () => {
    const { grace, newcomer, phone } = scene()
    const ada = await newcomer()
    await answerAdduser(grace, { newcomer: ada, account: ada.osUser })
    const alan = await phone(ALAN)
    await alan.starts()
    await alan.sees('Usher')
    await alan.sends('/adduser')
    expect((await alan.sees(/does not permit/)).text).not.toContain('Who shall get access?')
    await alan.sends('/users')
    expect((await alan.sees(/./)).text).not.toContain('Grace')
    await alan.sends('/requests')
    expect((await alan.sees(/./)).text).not.toContain(ada.first_name)
  })
})

describe('a group', () => {
  test('is no place for the bot, also for an admin', async () => {
    const { grace, botApi } = scene()
    const group = await botApi.control.createGroup({ title: 'Team', members: [grace.id] })
    const calls = (await botApi.control.calls({})).length
    await grace.sends('/adduser', { chat: group.id })
    await grace.sends('/whoami@usher_bot', { chat: group.id })
    await grace.sends('/whoami')
    await grace.sees('Grace Hopper')
    const later = (await botApi.control.calls({})).slice(calls)
    expect(later.filter(({ payload }) => payload['chat_id'] === group.id)).toEqual([])
  })
})
