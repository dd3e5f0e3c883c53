import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MessageView } from '../support/bot-api-server/control/views.ts'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, removeScene, type Scene } from './support/scene.ts'
import { toReview } from './support/walk.ts'

const LIN = 222_000_222
let scene: Scene
let ada: Person
beforeEach(async () => {
  scene = await createScene({ moreAdmins: [LIN] })
  ada = await scene.driver.person({ first_name: 'Ada' })
  await scene.start()
})
afterEach(() => removeScene(scene))

const calls = (name: string) => scene.worker.seen.filter((call) => call.name === name)
const dataOf = (card: MessageView, label: string) =>
  card.buttons.flat().find((button) => button.text === label)?.data ?? ''
const look = async (person: Person, card: { message_id: number }) =>
  (await person.chat()).messages.find((one) => one.message_id === card.message_id)
const labelsOn = async (person: Person, card: { message_id: number }) =>
  (await look(person, card))?.buttons.flat().map(({ text }) => text)

/** A run that ended like this, and its card. */
async function ended(outcome: 'succeed' | 'fail' | 'stuck', shows: RegExp): Promise<MessageView> {
  scene.worker.onQueued = outcome
  const card = await toReview(scene, ada)
  await scene.admin.taps('✅ Approve', { on: card })
  return scene.admin.seesOn(card, shows)
}

async function phoneOfLin(): Promise<Person> {
  const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
  await lin.starts()
  await lin.sees('gives people access')
  return lin
}

describe('the card of a run that was undone', () => {
  it('says what became of it, which step failed and why, what was undone and what is left, in this order', async () => {
    const card = await ended('fail', /Nothing of this run is left/)
    const order = [
      'was undone after',
      'smoke test: failed',
      'EACCES',
      '| sh: cannot create <sentinel>',
      'Not reached: Activation, Roster, Services',
      'removed the account newbie',
      'Nothing of this run is left',
      'Retry: the same answers',
      'Keep: it stays undone',
    ].map((part) => card.text.indexOf(part))
    expect(order).not.toContain(-1)
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(await labelsOn(scene.admin, card)).toEqual(['🔁 Retry', '📌 Keep'])
  })

  it('becomes the review card of the next revision with Retry, and succeeds when that is approved', async () => {
    const card = await ended('fail', /Nothing of this run is left/)
    scene.worker.onQueued = 'succeed'
    await scene.admin.taps('🔁 Retry', { on: card })
    await scene.admin.seesToast('planned anew')
    await scene.admin.seesOn(card, /What would change on the host[\s\S]*tried again/, {
      buttons: ['✅ Approve', 'Cancel'],
    })
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, /succeeded after/, { buttons: ['↩️ Undo'] })
    expect(calls('run.retry').map(({ input }) => input)).toEqual([{ run_id: 1 }])
  })

  it('says who took note with Keep, and asks no more', async () => {
    const card = await ended('fail', /Nothing of this run is left/)
    await scene.admin.taps('📌 Keep', { on: card })
    await scene.admin.seesToast('stays undone')
    const kept = await scene.admin.seesOn(card, /It stays undone, noted by Telegram user/)
    expect(kept.buttons).toEqual([])
    expect(kept.text).not.toContain('Retry:')
  })

  it('offers only what its admin may', async () => {
    scene.worker.forbidden.add('runs.retry')
    const card = await ended('fail', /Nothing of this run is left/)
    expect(card.buttons).toEqual([])
    expect(card.text).not.toContain('Retry:')
  })

  it('keeps its buttons over a restart of the bot', async () => {
    const card = await ended('fail', /Nothing of this run is left/)
    await scene.restart()
    await scene.admin.taps('📌 Keep', { on: card })
    await scene.admin.seesOn(card, /It stays undone/)
  })

  it('tells whoever taps later who was first, on the card of each admin', async () => {
    const lin = await phoneOfLin()
    const card = await ended('fail', /Nothing of this run is left/)
    const theirs = await lin.sees('Nothing of this run is left', { buttons: ['🔁 Retry', '📌 Keep'] })
    const data = dataOf(theirs, '🔁 Retry')
    await scene.admin.taps('📌 Keep', { on: card })
    await lin.seesOn(theirs, 'It stays undone')
    await lin.forgesTap(theirs.message_id, data)
    await lin.seesToast(`Run 1 stays undone already: Telegram user ${scene.admin.id} said so`)
    expect(calls('run.retry')).toEqual([])
  })

  it('is retried once when two admins tap at the same moment, and the second hears that it has come back', async () => {
    const lin = await phoneOfLin()
    const card = await ended('fail', /Nothing of this run is left/)
    const theirs = await lin.sees('Nothing of this run is left', { buttons: ['🔁 Retry'] })
    const data = dataOf(theirs, '🔁 Retry')
    await scene.admin.taps('🔁 Retry', { on: card })
    await lin.seesOn(theirs, 'tried again')
    await lin.forgesTap(theirs.message_id, data)
    await lin.seesToast(`has come back already: Telegram user ${scene.admin.id} retried it at`)
    expect(calls('run.retry')).toHaveLength(1)
    expect(scene.worker.requests[0]?.revision).toBe(2)
  })

  it('shows stderr as text, and no more of it than its last lines', async () => {
    const original = scene.worker.call
    scene.worker.call = async (name, input, options) => {
      const result = await original(name, input, options)
      if (name === 'run.get' && result.ok && 'run' in result) {
        const step = result.run.steps.find(({ failure }) => failure !== null)
        const noise = Array.from({ length: 500 }, (_, index) => `line ${index} ${'x'.repeat(300)}`)
        if (step?.failure)
          step.failure.detail = [...noise, '<b>bold</b> \u001b[2J\u202e &amp; last'].join('\n')
      }
      return result
    }
    const card = await ended('fail', /Nothing of this run is left/)
    expect(card.text).toContain('| <b>bold</b> \\x1b[2J\\u202e &amp; last')
    expect(card.text).toContain('lines before')
    expect(card.text).not.toContain('line 1 ')
    expect(card.text).not.toContain('in the file below')
  })
})

describe('the card of a run whose undo could not finish', () => {
  it('says what is left, why, and which commands to type on the host; nothing of it is a button', async () => {
    const card = await ended('stuck', /sudo usher run resume 1/)
    expect(card.text).toContain('its undo could not finish')
    expect(card.text).toContain('Account: could not be undone')
    expect(card.text).toContain('a process of the account does not end')
    expect(card.text).toMatch(/remove the account ([a-z]+) \(uid 1001\) if it is still there: userdel -- \1/)
    expect(card.text).toContain('sudo usher run abandon 1 --reason TEXT')
    expect(card.buttons).toEqual([])
  })
})

describe('the receipt of a run that succeeded', () => {
  it('asks with Undo for a request of its own, which shows what would be undone and needs a terminal', async () => {
    const lin = await phoneOfLin()
    const card = await ended('succeed', /succeeded after/)
    await scene.admin.taps('↩️ Undo', { on: card })
    await scene.admin.seesToast('Request 2 asks for the undo')
    const asked = await scene.admin.sees(/What would be undone[\s\S]*sudo usher confirm 2/, {
      buttons: ['✅ Approve', 'Cancel'],
    })
    expect(asked.message_id).not.toBe(card.message_id)
    await lin.sees(/What would be undone[\s\S]*sudo usher confirm 2/)
    expect(calls('request.approve')).toHaveLength(1)
    await scene.settled()
    const mine = (await scene.admin.chat()).messages.filter((one) =>
      one.text.includes('What would be undone'),
    )
    expect(mine).toHaveLength(1)
  })

  it('keeps Undo for when that request comes to nothing, and says meanwhile which request it is', async () => {
    const card = await ended('succeed', /succeeded after/)
    await scene.admin.taps('↩️ Undo', { on: card })
    const asked = await scene.admin.sees('What would be undone')
    await scene.settled()
    await expect.poll(() => labelsOn(scene.admin, card)).toEqual(['↩️ Undo'])
    await expect
      .poll(async () => dataOf((await look(scene.admin, card)) ?? card, '↩️ Undo'))
      .not.toBe(dataOf(card, '↩️ Undo'))
    await scene.admin.taps('↩️ Undo', { on: card })
    await scene.admin.seesToast('request 2 holds')
    expect(scene.worker.requests.map(({ state }) => state)).toEqual(['approved', 'submitted', 'cancelled'])
    await scene.admin.taps('Cancel', { on: asked })
    await scene.admin.seesOn(asked, 'Nothing was changed')
    await expect
      .poll(async () => {
        await scene.admin.taps('↩️ Undo', { on: card })
        return scene.worker.requests.at(-1)?.state
      })
      .toBe('submitted')
  })
})

describe('a button that is tapped on two devices', () => {
  /** Until then the card looks as before, whatever was decided. */
  const holdEdits = () =>
    scene.server.control.inject({ method: 'editMessageText', fault: { kind: 'delay', ms: 1500 }, times: 1 })

  it('decides once, and the second device hears that it is decided', async () => {
    scene.worker.onQueued = 'wait'
    const card = await toReview(scene, ada)
    const data = dataOf(card, '✅ Approve')
    await holdEdits()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast('Approved')
    await scene.admin.forgesTap(card.message_id, data)
    await scene.admin.seesToast('Request 1 is approved already')
    expect(calls('request.approve')).toHaveLength(1)
    expect(calls('request.submit')).toHaveLength(1)
  })

  it('with another button of the same card decides nothing either: the first tap used them all up', async () => {
    const card = await ended('fail', /Nothing of this run is left/)
    await holdEdits()
    await scene.admin.taps('📌 Keep', { on: card })
    await scene.admin.seesToast('stays undone')
    await scene.admin.forgesTap(card.message_id, dataOf(card, '🔁 Retry'))
    await scene.admin.seesToast('Run 1 stays undone already')
    expect(calls('run.retry')).toEqual([])
  })
})
