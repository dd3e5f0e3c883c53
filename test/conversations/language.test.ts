import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, removeScene, type Scene } from './support/scene.ts'
import { sayWho } from './support/walk.ts'

const LIN = 222_000_222
let scene: Scene
let lin: Person
beforeEach(async () => {
  scene = await createScene({ moreAdmins: [LIN] })
  lin = await scene.driver.person({ id: LIN, first_name: 'Lin', language_code: 'de-AT' })
  await scene.start()
})
afterEach(() => removeScene(scene))

const menuOf = async ({ id }: Person) => scene.server.control.commandMenu({ user: id })

describe('the bot speaks', () => {
  it('as the Telegram of whoever writes', async () => {
    await lin.sends('/help')
    await lin.sees('gibt Leuten Zugang zu diesem Rechner')
    await scene.admin.sends('/help')
    await scene.admin.sees('gives people access to this host')
  })

  it('English to somebody whose Telegram speaks neither', async () => {
    const pat = await scene.driver.person({ first_name: 'Pat', language_code: 'fi' })
    await pat.starts()
    await pat.sees('I only work for people who have access')
  })

  it('with strangers too, in their own language, and their menu is in it', async () => {
    const eva = await scene.driver.person({ first_name: 'Eva', language_code: 'de' })
    await eva.starts()
    await eva.sees(`gib deinem Admin diese Nummer: ${eva.id}`)
    expect(await menuOf(eva)).toEqual([{ command: 'start', description: 'Hier geht es los' }])
  })

  it('another language as soon as somebody sets another in Telegram', async () => {
    await lin.sends('/help')
    await lin.sees('gibt Leuten Zugang')
    await lin.speaks('en')
    await lin.sends('/help')
    await lin.sees('gives people access')
  })
})

describe('/language', () => {
  it('takes the language that is named behind it, and asks where it knows none of that name', async () => {
    const { admin } = scene
    await admin.sends('/language de')
    await admin.sees('Ab jetzt spreche ich Deutsch mit dir.')
    await admin.sends('/language English')
    await admin.sees('From now on')
    await admin.sends('/language klingon')
    await admin.sees('Which language', { buttons: ['English', 'Deutsch', 'As in Telegram'] })
  })

  it('switches the texts and the menu at once, for good', async () => {
    const { admin } = scene
    await admin.sends('/language')
    await admin.sees('Which language', { buttons: ['English', 'Deutsch', 'As in Telegram'] })
    await admin.taps('Deutsch')
    await admin.sees('Ab jetzt spreche ich Deutsch mit dir.')
    await admin.sends('/help')
    await admin.sees(/\/adduser: Jemandem Zugang geben/)
    await expect
      .poll(() => menuOf(admin))
      .toContainEqual({
        ...{ command: 'adduser', description: 'Jemandem Zugang geben' },
      })
    await scene.settled()
    await scene.restart()
    await admin.sends('/whoami')
    await admin.sees('laut Konfiguration')
    await expect
      .poll(() => menuOf(admin))
      .toContainEqual({
        ...{ command: 'help', description: 'Was ich verstehe' },
      })
  })

  it('goes back to what Telegram says', async () => {
    await lin.sends('/language')
    await lin.sees('In welcher Sprache')
    await lin.taps('English')
    await lin.sees('From now on I speak English')
    await lin.sends('/language')
    await lin.taps('As in Telegram')
    await lin.sees('Ab jetzt spreche ich Deutsch')
    await lin.sends('/cancel')
    await lin.sees('Es gibt nichts abzubrechen')
  })

  it('is there for members, and is no command for strangers', async () => {
    const eve = await scene.driver.person({ first_name: 'Eve' })
    await eve.sends('/language')
    await eve.sees('I only work for people who have access')
    scene.worker.roster.push({
      ...{ telegram_id: eve.id, name: 'Eve', os_user: 'eve', role: 'user', uid: 1002 },
      ...{ last_run_id: null, entry: {} },
    })
    await eve.sends('/language')
    await eve.taps('Deutsch')
    await eve.sees('Ab jetzt')
    await expect
      .poll(() => menuOf(eve))
      .toContainEqual({
        ...{ command: 'status', description: 'Wie es dem Rechner geht' },
      })
  })

  it('does nothing for a button of no language', async () => {
    const { admin } = scene
    await admin.sends('/language')
    const asked = await admin.sees('Which language')
    await admin.forgesTap(asked.message_id, 'g:xx')
    await admin.seesToast('I do not know this button')
    await admin.sends('/help')
    await admin.sees('gives people access')
  })

  it('leaves a dialogue in the language that it began in, and the next one is in the new', async () => {
    const { admin, driver } = scene
    const ada = await driver.person({ first_name: 'Ada' })
    await sayWho(scene, ada)
    await admin.sends('/language')
    await admin.taps('Deutsch')
    await admin.sees('Ab jetzt')
    await scene.settled()
    await scene.restart()
    await admin.sends('ada')
    await admin.sees('Which role?', { buttons: ['‹ Back'] })
    // What stands on a button may be typed in any language.
    await admin.sends('‹ Zurück')
    await admin.sees('Which account')
    await admin.sends('/cancel')
    await admin.sees('Abgebrochen')
    await admin.sends('/adduser')
    await admin.sees('Wer soll Zugang bekommen?')
  })
})

it('a chat whose stored state is from before languages goes by Telegram', async () => {
  await lin.sends('/help')
  await lin.sees('gibt Leuten Zugang')
  await scene.settled()
  await scene.stop()
  const file = join(scene.stateFolder, 'chats', `${LIN}.json`)
  const { chosenLanguage: _, telegramLanguage: __, ...old } = JSON.parse(await readFile(file, 'utf8'))
  await writeFile(file, JSON.stringify(old))
  await scene.start()
  await lin.sends('/help')
  await lin.sees('gibt Leuten Zugang')
})
