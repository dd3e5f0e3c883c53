import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { engineFixture, type Fixture, role } from '../support/engine-fixture.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'
import { sayWho, toReview } from './support/walk.ts'

const LIN = 222_000_222
const SOMEBODY_ELSE = { count: 1, self: false, step_up: 'none', expiresMs: 3_600_000 } as const
let scene: Scene
let engine: Fixture
let ada: Person
beforeEach(async () => {
  engine = await engineFixture({
    config: {
      roles: new Map([
        ['admin', role('admin', { permissions: ['*'] })],
        ['user', role('user')],
        ['guarded', role('guarded', { approval: SOMEBODY_ELSE })],
      ]),
    },
  })
  engine.time.now = Date.now() + 60_000
  scene = await createScene({ client: engineClient(engine, [ADMIN_ID, LIN]) })
  ada = await scene.driver.person({ first_name: 'Ada' })
  await scene.start()
})
afterEach(async () => {
  await removeScene(scene)
  await engine.remove()
})

/** Up to the question about the name. */
const toName = async () => {
  await sayWho(scene, ada)
  await scene.admin.sends('newbie')
  await scene.admin.sees('Which role?')
  await scene.admin.taps('user')
  await scene.admin.sees('What is their name?')
}

describe('an edited message', () => {
  it('changes no answer; in the middle of a dialogue that is said, and the question waits on', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    const typed = await admin.sends('newbie')
    await admin.sees('Which role?')
    await admin.edits(typed, 'root')
    await admin.sees('I do not look at changed messages')
    await admin.taps('user', { earlier: true })
    await admin.sees('What is their name?')
    await admin.edits(typed, '/cancel')
    await admin.sees('I do not look at changed messages')
    await admin.sends('Ada')
    await admin.taps('Skip')
    await admin.taps('Keep all')
    await admin.taps('Skip')
    await admin.sees('Onboard Ada as newbie')
  })

  it('is no message outside of a dialogue, and no command', async () => {
    const { admin } = scene
    const typed = await admin.sends('hello')
    await admin.sees('did not understand')
    await admin.edits(typed, '/adduser')
    await scene.settled()
    await admin.seesNothing()
  })

  it('of a stranger is looked at as little as a message', async () => {
    const eve = await scene.driver.person({ first_name: 'Eve' })
    const typed = await eve.sends('hello')
    await eve.sees(String(eve.id))
    await eve.edits(typed, '/adduser')
    await scene.settled()
    await eve.seesNothing()
  })
})

describe('where a text was asked', () => {
  it('a photo, a contact or somebody picked is no answer, and the question waits on', async () => {
    const { admin } = scene
    await toName()
    await admin.sendsPhoto('Ada')
    await admin.sees('Please type the answer')
    await admin.sharesContact(ada)
    await admin.sees('Please type the answer')
    await admin.sends('Ada')
    await admin.sees('GitHub login')
    await admin.sendsPhoto()
    await admin.sees('Please type the answer')
  })
})

describe('who', () => {
  beforeEach(async () => {
    await scene.admin.sends('/adduser')
    await scene.admin.sees('Who shall get access?')
  })

  it('cannot be a bot: the picker offers none, and a forwarded message of one is refused', async () => {
    const { admin, server } = scene
    const robot = await server.control.createUser({ first_name: 'Robot', is_bot: true })
    await expect(admin.picks(robot)).rejects.toThrow('does not offer bots')
    await admin.forwards(robot, 'beep')
    await admin.sees('written by a bot')
    const me = await server.control.bot({})
    await admin.sends(String(me.id))
    await admin.sees('That is me')
    await admin.sends(String(ada.id))
    await admin.sees('Which account')
  })

  it('cannot be a channel or a group', async () => {
    const { admin, server } = scene
    const channel = await server.control.createChannel({ title: 'News' })
    const group = await server.control.createGroup({ title: 'Team', members: [ADMIN_ID] })
    for (const chat of [channel, group]) {
      await admin.forwards(chat, 'hello')
      await admin.sees('comes from a chat or channel, not from a person')
    }
    await admin.sends(String(group.id))
    await admin.sees('as a Telegram id')
  })

  it.each([
    ['HTML', '<b>Ada</b> &amp; <a href="tg://user?id=1">you</a>', '<b>Ada</b> &amp;'],
    ['right to left', '\u202eadA \u05d0\u05d3\u05d4', '\\u202eadA \u05d0\u05d3\u05d4'],
    ['1,000 characters', 'A'.repeat(1000), `${'A'.repeat(64)}…`],
    ['nothing to see', '\u2060', '\\u2060'],
    ['blank', '\u3164', 'id'],
  ])(
    'may be called anything (%s), and is shown harmlessly all the way to the card',
    async (_, name, shown) => {
      const { admin, driver } = scene
      const mallory = await driver.person({ first_name: name })
      await admin.picks(mallory)
      const noted = await admin.sees(`id ${mallory.id}`)
      expect(noted.text).toContain(shown)
      await admin.sees('Which account')
      await admin.sends('mallory')
      await admin.taps('user')
      await admin.sees('What is their name?')
      await admin.sends('Mallory')
      await admin.taps('Skip')
      await admin.taps('Keep all')
      await admin.taps('Skip')
      const card = await admin.sees('Onboard Mallory as mallory')
      await admin.taps('✅ Approve', { on: card })
      await admin.seesOn(card, /succeeded/)
      const said = (await admin.chat()).messages.filter(({ from_bot }) => from_bot)
      const kinds = said.flatMap(({ raw }) => raw.entities ?? []).map(({ type }) => type)
      expect(kinds.filter((kind) => kind === 'text_mention' || kind === 'text_link')).toEqual([])
      expect(JSON.stringify(said.map(({ text }) => text))).not.toMatch(/[\u202e\u2060]/)
    },
  )
})

describe('a typed name', () => {
  it.each([
    ['only blanks', '   ', 'cannot go on without the name'],
    ['1,000 characters', 'A'.repeat(1000), 'longer than 64 characters'],
    ['text turned round', 'Ada \u202egnp.exe', 'control or invisible characters'],
    ['nothing to see', '\u2060', 'control or invisible characters'],
    ['two lines', 'Ada\nroot:x:0:0', 'control or invisible characters'],
  ])('is refused with %s, and the question waits on', async (_, typed, said) => {
    const { admin } = scene
    await toName()
    await admin.sends(typed)
    const answer = await admin.sees(said)
    expect(answer.text).not.toMatch(/[\u202e\u2060]/)
    await admin.sends('Ada')
    await admin.sees('GitHub login')
  })

  it.each([
    '\u05e2\u05d3\u05d4 \u05dc\u05d0\u05d1\u05dc\u05d9\u05d9\u05e1',
    '艾达',
    "Ada O'Neill <3 & Co",
    'Ada {name} #',
  ])('may be %j, and stands on the card as it was typed', async (typed) => {
    const { admin } = scene
    await toName()
    await admin.sends(typed)
    await admin.taps('Skip')
    await admin.taps('Keep all')
    await admin.taps('Skip')
    await admin.sees(`Onboard ${typed} as newbie`)
  })
})

describe('elsewhere than in a private chat', () => {
  it('a post in a channel is left alone', async () => {
    const { server } = scene
    const channel = await server.control.createChannel({ title: 'News' })
    await server.control.postInChannel({ chat: channel.id, text: '/adduser' })
    await scene.admin.sends('/help')
    await scene.admin.sees('gives people access')
    await scene.settled()
    expect((await server.control.chat({ chat: channel.id })).messages.filter((one) => one.from_bot)).toEqual(
      [],
    )
  })

  it('an anonymous admin of a group is nobody, even in the middle of an own dialogue', async () => {
    const { server, admin } = scene
    await sayWho(scene, ada)
    const group = await server.control.createGroup({
      ...{ title: 'Team', members: [ADMIN_ID], bot_is: 'administrator' },
    })
    for (const text of ['/adduser', 'newbie', '/cancel']) {
      await server.control.sendAnonymously({ chat: group.id, text })
    }
    await scene.settled()
    expect((await server.control.chat({ chat: group.id })).messages.filter((one) => one.from_bot)).toEqual([])
    await admin.sends('newbie')
    await admin.sees('Which role?')
  })
})

describe('an answer to a conversation from before an update of Usher', () => {
  /** The dialogue as an earlier version of the questions would have left it. */
  const makeOutdated = async () => {
    await scene.settled()
    await scene.stop()
    const file = join(scene.stateFolder, 'chats', `${ADMIN_ID}.json`)
    const state = JSON.parse(await readFile(file, 'utf8'))
    state.dialogue.version = [0, 1]
    await writeFile(file, JSON.stringify(state))
    await scene.start()
  }

  it('is told once that the questions have changed, and nothing else is made of it', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    await makeOutdated()
    await admin.sends('newbie')
    await admin.sees('the questions have changed since you began. Please begin again with /adduser')
    await scene.settled()
    const said = (await admin.chat()).messages.filter(({ from_bot }) => from_bot)
    expect(said.at(-1)?.text).toContain('the questions have changed')
    await sayWho(scene, ada)
  })

  it('is told so at a button too, and the button says that it is gone', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    await makeOutdated()
    await admin.taps('ada', { earlier: true })
    await admin.sees('the questions have changed since you began')
    await admin.seesToast('no longer open')
  })

  it('is told so before a command, which works', async () => {
    const { admin } = scene
    await sayWho(scene, ada)
    await makeOutdated()
    await admin.sends('/adduser')
    await admin.sees('the questions have changed since you began')
    await admin.sees('Who shall get access?')
  })

  it('decides nothing: a reason that comes late leaves the request undecided, and the button works again', async () => {
    const { admin, driver } = scene
    const lin = await driver.person({ id: LIN, first_name: 'Lin' })
    await admin.starts()
    await admin.sees('gives people access')
    await toReviewBy(lin)
    const card = await admin.sees('Onboard', { buttons: ['Deny'] })
    await admin.taps('Deny', { on: card })
    await admin.sees('Why is request 1 denied?')
    await makeOutdated()
    await admin.sends('no room')
    await admin.sees(/Nothing was decided or changed; please tap the button on the card again/)
    expect(engine.store.requests.get(1)?.state).toBe('submitted')
    await admin.taps('Deny', { on: card })
    await admin.sees('Why is request 1 denied?')
    await admin.sends('no room')
    await admin.seesOn(card, ': no room. Nothing was changed')
  })

  /** Somebody else's request that waits for a decision. */
  const toReviewBy = async (lin: Person) => {
    await lin.starts()
    await lin.sees('gives people access')
    const card = await toReview({ ...scene, admin: lin }, ada, { role: 'guarded', submit: true })
    await lin.taps('📨 Submit', { on: card })
  }
})
