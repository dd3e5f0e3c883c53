import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScene, removeScene, type Scene } from './support/scene.ts'
import { toReview } from './support/walk.ts'

let scene: Scene
beforeEach(async () => {
  scene = await createScene()
  await scene.start()
  await scene.admin.starts()
  await scene.admin.sees('gives people access')
  await scene.settled()
})
afterEach(() => removeScene(scene))

const saying = async (text: string) =>
  (await scene.admin.chat()).messages.filter((one) => one.text.includes(text))

describe('admins are told', () => {
  it('why a comparison was stopped, and not again while it is so', async () => {
    const why = 'the roster <is> empty'
    scene.worker.happen('reconcile.failed', { reconciliation_id: 1, why, changed: true })
    await scene.admin.sees(`People could not be compared with the host: ${why}`)
    scene.worker.happen('reconcile.failed', { reconciliation_id: 2, why, changed: false })
    scene.worker.happen('reconcile.overdue', { since: Date.UTC(2026, 9, 1) })
    await scene.admin.sees('No comparison of people with the host has succeeded since 2026-10-01 00:00 UTC')
    expect(await saying(why)).toHaveLength(1)
  })

  it('that a run does not go on, and why; its end is on its card', async () => {
    scene.worker.onQueued = 'wait'
    const ada = await scene.driver.person({ first_name: 'Ada' })
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast('Approved')
    const params = { path: '/etc/.pwd.lock', program: 'vipw', pid: 4242 }
    scene.worker.happen('run.stuck', { code: 'lock', params, since: Date.now() }, 1)
    await scene.admin.sees(
      /Run 1 does not go on:\n.*lock of the account database.*vipw \(4242\).*\n.*\/requests 1 opens it/,
    )
    scene.worker.run(1, 'succeed')
    await scene.admin.seesOn(card, 'succeeded after')
  })
})
