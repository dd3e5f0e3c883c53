import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScene, RECEIVES, removeScene, type Scene } from './support/scene.ts'

let scene: Scene
afterEach(() => removeScene(scene))

describe.each(RECEIVES)('/adduser, by %s', (receive) => {
  beforeEach(async () => {
    scene = await createScene({ receive })
  })

  it('leads from the first question to the receipt, with the bot restarted between any two updates', async () => {
    const { admin, driver, worker } = scene
    const ada = await driver.person({ first_name: 'Ada', last_name: 'Lovelace', username: 'ada_l' })
    const between = async () => {
      await scene.settled()
      await scene.restart()
    }
    await scene.start()
    await admin.sends('/adduser')
    await admin.sees('Who shall get access?', { buttons: ['👤 Choose from Telegram'] })
    await between()
    await admin.picks(ada)
    await admin.sees('Which account', { buttons: ['ada', 'ada_l', '‹ Back'] })
    await between()
    await admin.taps('ada', { earlier: true })
    await admin.sees('Which role?', { buttons: ['user', 'admin'] })
    await between()
    await admin.taps('user', { earlier: true })
    await admin.sees('What is their name?', { buttons: ['Ada Lovelace'] })
    await between()
    await admin.taps('Ada Lovelace', { earlier: true })
    await admin.sees('GitHub login')
    await between()
    await admin.sends('ada-l')
    await admin.sees('Personal defaults', { buttons: ['Keep all'] })
    await between()
    await admin.taps('Keep all', { earlier: true })
    await admin.sees('GitHub routing', { buttons: ['Skip'] })
    await between()
    await admin.taps('Skip', { earlier: true })
    const card = await admin.sees('Onboard Ada Lovelace as ada', {
      buttons: ['✅ Approve', '✏️ Edit', 'Cancel'],
    })
    await between()
    await admin.taps('✅ Approve', { on: card })
    await admin.seesOn(card, /succeeded after/)
    expect(worker.requests.at(-1)).toMatchObject({
      state: 'approved',
      answers: {
        ...{ telegram_id: ada.id, os_user: 'ada', account: 'create', role: 'user', name: 'Ada Lovelace' },
        ...{ github: 'ada-l', proof: 'picker' },
      },
    })
  })
})
