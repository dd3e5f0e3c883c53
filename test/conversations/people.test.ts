import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'
import { sayWho, toReview } from './support/walk.ts'

let scene: Scene
beforeEach(async () => {
  scene = await createScene()
  await scene.start()
})
afterEach(() => removeScene(scene))

const onRoster = (person: Person, role = 'user') =>
  scene.worker.roster.push({
    ...{ telegram_id: person.id, name: person.user.first_name, os_user: 'eve', role, uid: 1002 },
    ...{ last_run_id: null, entry: {} },
  })

describe('a stranger', () => {
  it('gets one polite refusal with their id, and nothing they send is looked at', async () => {
    const eve = await scene.driver.person({ first_name: 'Eve' })
    await eve.starts()
    await eve.sees(`give this number to your admin: ${eve.id}`)
    await eve.sends('/adduser')
    await eve.sends('let me in')
    await scene.settled()
    await eve.seesNothing()
    expect(new Set(scene.worker.seen.map((call) => call.name))).toEqual(
      new Set(['whoami', 'person.started', 'access.mine']),
    )
    expect(scene.worker.seen.every(({ input }) => Object.keys(input as object).length === 0)).toBe(true)
  })

  it('is not told twice when the bot was restarted', async () => {
    const eve = await scene.driver.person({ first_name: 'Eve' })
    await eve.starts()
    await eve.sees(String(eve.id))
    await scene.settled()
    await scene.restart()
    await eve.sends('hello?')
    await scene.settled()
    await eve.seesNothing()
  })

  it('was an admin a moment ago: their dialogue and buttons are dead', async () => {
    const { driver, worker } = scene
    const eve = await driver.person({ first_name: 'Eve' })
    onRoster(eve, 'admin')
    await eve.starts()
    await eve.sees('gives people access')
    await eve.sends('/adduser')
    await eve.sees('Who shall get access?')
    worker.roster.length = 0
    await eve.sends('12345')
    await eve.sees('I only work for people who have access')
    expect(worker.seen.filter((call) => call.name === 'request.draft')).toHaveLength(0)
  })
})

describe('a group', () => {
  it('is ignored, whoever writes there', async () => {
    const { server, admin } = scene
    const group = await server.control.createGroup({ title: 'Team', members: [ADMIN_ID] })
    await admin.sends('/adduser', { chat: group.id })
    await scene.settled()
    const view = await server.control.chat({ chat: group.id })
    expect(view.messages.filter((message) => message.from_bot)).toHaveLength(0)
    expect(scene.worker.seen).toHaveLength(0)
  })

  it('gets a calm answer to a tapped button, and nothing is done', async () => {
    const { server, admin, driver } = scene
    const ada = await driver.person({ first_name: 'Ada' })
    const card = await toReview(scene, ada)
    const data = card.buttons.flat()[0]?.data ?? ''
    const group = await server.control.createGroup({ title: 'Team', members: [ADMIN_ID] })
    await admin.forgesTap(card.message_id, data, { chat: group.id })
    await scene.settled()
    const answered = (await server.control.calls({ method: 'answerCallbackQuery' })).at(-1)
    expect(JSON.stringify(answered?.payload)).toContain('only work in a private chat')
    expect(scene.worker.requests.at(-1)?.state).toBe('draft')
  })
})

describe('a member', () => {
  it('may see themself, the status and their own requests, and is told that the rest is for admins', async () => {
    const { driver, worker } = scene
    const eve = await driver.person({ first_name: 'Eve' })
    onRoster(eve)
    await eve.starts('welcome')
    await eve.sees('/requests')
    await eve.sends('/whoami')
    await eve.sees(`You are Eve, Telegram id ${eve.id}, account eve, role user.`)
    await eve.sends('/status')
    await eve.sees('Usher 0.1.0 is ready')
    await eve.sends('/requests')
    await eve.sees('There are no requests')
    await eve.sends('/adduser')
    await eve.sees('Your role does not permit that')
    await eve.sends('/users')
    await eve.sees('Your role does not permit that')
    await eve.sends('hello')
    await eve.sees('/help lists what I understand')
    expect(worker.seen.some((call) => call.name === 'people.list')).toBe(false)
  })
})

describe('an admin', () => {
  it('sees people, and one of them with everything', async () => {
    const { admin, driver } = scene
    const eve = await driver.person({ first_name: 'Eve' })
    await admin.sends('/users')
    await admin.sees('nobody on the roster yet')
    onRoster(eve)
    await admin.sends('/users')
    await admin.sees('Eve (eve), role user: active')
    await admin.sends('/users eve')
    await admin.sees('eve: Eve')
    await admin.sends('/users nobody-here')
    await admin.sees('cannot')
  })

  it('gets long lists a page at a time', async () => {
    const { admin, worker } = scene
    for (let index = 0; index < 120; index += 1) {
      worker.roster.push({
        ...{
          telegram_id: 1000 + index,
          name: `Person ${'x'.repeat(40)}`,
          os_user: `p${index}`,
          role: 'user',
        },
        ...{ uid: 2000 + index, last_run_id: null, entry: {} },
      })
    }
    await admin.sends('/users')
    const list = await admin.sees(/People 1 to 10[\s\S]*p9\)/, { buttons: ['›'] })
    await admin.taps('›', { on: list })
    await admin.seesOn(list, /People 11 to 20[\s\S]*p19\)/)
  })

  it('opens a request from the list as a card that can be decided', async () => {
    const { admin, driver } = scene
    const ada = await driver.person({ first_name: 'Ada' })
    await toReview(scene, ada)
    await admin.sends('/requests')
    await admin.sees('Request 1: onboard New Bie as newbie', { buttons: ['Open 1'] })
    await admin.taps('Open 1')
    const card = await admin.sees('What would change on the host', { buttons: ['✅ Approve'] })
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded/)
    await admin.sends('/requests')
    await admin.sees('Nothing waits for a decision')
  })

  it('has the whole menu, a stranger the smallest', async () => {
    const { admin, server } = scene
    await admin.starts()
    await admin.sees('gives people access')
    await scene.settled()
    const commands = (await server.control.commandMenu({ user: ADMIN_ID })).map((one) => one.command)
    expect(commands).toContain('adduser')
    const eve = await scene.driver.person({ first_name: 'Eve' })
    await eve.starts()
    const seen = (await server.control.commandMenu({ user: eve.id })).map((one) => one.command)
    expect(seen).toEqual(['start'])
  })
})

describe('the newcomer', () => {
  it('is told in their own chat when they have started the bot', async () => {
    const { admin, driver } = scene
    const ada = await driver.person({ first_name: 'Ada' })
    await ada.starts()
    await ada.sees(String(ada.id))
    const card = await toReview(scene, ada)
    await admin.taps('✅ Approve', { on: card })
    await ada.sees('Your account newbie on burrow is ready')
    await admin.seesOn(card, 'was told in their own chat')
  })

  it('cannot be written to: the admin gets the link to pass on, and it works', async () => {
    const { admin, driver } = scene
    const ada = await driver.person({ first_name: 'Ada' })
    const card = await toReview(scene, ada)
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, 'https://t.me/usher_test_bot?start=welcome')
    await ada.starts('welcome')
    await ada.sees('gives people access')
  })
})

it('answers the first question of an admin who begins a dialogue after another was cancelled', async () => {
  const ada = await scene.driver.person({ first_name: 'Ada' })
  await sayWho(scene, ada)
  await scene.admin.sends('/cancel')
  await scene.admin.sees('Cancelled')
  await sayWho(scene, ada)
})
