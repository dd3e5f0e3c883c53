import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'
import { toReview } from './support/walk.ts'

const LIN = 222_000_222
let scene: Scene
let lin: Person
let now: number | null
beforeEach(async () => {
  now = null
  scene = await createScene({ moreAdmins: [LIN], now: () => now ?? Date.now() })
  lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
  await scene.start()
  for (const one of [scene.admin, lin]) {
    await one.starts()
    await one.sees('gives people access')
  }
  await scene.settled()
})
afterEach(() => removeScene(scene))

/** Something that every admin is told, which can wait. */
const happens = (why: string) => {
  scene.worker.happen('reconcile.failed', { reconciliation_id: 1, why, changed: true })
}
const told = async (person: Person) =>
  (await person.chat()).messages.flatMap(({ from_bot, text }) =>
    from_bot ? (/:\s(w\d+)/.exec(text)?.[1] ?? []) : [],
  )
const inject = (fault: Parameters<typeof scene.server.control.inject>[0]['fault'], times: number) =>
  scene.server.control.inject({ method: 'sendMessage', fault, times })
const calls = async (method: string, chatId: number) =>
  (await scene.server.control.calls({ method })).filter(({ payload }) => payload['chat_id'] === chatId)

describe('what happens is told', () => {
  it('in order in each chat, although Telegram refuses some of it and another chat is slow', async () => {
    await inject({ kind: 'delay', ms: 2000 }, 1)
    await inject({ kind: 'too-many-requests', retry_after: 1 }, 1)
    await inject({ kind: 'answer', error_code: 500, description: 'Internal Server Error' }, 1)
    const all = ['w1', 'w2', 'w3', 'w4', 'w5']
    for (const why of all) happens(why)
    await expect.poll(() => told(scene.admin), { timeout: 15_000 }).toEqual(all)
    await expect.poll(() => told(lin), { timeout: 15_000 }).toEqual(all)
  })

  it('in order with the cards that are posted between', async () => {
    scene.worker.onQueued = 'wait'
    const ada = await scene.driver.person({ first_name: 'Ada' })
    await toReview(scene, ada, { role: 'two', name: 'Ada' })
    await inject({ kind: 'too-many-requests', retry_after: 1 }, 1)
    happens('w1')
    await scene.admin.taps('✅ Approve', { earlier: true })
    await expect.poll(() => scene.worker.requests[0]?.state).toBe('submitted')
    happens('w2')
    await lin.sees('w2', { timeoutMs: 15_000 })
    const order = (await lin.chat()).messages.filter(({ from_bot }) => from_bot).map(({ text }) => text)
    expect(order.at(-3)).toContain('w1')
    expect(order.at(-2)).toContain('Ada')
    expect(order.at(-1)).toContain('w2')
  })

  it('goes on where the bot was stopped in the middle, without what was told already', async () => {
    await inject({ kind: 'delay', ms: 0 }, 3)
    await inject({ kind: 'answer', error_code: 502, description: 'Bad Gateway' }, 1000)
    const all = ['w1', 'w2', 'w3', 'w4']
    for (const why of all) happens(why)
    await expect.poll(async () => [...(await told(scene.admin)), ...(await told(lin))]).toHaveLength(3)
    await scene.stop()
    await scene.server.control.clearFaults({})
    await scene.start()
    await expect.poll(() => told(scene.admin), { timeout: 15_000 }).toEqual(all)
    await expect.poll(() => told(lin), { timeout: 15_000 }).toEqual(all)
  })

  it('while nothing may be sent in one chat, in the others; and events are followed on', async () => {
    await lin.blocks()
    for (let n = 1; n <= 4; n++) happens(`w${n}`)
    await expect.poll(() => told(scene.admin), { timeout: 15_000 }).toEqual(['w1', 'w2', 'w3', 'w4'])
    await scene.restart()
    expect(await told(scene.admin)).toEqual(['w1', 'w2', 'w3', 'w4'])
  })
})

describe('a 429', () => {
  it('is waited out for as long as Telegram says, with everything else in that chat', async () => {
    happens('w1')
    await expect.poll(() => told(lin)).toEqual(['w1'])
    await expect.poll(() => told(scene.admin)).toEqual(['w1'])
    await inject({ kind: 'too-many-requests', retry_after: 2 }, 1)
    happens('w2')
    await expect.poll(() => told(lin), { timeout: 15_000 }).toEqual(['w1', 'w2'])
    await expect.poll(() => told(scene.admin), { timeout: 15_000 }).toEqual(['w1', 'w2'])
    for (const chatId of [LIN, ADMIN_ID]) {
      const sent = await calls('sendMessage', chatId)
      const refused = sent.findIndex(({ response }) => response?.ok === false)
      if (refused < 0) continue
      expect(sent[refused + 1]!.started_ms - sent[refused]!.started_ms).toBeGreaterThanOrEqual(1990)
    }
  })
})

describe('somebody who has blocked the bot', () => {
  it('is reported to the other admins once, hears it all in order when they press Start, and is reported anew after that', async () => {
    const reports = async () =>
      (await scene.admin.chat()).messages.filter(({ text }) => text.includes('I cannot write to'))
    await lin.blocks()
    happens('w1')
    happens('w2')
    await scene.admin.sees(`I cannot write to ${LIN}: they have blocked me, or never pressed Start`)
    await scene.restart()
    happens('w3')
    await expect.poll(() => told(scene.admin)).toEqual(['w1', 'w2', 'w3'])
    expect(await reports()).toHaveLength(1)
    await lin.starts()
    await expect.poll(() => told(lin), { timeout: 15_000 }).toEqual(['w1', 'w2', 'w3'])
    await lin.blocks()
    happens('w4')
    await expect.poll(async () => (await reports()).length).toBe(2)
  })

  it('has cards that are right again when they come back', async () => {
    scene.worker.onQueued = 'wait'
    const ada = await scene.driver.person({ first_name: 'Ada' })
    await toReview(scene, ada, { role: 'two', name: 'Ada' })
    await scene.admin.taps('✅ Approve', { earlier: true })
    const card = await lin.sees('Ada')
    await lin.blocks()
    scene.worker.expire(1)
    await scene.admin.sees('I cannot write to')
    await lin.starts()
    await lin.seesOn(card, 'Expired undecided')
  })
})

describe('quiet hours', () => {
  const at = (text: string) => {
    now = Date.parse(text)
  }
  const soundOf = async (person: Person, pattern: string) => {
    const sent = await calls('sendMessage', person.id)
    const call = sent.find(({ payload }) => String(payload['text']).includes(pattern))
    return call?.payload['disable_notification'] === true ? 'silent' : 'heard'
  }

  it('are set, shown and ended with /quiet, and explain themselves', async () => {
    await scene.admin.sends('/quiet')
    await scene.admin.sees('You have no quiet hours')
    await scene.admin.sends('/quiet 22:00-07:00 europe/berlin')
    await scene.admin.sees('From 22:00–07:00, Europe/Berlin, I leave you alone')
    await scene.admin.sends('/quiet')
    await scene.admin.sees('Your quiet hours are 22:00–07:00, Europe/Berlin')
    await scene.restart()
    await scene.admin.sends('/quiet off')
    await scene.admin.sees('no quiet hours any more')
    for (const [typed, answer] of [
      ['at night', 'I did not understand that'],
      ['07:00-07:00', 'must end at another time'],
      ['22:00-07:00 <b>Mars</b>/X', 'I do not know the time zone'],
    ] as const) {
      await scene.admin.sends(`/quiet ${typed}`)
      await scene.admin.sees(answer)
    }
  })

  it('are nothing for others', async () => {
    const eve = await scene.driver.person({ first_name: 'Eve' })
    await eve.sends('/quiet 22:00-07:00')
    await eve.sees(String(eve.id))
    scene.worker.roster.push({
      ...{ telegram_id: eve.id, name: 'Eve', os_user: 'eve', role: 'user', uid: 1002, last_run_id: null },
      entry: { telegram_id: eve.id, name: 'Eve', os_user: 'eve', role: 'user' },
    })
    await eve.sends('/quiet 22:00-07:00')
    await eve.sees('Your role does not permit that')
  })

  it('hold what can wait, through a restart; afterwards it comes in order and without a sound', async () => {
    at('2027-01-20T23:00:00Z')
    await lin.sends('/quiet 22:00-07:00 UTC')
    await lin.sees('I leave you alone')
    happens('w1')
    happens('w2')
    await expect.poll(() => told(scene.admin)).toEqual(['w1', 'w2'])
    await scene.restart()
    await sleep(500)
    expect(await told(lin)).toEqual([])
    at('2027-01-21T07:00:00Z')
    await lin.sends('/whoami')
    await expect.poll(() => told(lin), { timeout: 15_000 }).toEqual(['w1', 'w2'])
    expect([await soundOf(lin, 'w1'), await soundOf(lin, 'w2')]).toEqual(['silent', 'silent'])
    happens('w3')
    await expect.poll(() => told(lin)).toEqual(['w1', 'w2', 'w3'])
    expect([await soundOf(lin, 'w3'), await soundOf(scene.admin, 'w1')]).toEqual(['heard', 'heard'])
  })

  it('do not hold that the history is broken; it comes at once, and before what waits', async () => {
    at('2027-01-20T23:00:00Z')
    await lin.sends('/quiet 22:00-07:00 UTC')
    await lin.sees('I leave you alone')
    happens('w1')
    scene.worker.happen('audit.broken', { expected_id: 5, found_id: 4 })
    await lin.sees('event 4 was there')
    expect(await soundOf(lin, 'event 4 was there')).toBe('heard')
    expect(await told(lin)).toEqual([])
    await lin.sends('/quiet off')
    await expect.poll(() => told(lin)).toEqual(['w1'])
  })

  it('hold a decision that can wait until they end, and not one that would expire before', async () => {
    scene.worker.onQueued = 'wait'
    at('2027-01-20T23:00:00Z')
    await lin.sends('/quiet 22:00-07:00 UTC')
    await lin.sees('I leave you alone')
    const cards = async () =>
      (await lin.chat()).messages.filter(({ text, from_bot }) => from_bot && /Ada|Joan/.test(text))
    const ask = async (first_name: string, expiresAt: string, osUser: string) => {
      scene.worker.expiresAt = Date.parse(expiresAt)
      const somebody = await scene.driver.person({ first_name })
      const card = await toReview(scene, somebody, { role: 'two', name: first_name, osUser })
      await scene.admin.taps('✅ Approve', { on: card })
      await scene.admin.seesOn(card, 'Needs 2 approvals, has 1')
    }
    await ask('Ada', '2027-01-21T23:00:00Z', 'ada')
    await sleep(700)
    expect(await cards()).toEqual([])
    await ask('Joan', '2027-01-21T06:59:00Z', 'joan')
    await expect
      .poll(async () => (await cards()).map(({ text }) => /Ada|Joan/.exec(text)?.[0]))
      .toEqual(['Joan'])
    expect(await soundOf(lin, 'Joan')).toBe('heard')
    at('2027-01-21T07:00:00Z')
    await lin.sends('/whoami')
    await expect.poll(async () => (await cards()).length).toBe(2)
    expect(await soundOf(lin, 'Ada')).toBe('silent')
  })
})
