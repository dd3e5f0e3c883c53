import { afterEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { engineFixture, type Fixture, type FixtureOptions, role } from '../support/engine-fixture.ts'
import { addAccount } from '../support/fake-host.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'
import { sayWho, toReview } from './support/walk.ts'

const LIN = 222_000_222
let scene: Scene
let engine: Fixture
let ada: Person

async function begin(options: FixtureOptions = {}): Promise<void> {
  engine = await engineFixture(options)
  // Its clock stands still; what happens must not look older than the bot.
  engine.time.now = Date.now() + 60_000
  scene = await createScene({ client: engineClient(engine, [ADMIN_ID, LIN]) })
  ada = await scene.driver.person({ first_name: 'Ada', last_name: 'Lovelace' })
  await scene.start()
}
afterEach(async () => {
  await removeScene(scene)
  await engine.remove()
})

const roles = (change: Parameters<typeof role>[1]) => ({
  roles: new Map([
    ['admin', role('admin', { permissions: ['*'] })],
    ['user', role('user', change)],
  ]),
})

describe('with the real engine behind it', () => {
  it('an onboarding goes from the first question to the receipt', async () => {
    await begin()
    await ada.starts()
    await ada.sees(String(ada.id))
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /succeeded[\s\S]*was told in their own chat/)
    await ada.sees('Your account newbie')
    expect(engine.machine.roster).toMatchObject([{ telegram_id: ada.id, os_user: 'newbie', role: 'user' }])
  })

  it('somebody who never wrote to the bot presses Start on the link: their account is active then, and both are told', async () => {
    await begin()
    const card = await toReview(scene, ada)
    await scene.admin.seesOn(card, `once Telegram id ${ada.id} has pressed Start`)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /Activation: waits for their Start[\s\S]*\?start=welcome/)
    expect([...engine.machine.expired]).toEqual(['newbie'])
    const eve = await scene.driver.person({ first_name: 'Eve' })
    await eve.starts('welcome')
    await eve.sees(String(eve.id))
    await scene.settled()
    expect([...engine.machine.expired]).toEqual(['newbie'])
    await ada.starts('welcome')
    await ada.sees('Your account newbie on test-host is active now')
    await scene.admin.seesOn(card, /activated the account[\s\S]*was told in their own chat/)
    expect([...engine.machine.expired]).toEqual([])
  })

  it('somebody who presses Start while their run is undecided is active at its end without another one', async () => {
    await begin()
    const card = await toReview(scene, ada)
    await ada.starts()
    await ada.sees('I only work for people who have access here')
    await scene.settled()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /succeeded[\s\S]*was told in their own chat/)
    await ada.sees('is ready')
    expect([...engine.machine.expired]).toEqual([])
  })

  it('each answer is judged at once: the id, the name of the account, the budget, the repositories', async () => {
    await begin({
      machine: (machine) => {
        machine.roster.push({ telegram_id: 5, name: 'Bob', os_user: 'bob', role: 'user' })
        addAccount(machine, 'bob')
        machine.accounts.set('www', { ...addAccount(machine, 'www'), uid: 33, gid: 33 })
      },
    })
    const { admin } = scene
    await admin.sends('/adduser')
    await admin.sees('Who shall get access?')
    await admin.sends('0')
    await admin.sees("cannot use '0' as a Telegram id")
    await admin.sends('5')
    await admin.sees('on the roster already as bob')
    await admin.picks(ada)
    await admin.sees('Which account')
    await admin.sends('bob')
    await admin.sees(/cannot use 'bob'|cannot create 'bob'|on the roster/)
    await admin.sends('www')
    await admin.sees(/not a person's|exists already/)
    await admin.sends('../etc')
    await admin.sees('cannot use')
    await admin.sends('ada')
    await admin.taps('user')
    await admin.sees('What is their name?')
    await admin.sends('a:b')
    await admin.sees('as a name')
    await admin.sends('Ada')
    await admin.sends('-x-')
    await admin.sees('as a GitHub login')
    await admin.taps('Skip', { earlier: true })
    await admin.taps('✏️ Monthly budget')
    await admin.sends('0')
    await admin.sees('as a budget')
    await admin.sends('30')
    await admin.taps('Go on')
    await admin.taps('✏️ GitHub repositories')
    await admin.sends('ada/engine ../x')
    await admin.sees('owner/repo')
    await admin.sends('ada/engine')
    await admin.taps('Go on')
    await admin.sees('What would change on the host')
  })

  it('an existing account needs its owner: the card shows the claim line', async () => {
    await begin({ machine: (machine) => void addAccount(machine, 'lovelace') })
    const { admin } = scene
    await sayWho(scene, ada)
    await admin.sends('lovelace')
    await admin.sees('exists already')
    await admin.taps('Adopt lovelace')
    await admin.taps('user')
    await admin.taps('Ada Lovelace')
    await admin.taps('Skip')
    await admin.taps('Keep all')
    await admin.taps('Skip')
    const card = await admin.sees('an existing account is adopted', { buttons: ['✅ Approve'] })
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /usher claim \S+/)
  })

  it('a failed step is undone and said in plain words', async () => {
    await begin({
      script: {
        'smoke-test': {
          apply: () => ({
            ...{ code: 'folder_not_usable', params: { path: '/x', why: 'EACCES' } },
            detail: 'sh: no',
          }),
        },
      },
    })
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /was undone[\s\S]*EACCES/)
    expect(engine.machine.roster).toEqual([])
    expect(engine.machine.accounts.size).toBe(0)
  })

  it('a host that changed after the review is planned anew before anything is approved', async () => {
    await begin()
    const card = await toReview(scene, ada)
    engine.machine.template = '# Another memory\n'
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast(/changed since/)
    expect(engine.machine.accounts.size).toBe(0)
    const [, digest = ''] = /Digest: (\S+)/.exec(card.text) ?? []
    await scene.admin.seesOn(card, new RegExp(`Digest: (?!${digest})`))
    await scene.settled()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /succeeded/)
  })

  it('what became impossible after the review is told in full at Approve', async () => {
    await begin()
    const card = await toReview(scene, ada)
    addAccount(engine.machine, 'newbie')
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sees('the account exists already')
  })

  it('two approvals come from two admins', async () => {
    await begin({
      config: roles({ approval: { count: 2, self: true, step_up: 'none', expiresMs: 3_600_000 } }),
    })
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    await lin.starts()
    await lin.sees('gives people access')
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, 'has 1')
    const theirs = await lin.sees('has 1', { buttons: ['✅ Approve', 'Deny'] })
    await lin.taps('✅ Approve', { on: theirs })
    await lin.seesOn(theirs, /succeeded/)
    await scene.admin.seesOn(card, /succeeded/)
  })

  it('a terminal step-up is asked for in words that can be typed', async () => {
    await begin({
      config: roles({ approval: { count: 1, self: true, step_up: 'terminal', expiresMs: 3_600_000 } }),
    })
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /sudo usher confirm \d+/)
  })

  it('an edited answer gives another plan on the same card', async () => {
    await begin()
    const card = await toReview(scene, ada)
    await scene.admin.taps('✏️ Edit', { on: card })
    await scene.admin.taps('OS user')
    await scene.admin.sees('Which account')
    await scene.admin.sends('augusta')
    await scene.admin.seesOn(card, /as augusta/)
    await scene.settled()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /succeeded/)
    expect([...engine.machine.accounts.keys()]).toEqual(['augusta'])
  })
})
