import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { engineFixture, type Fixture, operator, role, testConfig } from '../support/engine-fixture.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'

const BOB = 333_000_333
let scene: Scene
let engine: Fixture
let admin: Person

beforeEach(async () => {
  const roles = new Map([...testConfig().roles, ['builder', role('builder', { groups: ['builders'] })]])
  engine = await engineFixture({
    config: { roles },
    machine: (machine) => void machine.groups.set('builders', { name: 'builders', gid: 900, members: [] }),
  })
  engine.time.now = Date.now() + 60_000
  await engine.onboard({ telegram_id: BOB, os_user: 'bob', name: 'Bob <b>Builder</b>', model: 'small' })
  scene = await createScene({ client: engineClient(engine, [ADMIN_ID], ['people.read.own']) })
  ;({ admin } = scene)
  await scene.start()
})
afterEach(async () => {
  await removeScene(scene)
  await engine.remove()
})

const bob = () => engine.machine.roster.find(({ os_user }) => os_user === 'bob')

describe('/edituser', () => {
  it('changes a field: the menu shows what it says, the worker checks the answer, the card shows before and after', async () => {
    await admin.sends('/edituser bob')
    await admin.sees(/Bob <b>Builder<\/b> \(bob\)[\s\S]*Role: user[\s\S]*Model: small/)
    await admin.taps('GitHub login')
    await admin.sends('-x-')
    await admin.sees('as a GitHub login')
    await admin.sends('bob-b')
    await admin.sees('GitHub login: not set → bob-b')
    await admin.taps('Model')
    await admin.sends('big')
    await admin.sees('Model: small → big')
    await admin.taps('Review the change')
    const card = await admin.sees(/Change Bob[\s\S]*GitHub login: not set → bob-b[\s\S]*Model: small → big/)
    await admin.seesOn(card, 'Decided by the rule of the role user: 1 approval')
    await admin.seesOn(card, 'change in the roster: GitHub login, model')
    expect(bob()?.model).toBe('small')
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded/)
    expect(bob()).toMatchObject({ model: 'big', github: 'bob-b' })
  })

  it('takes a field away that is inherited then', async () => {
    await admin.sends(`/edituser ${BOB}`)
    await admin.taps('Model')
    await admin.taps('Inherit')
    await admin.taps('Review the change')
    const card = await admin.sees('Model: small → not set', { buttons: ['✅ Approve'] })
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded/)
    expect(bob()).not.toHaveProperty('model')
  })

  it('another role, Telegram id or account waits for a terminal, whoever taps', async () => {
    const eve = await scene.driver.person({ first_name: 'Eve' })
    await admin.sends('/edituser bob')
    await admin.taps('Telegram id')
    await admin.sees('Who shall get access?')
    await admin.picks(eve)
    await admin.sees(`Telegram id: ${BOB} → ${eve.id}`)
    await admin.taps('Role')
    await admin.taps('builder')
    await admin.taps('Review the change')
    const card = await admin.sees(/stricter rule of the roles user and builder/, { buttons: ['✅ Approve'] })
    await admin.seesOn(card, "chosen with Telegram's user picker")
    await admin.seesOn(card, 'a bot alone never decides that')
    await admin.seesOn(card, `the folder /var/lib/usher/data/memory/${BOB} stays as it is`)
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /sudo usher confirm \d+/)
    expect(bob()).toMatchObject({ telegram_id: BOB, role: 'user' })
    expect(engine.machine.groups.get('builders')?.members).toEqual([])
    const { requests } = await engine.ok(operator, 'request.list', { open: true })
    const [request] = requests
    if (request === undefined) throw new Error('nothing waits')
    await engine.ok(operator, 'request.confirm', { id: request.id, digest: request.plan.digest })
    await admin.seesOn(card, /succeeded/)
    expect(bob()).toMatchObject({ telegram_id: eve.id, role: 'builder' })
  })

  it('tells what is wrong with all answers together, and goes on from there', async () => {
    await admin.sends('/edituser bob')
    await admin.taps('OS user')
    await admin.sends('nobody-there')
    await admin.sees('there is no such account')
    await admin.sends('root')
    await admin.sees('cannot use')
    await admin.taps('‹ Back', { earlier: true })
    await admin.taps('Telegram id')
    await admin.sends('0')
    await admin.sees("cannot use '0' as a Telegram id")
    await admin.sends('/cancel')
    await admin.sends('/edituser bob')
    await admin.taps('Name')
    await admin.sends('a:b')
    await admin.sees('as a name')
    await admin.sends('x'.repeat(1000))
    await admin.sees('longer than 64 characters')
  })

  it('whom nobody knows, and whoever is no admin, is told so', async () => {
    await admin.sends('/edituser')
    await admin.sees('Whom?')
    await admin.sends('/edituser <nobody>')
    await admin.sees("the person '<nobody>'")
    const member = await scene.driver.person({ id: BOB, first_name: 'Bob' })
    await member.starts()
    await member.sends('/edituser bob')
    await member.sees('Your role does not permit that')
  })
})

describe('/user', () => {
  it('shows somebody with folders and the last smoke test, and [Re-test] makes a request of it', async () => {
    await admin.sends('/user bob')
    const shown = await admin.sees(/bob: Bob <b>Builder<\/b>[\s\S]*smoke test passed/, {
      buttons: ['Re-test', 'Edit'],
    })
    await admin.taps('Re-test', { on: shown })
    const card = await admin.sees('Test Bob', { buttons: ['✅ Approve'] })
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded/)
    await admin.taps('Re-test', { on: shown })
    await admin.seesToast('This button was used already')
    const { requests } = await engine.ok(operator, 'request.list', {})
    expect(requests.filter(({ kind }) => kind === 'retest')).toHaveLength(1)
  })

  it('[Edit] opens the menu of that person, across a restart of the bot', async () => {
    await admin.sends('/user bob')
    const shown = await admin.sees('bob: Bob', { buttons: ['Re-test', 'Edit'] })
    await scene.settled()
    await scene.restart()
    await admin.taps('Edit', { on: shown })
    await admin.sees('Which field shall change?')
  })

  it('shows members themselves, and of others nothing', async () => {
    const member = await scene.driver.person({ id: BOB, first_name: 'Bob' })
    await member.starts()
    await member.sends('/user')
    await member.sees('bob: Bob')
    await member.sends(`/user ${ADMIN_ID}`)
    await member.sees(
      `cannot find the person '${ADMIN_ID}': there is no such thing, or it is not yours to see`,
    )
    expect(await member.transcript()).not.toContain('Re-test')
  })
})

describe('/users', () => {
  it('shows a page at a time with role and state, and turns back and forth', async () => {
    for (let n = 0; n < 12; n++) {
      engine.machine.roster.push({ telegram_id: 1000 + n, name: `P${n}`, os_user: `p${n}`, role: 'user' })
    }
    await admin.sends('/users')
    const list = await admin.sees(
      /People 1 to 10[\s\S]*Bob <b>Builder<\/b> \(bob\), role user: active[\s\S]*p8\), role user: not active/,
      {
        buttons: ['›'],
      },
    )
    await admin.taps('›', { on: list })
    await admin.seesOn(list, /People 11 to 13[\s\S]*p11/)
    await admin.taps('‹', { on: list })
    await admin.seesOn(list, 'People 1 to 10')
  })
})
