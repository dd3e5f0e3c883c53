import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, removeScene, type Scene } from './support/scene.ts'
import { toReview } from './support/walk.ts'

let scene: Scene
beforeEach(async () => {
  scene = await createScene()
  await scene.start()
})
afterEach(() => removeScene(scene))

const entry = (person: Person, role: string) => ({
  ...{ telegram_id: person.id, name: person.user.first_name, os_user: 'eve', role, uid: 1002 },
  ...{ last_run_id: null, entry: {} },
})
const menuOf = async ({ id }: Person) =>
  (await scene.server.control.commandMenu({ user: id })).map(({ command }) => command)
const MEMBERS = ['requests', 'run', 'user', 'status', 'whoami', 'language', 'cancel', 'help']

/** Eve with a phone on which the bot has answered her. */
async function eveAs(role: 'user' | 'admin'): Promise<Person> {
  const eve = await scene.driver.person({ first_name: 'Eve' })
  scene.worker.roster.push(entry(eve, role))
  await eve.starts()
  await eve.sees('gives people access')
  await scene.settled()
  return eve
}

describe('the menu of a chat', () => {
  it('has exactly what its person may do, and each of it is answered', async () => {
    await scene.admin.sends('/help')
    await scene.admin.sees('/adduser')
    const eve = await eveAs('user')
    expect(await menuOf(eve)).toEqual(MEMBERS)
    for (const command of MEMBERS) {
      await eve.sends(`/${command}`)
      const { text } = await eve.sees(/./)
      expect(text).not.toMatch(/does not permit|did not understand/)
    }
    for (const command of (await menuOf(scene.admin)).filter((one) => !MEMBERS.includes(one))) {
      await eve.sends(`/${command}`)
      await eve.sees('Your role does not permit that')
    }
  })

  it('changes with the role, at the next thing that they write', async () => {
    const eve = await eveAs('user')
    scene.worker.roster[0] = entry(eve, 'admin')
    await eve.sends('/help')
    await eve.sees('/adduser')
    await vi.waitFor(async () => expect(await menuOf(eve)).toContain('adduser'))
    scene.worker.roster[0] = entry(eve, 'user')
    await eve.sends('/help')
    await eve.sees('/requests')
    await vi.waitFor(async () => expect(await menuOf(eve)).toEqual(MEMBERS))
  })

  it('leaves out what is taken from an admin alone', async () => {
    scene.worker.forbidden.add('audit.read')
    await scene.admin.sends('/help')
    const { text } = await scene.admin.sees('/adduser')
    expect(text).not.toContain('/audit')
    await vi.waitFor(async () => expect(await menuOf(scene.admin)).toContain('adduser'))
    expect(await menuOf(scene.admin)).not.toContain('audit')
  })

  it('comes with the run that lets somebody in, and goes with the one that takes them out, before they write anything', async () => {
    const ada = await scene.driver.person({ first_name: 'Ada' })
    await ada.starts()
    await ada.sees(String(ada.id))
    expect(await menuOf(ada)).toEqual(['start'])
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await vi.waitFor(async () => expect(await menuOf(ada)).toEqual(MEMBERS), 5000)

    const [entered] = scene.worker.roster
    scene.worker.roster[0] = { ...entered!, role: 'admin' }
    scene.worker.happen('run.succeeded', {}, 1)
    await vi.waitFor(async () => expect(await menuOf(ada)).toContain('adduser'), 5000)

    await scene.restart()
    scene.worker.roster.length = 0
    scene.worker.happen('run.succeeded', {}, 1)
    await vi.waitFor(async () => expect(await menuOf(ada)).toEqual(['start']), 5000)
  })

  it('is the one of strangers again when they write after they were taken off by hand', async () => {
    const eve = await eveAs('user')
    await scene.restart()
    scene.worker.roster.length = 0
    await eve.sends('/requests')
    await eve.sees('I only work for people who have access')
    await vi.waitFor(async () => expect(await menuOf(eve)).toEqual(['start']))
  })
})
