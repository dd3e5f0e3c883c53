import { afterEach, describe, expect, it } from 'vitest'
import type { Role } from '../../src/domain/role.ts'
import type { Person } from '../support/chat-driver/person.ts'
import { engineFixture, type Fixture, role } from '../support/engine-fixture.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'
import { toReview } from './support/walk.ts'

const HOUR = 3_600_000
const LIN = 222_000_222
const PAT = 333_000_333
let scene: Scene
let engine: Fixture
let ada: Person
let lin: Person
let pat: Person

/** Three admins who all know the bot, and the policy of the role that is given. */
async function begin(approval: Partial<Role['approval']>): Promise<void> {
  const policy = { count: 1, self: true, step_up: 'none', expiresMs: 24 * HOUR, ...approval } as const
  engine = await engineFixture({
    config: {
      roles: new Map([
        ['admin', role('admin', { permissions: ['*'] })],
        ['user', role('user', { approval: policy })],
      ]),
    },
  })
  // Its clock stands still; what happens must not look older than the bot.
  engine.time.now = Date.now() + 60_000
  scene = await createScene({ client: engineClient(engine, [ADMIN_ID, LIN, PAT]) })
  await scene.start()
  ada = await scene.driver.person({ first_name: 'Ada' })
  lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
  pat = await scene.driver.person({ id: PAT, first_name: 'Pat' })
  for (const other of [lin, pat]) {
    await other.starts()
    await other.sees('gives people access')
  }
}
afterEach(async () => {
  await removeScene(scene)
  await engine.remove()
})

const labels = (message: { buttons: { text: string }[][] }) => message.buttons.flat().map(({ text }) => text)
const approvals = () => engine.store.decisions.approvalsOf([1])

describe('a role that wants two approvals', () => {
  it('says on all cards who gave the first and that another is missing, and takes none twice', async () => {
    await begin({ count: 2 })
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast('Your approval is noted')
    const half = /✅ Approved by Telegram user 111000111[\s\S]*Needs 2 approvals, has 1/
    const own = await scene.admin.seesOn(card, half)
    const lins = await lin.sees(half, { buttons: ['✅ Approve', 'Deny'] })
    const pats = await pat.sees(half, { buttons: ['✅ Approve', 'Deny'] })
    expect(labels(own)).toEqual(['Cancel'])
    expect(approvals()).toHaveLength(1)
    await lin.taps('✅ Approve', { on: lins })
    const outcome =
      /Approved by Telegram user 111000111 in chat at .* UTC[\s\S]*Approved by Telegram user 222000222 in chat at .* UTC[\s\S]*succeeded/
    await lin.seesOn(lins, outcome)
    await scene.admin.seesOn(card, outcome)
    await pat.seesOn(pats, outcome)
  })

  it('lets the second one still say no, and all cards tell by whom, when and why', async () => {
    await begin({ count: 2 })
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    const lins = await lin.sees('has 1')
    const pats = await pat.sees('has 1')
    await pat.taps('Deny', { on: pats })
    await pat.sees('Why is request 1 denied?')
    await pat.sends('nobody knows them')
    const outcome = /Denied by Telegram user 333000333 at .* UTC: nobody knows them\. Nothing was changed/
    for (const [person, message] of [
      [scene.admin, card],
      [lin, lins],
      [pat, pats],
    ] as const) {
      expect(labels(await person.seesOn(message, outcome))).toEqual([])
    }
    expect(engine.machine.accounts.size).toBe(0)
  })
})

describe('a role where the own approval does not count', () => {
  it('lets whoever asks submit only, and somebody else approve', async () => {
    await begin({ self: false })
    const { admin } = scene
    await admin.sends('/adduser')
    await admin.sees('Who shall get access?')
    await admin.picks(ada)
    await admin.sees('Which account')
    await admin.sends('newbie')
    await admin.taps('user')
    await admin.taps('Ada')
    await admin.taps('Skip')
    await admin.taps('Keep all')
    await admin.taps('Skip')
    const card = await admin.sees('What would change on the host', {
      buttons: ['📨 Submit', '✏️ Edit', 'Cancel'],
    })
    await admin.taps('📨 Submit', { on: card })
    await admin.seesToast('every other admin has the card')
    expect(labels(await admin.seesOn(card, /Needs an approval/))).toEqual(['Cancel'])
    expect(approvals()).toEqual([])
    const lins = await lin.sees('Needs an approval', { buttons: ['✅ Approve', 'Deny'] })
    await lin.taps('✅ Approve', { on: lins })
    await admin.seesOn(card, /Approved by Telegram user 222000222 in chat at .* UTC[\s\S]*succeeded/)
  })
})

it('what the bot does not offer, the own approval that does not count, the worker does not take either', async () => {
  await begin({ self: false })
  const card = await toReview(scene, ada, { submit: true })
  const submit = card.buttons.flat()[0]?.data ?? ''
  await scene.admin.forgesTap(card.message_id, submit.replace('c:s:', 'c:a:'))
  await scene.admin.seesToast("it is your own, and the role needs somebody else's approval")
  expect(approvals()).toEqual([])
})

describe('a role whose requests live for an hour', () => {
  it('lets them lapse undecided: all cards say so, and a late tap is told', async () => {
    await begin({ count: 2, expiresMs: HOUR })
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    const lins = await lin.sees('has 1', { buttons: ['✅ Approve'] })
    const lapses = new Date(engine.time.now + HOUR).toISOString().slice(0, 16).replace('T', ' ')
    await scene.admin.seesOn(card, `It lapses at ${lapses} UTC`)
    const approve = lins.buttons.flat()[0]?.data ?? ''
    engine.time.now += HOUR
    await lin.sends('/requests')
    await lin.sees('Nothing waits for a decision')
    await lin.seesOn(lins, /Expired undecided .*at \d{4}-.* UTC/)
    expect(labels(await scene.admin.seesOn(card, /Expired undecided .*at \d{4}-.* UTC/))).toEqual([])
    await lin.forgesTap(lins.message_id, approve)
    await lin.seesToast('Request 1 is expired undecided already')
    expect(engine.machine.accounts.size).toBe(0)
  })
})

describe('at the same moment', () => {
  it('two admins approve: the first wins, the other is told by whom and when', async () => {
    await begin({ self: false })
    const card = await toReview(scene, ada, { submit: true })
    await scene.admin.taps('📨 Submit', { on: card })
    const lins = await lin.sees('Needs an approval', { buttons: ['✅ Approve'] })
    const pats = await pat.sees('Needs an approval', { buttons: ['✅ Approve'] })
    await Promise.all([lin.taps('✅ Approve', { on: lins }), pat.taps('✅ Approve', { on: pats })])
    const toasts = await Promise.all([lin, pat].map((one) => one.seesToast(/./)))
    const texts = toasts.map(({ answer }) => answer?.text ?? '').sort()
    expect(texts[0]).toBe('Approved.')
    expect(texts[1]).toMatch(
      /^Request 1 is approved already by Telegram user (222000222|333000333) at .* UTC\.$/,
    )
    expect(approvals()).toHaveLength(1)
    await scene.admin.seesOn(card, /succeeded/)
  })

  it('one admin taps on two devices: one approval, and both taps are answered', async () => {
    await begin({ self: false })
    const card = await toReview(scene, ada, { submit: true })
    await scene.admin.taps('📨 Submit', { on: card })
    const lins = await lin.sees('Needs an approval', { buttons: ['✅ Approve'] })
    const data = lins.buttons.flat()[0]?.data ?? ''
    await Promise.all([lin.forgesTap(lins.message_id, data), lin.forgesTap(lins.message_id, data)])
    await lin.seesToast('Approved.')
    await lin.seesToast('Request 1 is approved already')
    expect(approvals()).toHaveLength(1)
  })

  it('one admin answers a question on two devices: it is answered once, and the other tap is told', async () => {
    await begin({})
    const { admin } = scene
    await admin.sends('/adduser')
    await admin.sees('Who shall get access?')
    await admin.picks(ada)
    const question = await admin.sees('Which account', { buttons: ['ada'] })
    const data = question.buttons.flat()[0]?.data ?? ''
    await Promise.all([
      admin.forgesTap(question.message_id, data),
      admin.forgesTap(question.message_id, data),
    ])
    await admin.seesToast('answered already')
    await admin.sees('Which role?')
    await scene.settled()
    const asked = (await admin.chat()).messages.filter(({ text }) => text.includes('Which role?'))
    expect(asked).toHaveLength(1)
  })

  it('one admin types on one device and taps on the other: what came first counts, the rest is no answer to it', async () => {
    await begin({})
    const { admin } = scene
    await admin.sends('/adduser')
    await admin.sees('Who shall get access?')
    await admin.picks(ada)
    const question = await admin.sees('Which account', { buttons: ['ada'] })
    const data = question.buttons.flat()[0]?.data ?? ''
    await admin.sends('newbie')
    await admin.forgesTap(question.message_id, data)
    await admin.seesToast('answered already')
    await admin.sees('Which role?')
    await admin.taps('user', { earlier: true })
    await admin.sees('What is their name?')
  })
})
