import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import {
  admin as adminCaller,
  engineFixture,
  type Fixture,
  type FixtureOptions,
  operator,
  role,
} from '../support/engine-fixture.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'

const LIN = 222_000_222
let scene: Scene
let engine: Fixture
let ada: Person

async function begin(options: FixtureOptions = {}, now = Date.now): Promise<void> {
  engine = await engineFixture(options)
  // Its clock stands still; what happens must not look older than the bot.
  engine.time.now = Date.now() + 60_000
  scene = await createScene({ client: engineClient(engine, [ADMIN_ID, LIN]), now })
  ada = await scene.driver.person({ first_name: 'Ada', last_name: 'Lovelace', username: 'ada_l' })
  await scene.start()
  await scene.admin.starts()
  await scene.admin.sees('gives people access')
}
afterEach(async () => {
  await removeScene(scene)
  await engine.remove()
})

/** From Start to the message that says that they wait. */
async function asks(who: Person, name: string | null = null) {
  await who.starts()
  await who.taps('Ask for access')
  await who.sees('What is your name?')
  if (name === null) await who.taps('Ada Lovelace')
  else await who.sends(name)
  await who.sees('GitHub login')
  await who.sends('@ada-l')
  await who.sees('the admins should know')
  await who.sends('Charles sent me.\nFor the engine.')
  await who.sees(/Shall I send this[\s\S]*Ada Lovelace|Shall I send this/)
  await who.taps('✅ Send')
  return who.sees('You asked for access', { buttons: ['Take it back'] })
}

/** From the card of who asks to the review card of the request. */
async function completes(admin: Person, card: { message_id: number }, osUser = 'ada') {
  await admin.taps('✏️ Complete', { on: card })
  await admin.sees('Which account')
  await admin.sends(osUser)
  await admin.sees('Which role?')
  await admin.taps('user')
  await admin.sees('Personal defaults')
  await admin.taps('Keep all')
  await admin.sees('GitHub routing')
  await admin.taps('Skip')
  return admin.sees('What would change on the host', { buttons: ['✅ Approve'] })
}

const guests = async () => (await readdir(join(scene.stateFolder, 'guests')).catch(() => [])).length
const accessOf = async () => (await engine.ok(operator, 'access.list', {})).access

describe('asking for access', () => {
  it('goes from a stranger’s Start through an admin’s card to an account, and each side sees how far it is', async () => {
    await begin()
    const mine = await asks(ada)
    await ada.seesOn(mine, /wait for their answer[\s\S]*lapses at 20/)
    const card = await scene.admin.sees(
      /Ada Lovelace asks for access[\s\S]*proven: they wrote to me themself[\s\S]*@ada_l \(can change hands\)[\s\S]*GitHub: ada-l[\s\S]*Charles sent me. For the engine./,
      { buttons: ['✏️ Complete', 'Deny', '🚫 Block'] },
    )
    const review = await completes(scene.admin, card)
    await scene.admin.seesOn(card, /Completed by .*: request 1/)
    await ada.seesOn(mine, 'An admin is seeing to it')
    await scene.admin.taps('✅ Approve', { on: review })
    await scene.admin.seesOn(review, /succeeded[\s\S]*was told in their own chat/)
    await ada.sees('Your account ada')
    await ada.seesOn(mine, 'You have it now')
    await scene.admin.seesOn(card, 'They have access: request 1')
    expect(engine.machine.roster).toMatchObject([
      { telegram_id: ada.id, name: 'Ada Lovelace', github: 'ada-l' },
    ])
    expect(await guests()).toBe(0)
  })

  it('is kept nowhere before it is sent, and nowhere in the bot afterwards', async () => {
    await begin()
    await ada.starts()
    await ada.taps('Ask for access')
    await ada.sends('Ada')
    await ada.sees('GitHub login')
    await scene.settled()
    expect([await guests(), (await accessOf()).length]).toEqual([1, 0])
    await ada.sends('/cancel')
    const cancelled = await ada.sees('kept nothing of what you wrote', { buttons: ['Ask for access'] })
    await scene.settled()
    expect([await guests(), (await accessOf()).length]).toEqual([0, 0])
    expect(engine.engine.events.latest()).toBe(1)
    await ada.taps('Ask for access', { on: cancelled })
    await ada.taps('Cancel', { on: await ada.sees('What is your name?') })
    await ada.sees('kept nothing of what you wrote', { buttons: ['Ask for access'] })
  })

  it('begins again by a button where Usher was updated in the middle of the questions', async () => {
    await begin()
    await ada.starts()
    await ada.taps('Ask for access')
    await ada.sees('What is your name?')
    await scene.settled()
    await scene.stop()
    const file = join(scene.stateFolder, 'guests', `${ada.id}.json`)
    const state = JSON.parse(await readFile(file, 'utf8'))
    state.state.dialogue.version = [0, 1]
    await writeFile(file, JSON.stringify(state))
    await scene.start()
    await ada.sends('Ada')
    const outdated = await ada.sees('the questions have changed since you began', {
      buttons: ['Ask for access'],
    })
    await ada.taps('Ask for access', { on: outdated })
    await ada.sees('What is your name?')
  })

  it('survives a restart of the bot between any two answers', async () => {
    await begin()
    await ada.starts()
    await ada.taps('Ask for access')
    await ada.sees('What is your name?')
    await scene.restart()
    await ada.taps('Ada Lovelace', { earlier: true })
    await ada.sees('GitHub login')
    await scene.restart()
    await ada.taps('Skip', { earlier: true })
    await ada.taps('Skip')
    await scene.restart()
    await ada.taps('✅ Send', { earlier: true })
    await ada.sees('You asked for access')
    await scene.admin.sees('Ada Lovelace asks for access')
    expect(await accessOf()).toHaveLength(1)
  })

  it('every admin has the card; the first one wins and the others see by whom', async () => {
    await begin()
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    await lin.starts()
    await lin.sees('gives people access')
    await asks(ada)
    const card = await scene.admin.sees('asks for access')
    const theirs = await lin.sees('asks for access', { buttons: ['✏️ Complete'] })
    await lin.taps('✏️ Complete', { on: theirs })
    await lin.sees('Which account')
    await completes(scene.admin, card)
    await lin.seesOn(theirs, 'Completed by')
    await lin.sends('ada2')
    await lin.taps('user')
    await lin.taps('Keep all')
    await lin.taps('Skip')
    await lin.sees('already')
    expect((await engine.ok(operator, 'request.list', {})).requests).toHaveLength(1)
  })

  it('is shown to an admin who writes to the bot only afterwards', async () => {
    await begin()
    await asks(ada)
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    await lin.starts()
    await lin.sees('Ada Lovelace asks for access', { buttons: ['✏️ Complete'] })
  })

  it('is denied with a reason that both sides read', async () => {
    await begin()
    const mine = await asks(ada)
    const card = await scene.admin.sees('asks for access')
    await scene.admin.taps('Deny', { on: card })
    await scene.admin.sees('Why is access request 1 denied?')
    await scene.admin.sends('I do not <know> you')
    await scene.admin.sees('They are told')
    await scene.admin.seesOn(card, /Denied by .*I do not <know> you/)
    await ada.sees('Your request for access was denied: I do not <know> you')
    await ada.seesOn(mine, 'It was denied: I do not <know> you')
  })

  it('is told of in the language of who asked', async () => {
    await begin()
    await ada.speaks('de')
    await ada.starts()
    await ada.taps('Um Zugang bitten')
    await ada.taps('Ada Lovelace')
    await ada.taps('Überspringen')
    await ada.taps('Überspringen')
    await ada.taps('✅ Abschicken')
    const mine = await ada.sees('Du hast um Zugang gebeten')
    const card = await scene.admin.sees('asks for access')
    await scene.admin.taps('Deny', { on: card })
    await scene.admin.taps('Without a reason')
    await ada.sees('Deine Bitte um Zugang wurde abgelehnt.')
    await ada.seesOn(mine, 'Das wurde abgelehnt')
  })

  it('is taken back by who asked, and the admins’ cards say so', async () => {
    await begin()
    const mine = await asks(ada)
    const card = await scene.admin.sees('asks for access')
    await ada.taps('Take it back', { on: mine })
    await ada.seesOn(mine, 'You took it back')
    await scene.admin.seesOn(card, 'They took it back')
    await scene.admin.forgesTap(card.message_id, 'c:o:1:xxxxxxxxxxxxxxxxxxxxxx:xxxxxxxxxxxxxxxxxxxxxx')
    await scene.admin.seesToast(/taken it back|changed/)
  })

  it('lapses when nobody answers, and both sides are told', async () => {
    await begin()
    const mine = await asks(ada)
    const card = await scene.admin.sees('asks for access')
    engine.time.now += 8 * 86_400_000
    await engine.ok(operator, 'whoami', {})
    await ada.sees('Nobody answered your request for access in time')
    await ada.seesOn(mine, 'Nobody answered in time')
    await scene.admin.seesOn(card, 'Nobody answered in time')
  })

  it('what was written is asked again when it cannot be used; photos and empty texts are no answers', async () => {
    await begin()
    await ada.starts()
    await ada.taps('Ask for access')
    await ada.sendsPhoto('Ada')
    await ada.sees('Please type the answer')
    await ada.sharesContact(scene.admin)
    await ada.sees('Please type the answer')
    const typed = await ada.sends('a:b')
    await ada.sees('GitHub login')
    await ada.edits(typed, 'Ada')
    await ada.sees('changed')
    await ada.taps('Skip', { earlier: true })
    await ada.sends('x'.repeat(2000))
    await ada.sees('longer than 500')
    await ada.taps('Skip', { earlier: true })
    await ada.taps('✅ Send')
    await ada.sees(/cannot use 'a:b' as a name[\s\S]*What is your name/)
    await ada.sends('Ada\u202eevil')
    await ada.taps('✅ Send')
    await ada.sees(/control or invisible characters[\s\S]*What is your name/)
    await ada.sends('Ada & <Co>')
    await ada.taps('✅ Send')
    await ada.sees('You asked for access')
    await scene.admin.sees('Ada & <Co> asks for access')
  })

  it('is forgotten after an hour, and an answer that comes later is told so once', async () => {
    let later = 0
    await begin({}, () => Date.now() + later)
    await ada.starts()
    await ada.taps('Ask for access')
    await ada.sees('What is your name?')
    await scene.settled()
    later = 61 * 60_000
    await ada.sends('Ada')
    await ada.sees('This took too long, and I have forgotten what you wrote')
    await scene.settled()
    expect(await guests()).toBe(0)
    await ada.sends('Ada')
    await scene.settled()
    await ada.seesNothing()
    await ada.taps('Ask for access', { earlier: true })
    await ada.sees('What is your name?')
  })

  it('hostile names from Telegram are shown harmless', async () => {
    await begin()
    const eve = await scene.driver.person({
      first_name: `<a href="tg://user?id=1">\u202e${'x'.repeat(200)}`,
      last_name: '\u0000',
    })
    await eve.starts()
    await eve.taps('Ask for access')
    await eve.sends('Eve')
    await eve.taps('Skip')
    await eve.taps('Skip')
    await eve.taps('✅ Send')
    await eve.sees('You asked for access')
    const card = await scene.admin.sees(/In Telegram: <a href="tg:\/\/user\?id=1">\\u202ex+/)
    expect(card.text).not.toContain('\u202e')
  })

  it('says nothing to a flood beyond the caps, and keeps nothing of it', async () => {
    await begin({ limits: { accessWaiting: 1 } })
    await asks(ada)
    const strangers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => scene.driver.person({ first_name: `S${index}` })),
    )
    await Promise.all(strangers.map((one) => one.starts()))
    await scene.settled()
    await Promise.all(strangers.map((one) => one.seesNothing(50)))
    expect([await guests(), (await accessOf()).length]).toEqual([0, 1])
  })

  it('somebody who answers with nonsense without end is forgotten', async () => {
    await begin()
    await ada.starts()
    await ada.taps('Ask for access')
    await ada.sees('What is your name?')
    for (let index = 0; index < 62; index++) await ada.sendsPhoto()
    await scene.settled()
    expect(await guests()).toBe(0)
    await ada.sends('Ada')
    await ada.seesNothing()
  })
})

describe('blocking', () => {
  it('ends what was asked, and nothing that they send is answered any more; /blocked undoes it', async () => {
    await begin()
    const mine = await asks(ada)
    const card = await scene.admin.sees('asks for access')
    const { admin } = scene
    await admin.taps('🚫 Block', { on: card })
    await admin.seesToast('nothing that they send is answered')
    await admin.seesOn(card, /Blocked by/)
    await ada.starts()
    await ada.sends('hello?')
    const tap = await ada.forgesTap(mine.message_id, 'ask:begin')
    expect(tap).toBeDefined()
    await ada.taps('Take it back', { on: mine })
    await scene.settled()
    await ada.seesNothing()
    await ada.seesOn(mine, 'wait for their answer')
    await admin.sends('/blocked')
    await admin.sees(`Telegram id ${ada.id}`)
    await admin.taps(`Unblock ${ada.id}`)
    await admin.seesToast('may ask again')
    engine.time.now += 1000
    expect((await engine.ok(operator, 'block.list', {})).blocks).toEqual([])
    await ada.forgesTap(mine.message_id, 'ask:begin')
    await ada.sees('What is your name?')
  })

  it('in the middle of the questions is silence from then on', async () => {
    await begin()
    await ada.starts()
    await ada.taps('Ask for access')
    await ada.sees('What is your name?')
    await engine.ok(adminCaller(ADMIN_ID), 'block.add', { telegram_id: ada.id })
    await ada.sends('Ada')
    await scene.settled()
    await ada.seesNothing()
    expect(await guests()).toBe(0)
  })
})

describe('invitations', () => {
  /** `/invite` with the shortest answers; the link that came of it. */
  async function invites(admin: Person, osUser = 'Skip'): Promise<string> {
    await admin.sends('/invite')
    await admin.sees('Which role?')
    await admin.taps('user')
    await admin.sees('How long')
    await admin.taps('7 days')
    await admin.sees('Which account')
    if (osUser === 'Skip') await admin.taps('Skip')
    else await admin.sends(osUser)
    await admin.sees('Whom is it for?')
    await admin.sends('Ada from the club')
    const { text } = await admin.sees('Send this link to one person')
    const link = /https:\/\/t\.me\/(\w+)\?start=([\w-]{22})$/.exec(text)
    return link?.[2] ?? ''
  }

  it('fills in what the admin chose, and the card says who invited', async () => {
    await begin()
    const { admin } = scene
    const code = await invites(admin, 'augusta')
    await ada.starts(code)
    await ada.sees('You are invited, for the role user')
    await ada.taps('Ada Lovelace')
    await ada.taps('Skip')
    await ada.taps('Skip')
    await ada.taps('✅ Send')
    await ada.sees('You asked for access')
    const card = await admin.sees(/Invited by .* for the role user, account augusta/)
    await admin.taps('✏️ Complete', { on: card })
    await admin.taps('augusta')
    await admin.taps('Keep all')
    await admin.taps('Skip')
    const review = await admin.sees('What would change on the host', { buttons: ['✅ Approve'] })
    await admin.taps('✅ Approve', { on: review })
    await admin.seesOn(review, 'succeeded')
    expect(engine.machine.roster).toMatchObject([{ telegram_id: ada.id, os_user: 'augusta', role: 'user' }])
  })

  it('is for the first who opens it; everybody else gets the answer of a wrong one', async () => {
    await begin()
    const code = await invites(scene.admin)
    const eve = await scene.driver.person({ first_name: 'Eve' })
    await eve.starts(code)
    await eve.sees('You are invited')
    await ada.starts(code)
    const foreign = await ada.sees('This link cannot be used')
    await ada.starts('AAAAAAAAAAAAAAAAAAAAAA')
    const wrong = await ada.sees('This link cannot be used')
    expect(wrong.text).toBe(foreign.text)
    await eve.sends(`/start ${code}`)
    await eve.sees('You are invited')
  })

  it('is listed and revoked, and then is like a wrong one', async () => {
    await begin()
    const { admin } = scene
    const code = await invites(admin)
    await admin.sends('/invites')
    await admin.sees(/1: role user, not opened yet[\s\S]*Ada from the club/)
    await admin.taps('Revoke 1')
    await admin.seesToast('Invitation 1 is revoked')
    await admin.taps('Revoke 1', { earlier: true })
    await admin.seesToast('cannot be revoked: it is revoked')
    await ada.starts(code)
    await ada.sees('This link cannot be used')
    await admin.sends('/invites')
    await admin.sees('no invitation that could be used')
  })

  it('opened while one waits already goes into what was asked', async () => {
    await begin()
    await asks(ada)
    const card = await scene.admin.sees('asks for access')
    const { code } = await engine.ok(operator, 'invite.create', { role: 'user' })
    await ada.starts(code ?? '')
    await ada.sees('What you have asked for says so now')
    await scene.admin.seesOn(card, 'Invited by')
  })

  it('never stands in what the bot keeps', async () => {
    await begin()
    const code = await invites(scene.admin)
    expect(code).toHaveLength(22)
    await scene.settled()
    await scene.stop()
    const files = await readdir(scene.stateFolder, { recursive: true, withFileTypes: true })
    const { readFile } = await import('node:fs/promises')
    for (const file of files.filter((one) => one.isFile())) {
      expect(await readFile(join(file.parentPath, file.name), 'utf8')).not.toContain(code)
    }
  })

  it('leave a question that is open as it is, and say what to do', async () => {
    await begin()
    const { admin } = scene
    await admin.sends('/adduser')
    await admin.sees('Who shall get access?')
    await admin.sends('/invite')
    await admin.sees('I cannot do that while the question above waits')
    await admin.sends('77')
    await admin.sees('Which account')
    await admin.sends('/cancel')
    await admin.sees('Cancelled')
    await admin.sends('/invite')
    await admin.sees('Which role?')
  })

  it('offers no sensitive role in chat', async () => {
    await begin({ config: { roles: new Map([['admin', role('admin', { permissions: ['*'] })]]) } })
    await scene.admin.sends('/invite')
    await scene.admin.sees('no role that can be invited for in chat')
  })
})
