import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, removeScene, type Scene } from './support/scene.ts'
import { toReview } from './support/walk.ts'

let scene: Scene
beforeEach(async () => {
  scene = await createScene()
  await scene.start()
})
afterEach(() => removeScene(scene))

/** As many requests as wanted, all like the first, about people of their own. */
async function withRequests(count: number): Promise<void> {
  const ada = await scene.driver.person({ first_name: 'Ada' })
  await toReview(scene, ada)
  const [first] = scene.worker.requests
  for (let id = 2; id <= count; id += 1) {
    const answers = { ...first!.answers, telegram_id: 900_000 + id, name: `Person ${id}` }
    scene.worker.requests.push({ ...structuredClone(first!), id, answers })
  }
}

const member = async (name: string): Promise<Person> => {
  const person = await scene.driver.person({ first_name: name })
  scene.worker.roster.push({
    ...{ telegram_id: person.id, name, os_user: name.toLowerCase(), role: 'user', uid: 1002 },
    ...{ last_run_id: null, entry: {} },
  })
  return person
}

describe('/requests', () => {
  it('is turned page by page on one message, also after a restart', async () => {
    const { admin } = scene
    await withRequests(20)
    await admin.sends('/requests')
    const page = await admin.sees('Request 20:', { buttons: ['Open 20', 'Open 12', 'Older ›', 'All'] })
    expect(page.text).toContain('What waits for a decision')
    expect(page.text).not.toContain('Request 11:')
    await scene.restart()
    await admin.taps('Older ›', { on: page })
    await admin.seesOn(page, 'Request 11:', { buttons: ['« Newest', 'Older ›'] })
    await admin.taps('Older ›', { on: page })
    const last = await admin.seesOn(page, 'Request 1:', { buttons: ['« Newest'] })
    expect(last.buttons.flat().map(({ text }) => text)).not.toContain('Older ›')
    await admin.taps('« Newest', { on: page })
    await admin.seesOn(page, 'Request 20:')
  })

  it('shows what was decided too when that is asked for', async () => {
    const { admin, worker } = scene
    await withRequests(2)
    Object.assign(worker.requests[0]!, { state: 'denied' })
    await admin.sends('/requests')
    const page = await admin.sees('Request 2:')
    expect(page.text).not.toContain('Request 1:')
    await admin.taps('All', { on: page })
    const every = await admin.seesOn(page, 'Request 1:', { buttons: ['Waiting'] })
    expect(every.text).toContain('All requests')
    await admin.taps('Waiting', { on: page })
    await admin.seesOn(page, 'What waits for a decision')
  })

  it('shows members their own, and nothing of others, whatever they tap', async () => {
    const eve = await member('Eve')
    await withRequests(3)
    Object.assign(scene.worker.requests[1]!.answers, { telegram_id: eve.id, name: 'Eve' })
    await eve.sends('/requests')
    const page = await eve.sees('Your requests that wait for a decision')
    expect(page.text).toContain('Request 2:')
    expect(page.text).not.toMatch(/Request [13]:/)
    await eve.taps('Open 2', { on: page })
    await eve.sees('Eve')
    await eve.forgesTap(page.message_id, 'o:1')
    await eve.sees('cannot')
    await eve.forgesTap(page.message_id, 'rl:a:')
    const every = await eve.seesOn(page, 'Your requests')
    expect(every.text).not.toMatch(/Request [13]:/)
  })

  it('says how it is used when it was not understood', async () => {
    await scene.admin.sends('/requests please')
    await scene.admin.sees('/requests NUMBER shows one')
  })

  it('has no page for what no list has offered', async () => {
    await scene.admin.starts()
    const { message_id } = await scene.admin.sees('gives people access')
    for (const data of ['rl:', 'rl:x:', 'rl:w:0', 'rl:w:99999999999999999999', 'rl:w:1:2']) {
      await scene.admin.forgesTap(message_id, data)
      await scene.admin.seesToast(/button/i)
    }
  })
})

describe('/run', () => {
  it('shows what a run did, with the way to its request', async () => {
    const { admin, driver } = scene
    const card = await toReview(scene, await driver.person({ first_name: 'Ada' }))
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded/)
    await admin.sends('/run 1')
    const run = await admin.sees('Run 1, onboarding of New Bie', { buttons: ['Open request 1'] })
    expect(run.text).toContain('Roster: done')
    await admin.taps('Open request 1', { on: run })
    await admin.sees('Request 1 on')
  })

  it('is for members when it is theirs, and answers about others as about what is not there', async () => {
    const { admin, driver } = scene
    const ada = await driver.person({ first_name: 'Ada' })
    const card = await toReview(scene, ada)
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded/)
    await ada.sends('/run 1')
    await ada.sees('Run 1, onboarding of New Bie')
    const eve = await member('Eve')
    await eve.sends('/run 1')
    const foreign = await eve.sees('cannot')
    await eve.sends('/run 7')
    expect((await eve.sees('cannot')).text).toBe(foreign.text)
  })

  it.each(['/run', '/run x', '/run -1', '/run 0', '/run 1 2', '/run 99999999999999999'])(
    'asks for the number after %s',
    async (words) => {
      await scene.admin.sends(words)
      await scene.admin.sees('Which run?')
    },
  )
})
