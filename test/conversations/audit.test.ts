import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { engineFixture } from '../support/engine-fixture.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene, type SceneOptions } from './support/scene.ts'
import { toReview } from './support/walk.ts'

const LIN = 222_000_222
let scene: Scene
const begin = async (options: SceneOptions = {}) => {
  scene = await createScene({ moreAdmins: [LIN], ...options })
  await scene.start()
}
afterEach(() => removeScene(scene))

describe('/audit', () => {
  it('shows the newest first and pages on one message, also after a restart', async () => {
    await begin()
    for (let day = 1; day <= 30; day++) scene.worker.happen('worker.started', {})
    const { admin } = scene
    await admin.sends('/audit')
    const page = await admin.sees(/^What happened\n.*30 · /, { buttons: ['Older ›'] })
    expect(page.text.split('\n')).toHaveLength(13)
    await admin.taps('Older ›', { on: page })
    await admin.seesOn(page, /\n\D+18 · [\s\S]*\n\D+7 · /, { buttons: ['« Newest', 'Older ›'] })
    await scene.restart()
    await admin.taps('Older ›', { on: page })
    const last = await admin.seesOn(page, /\n\D+6 · [\s\S]*\n\D+1 · /, { buttons: ['« Newest'] })
    expect(last.buttons.flat()).toHaveLength(1)
    await admin.taps('« Newest', { on: page })
    await admin.seesOn(page, /\n.*30 · /)
  })

  it('narrows down to a request, a person or a time, and says what it understands', async () => {
    await begin()
    const ada = await scene.driver.person({ first_name: 'Ada' })
    await toReview(scene, ada)
    const { admin, worker } = scene
    await admin.sends('/audit request 1')
    await admin.sees(/What happened: request 1[\s\S]*drafted request 1/)
    await admin.sends('/audit 2020-01-01')
    await admin.sees(/from 2020-01-01 00:00 UTC, until 2020-01-02[\s\S]*nothing about that/)
    await admin.sends('/audit ada since 2h')
    await admin.sees('What happened: ada, from')
    const asked = worker.seen.filter(({ name }) => name === 'audit.list').at(-1)
    expect(asked).toMatchObject({ onBehalfOf: ADMIN_ID, input: { person: 'ada' } })
    await admin.sends('/audit what?')
    await admin.sees('/audit request 7')
  })

  it('is nothing for others, and nothing for an admin who may not', async () => {
    await begin()
    const eve = await scene.driver.person({ first_name: 'Eve' })
    scene.worker.roster.push({
      ...{ telegram_id: eve.id, name: 'Eve', os_user: 'eve', role: 'user', uid: 1002, last_run_id: null },
      entry: {},
    })
    await eve.sends('/audit')
    await eve.sees('Your role does not permit that')
    await eve.forgesTap(1, 'h:0:')
    await eve.seesToast(/cannot/)
    scene.worker.forbidden.add('audit.read')
    await scene.admin.sends('/audit')
    await scene.admin.sees('Your role does not permit that')
  })

  it('shows names that were meant to do harm as text, and no reasons, as the worker gives it', async () => {
    const engine = await engineFixture({})
    engine.time.now = Date.now() + 60_000
    await begin({ client: engineClient(engine, [ADMIN_ID]) })
    const answers = {
      ...{ telegram_id: 5, name: 'Bob', os_user: 'bobby', role: 'user' },
      ...{ account: 'create' as const, proof: 'typed' as const },
    }
    const drafted = await engine.onboard({ ...answers })
    Object.assign(engine.machine.roster[0] ?? {}, { name: '<b>Bob</b> \u202e&' })
    const { admin } = scene
    await admin.sends(`/audit request ${drafted.request_id}`)
    const page = await admin.sees(/ended run \d+: it succeeded, about <b>Bob<\/b> \\u202e&/)
    expect(page.text).toContain('finished the step')
    await engine.remove()
  })
})

describe("the history's head", () => {
  const HEAD = { id: 120, hash: 'abcdef0123456789'.repeat(4) }
  const heads = async (person = scene.admin) =>
    (await person.chat()).messages.filter((one) => one.text.includes('120:abcdef0123456789abcdef0123456789'))

  it('is posted to every admin once, also when the bot was down, with what to type to check it', async () => {
    await begin({ postHead: true })
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    for (const one of [scene.admin, lin]) {
      await one.starts()
      await one.sees('gives people access')
    }
    await scene.settled()
    await scene.stop()
    scene.worker.happen('audit.head', HEAD)
    await scene.start()
    await lin.sees('usher audit verify --head 120:abcdef0123456789abcdef0123456789')
    await scene.admin.sees('Nothing is to be done')
    await expect.poll(() => readdir(join(scene.stateFolder, 'outbox'))).toEqual([])
    await scene.restart()
    scene.worker.happen('audit.broken', { expected_id: 1, found_id: 0 })
    await lin.sees('event 0 was there')
    expect(await heads()).toHaveLength(1)
    expect(await heads(lin)).toHaveLength(1)
  })

  it('reaches an admin whom Telegram did not take it for before the bot was stopped, and nobody twice', async () => {
    await begin({ postHead: true })
    const lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
    for (const one of [scene.admin, lin]) {
      await one.starts()
      await one.sees('gives people access')
    }
    await scene.settled()
    const { control } = scene.server
    // The first message passes; from the second on Telegram fails until the bot is stopped.
    await control.inject({ method: 'sendMessage', fault: { kind: 'delay', ms: 0 }, times: 1 })
    await control.inject({
      ...{ method: 'sendMessage', times: 1000 },
      fault: { kind: 'answer', error_code: 500, description: 'Internal Server Error' },
    })
    scene.worker.happen('audit.head', HEAD)
    await expect.poll(async () => (await heads()).length + (await heads(lin)).length).toBe(1)
    await scene.stop()
    await control.clearFaults({})
    await scene.start()
    await expect.poll(async () => (await heads()).length + (await heads(lin)).length).toBe(2)
    expect(await heads()).toHaveLength(1)
    expect(await heads(lin)).toHaveLength(1)
  })

  it('is not posted unless the config asks for it; that the history was changed is told in any case', async () => {
    await begin()
    await scene.admin.starts()
    await scene.admin.sees('gives people access')
    await scene.settled()
    scene.worker.happen('audit.head', HEAD)
    scene.worker.happen('audit.broken', { expected_id: 50, found_id: 49 })
    await scene.admin.sees(/had been at event 50, and event 49 was there[\s\S]*sudo usher audit verify/)
    expect(await heads()).toHaveLength(0)
  })
})
