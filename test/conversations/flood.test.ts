import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, RECEIVES, removeScene, type Scene } from './support/scene.ts'
import { toReview } from './support/walk.ts'

describe.each(RECEIVES)('a flood from strangers, by %s', (receive) => {
  let scene: Scene
  let eve: Person
  beforeEach(async () => {
    scene = await createScene({ receive })
    eve = await scene.driver.person({ first_name: 'Eve' })
    await scene.start()
    await scene.admin.starts()
    await scene.admin.sees('/adduser')
  })
  afterEach(() => removeScene(scene))

  const write = async (user: number, times: number) => {
    const { control } = scene.server
    for (let n = 0; n < times; n++) await control.sendText({ user, text: `let me in, secret wish ${n}` })
  }
  const callsFor = (id: number) => scene.worker.seen.filter(({ onBehalfOf }) => onBehalfOf === id)

  it('of 1,000 updates from one leaves an admin alone, gets a word or two, and is kept nowhere', async () => {
    const ada = await scene.driver.person({ first_name: 'Ada' })
    const flood = write(eve.id, 1000)
    const card = await toReview(scene, ada)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesOn(card, 'succeeded after')
    await flood
    await scene.settled()
    const { messages } = await eve.chat()
    expect(messages.filter(({ from_bot }) => from_bot).length).toBeLessThanOrEqual(3)
    expect(callsFor(eve.id).length).toBeLessThan(100)
    await scene.stop()
    for (const entry of await readdir(scene.stateFolder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).not.toContain('secret wish')
    }
  })

  it('from many costs the worker a few looks, and whoever comes later is heard again', async () => {
    const strangers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => scene.server.control.createUser({ first_name: `S${n}` })),
    )
    for (const { id } of strangers) await write(id, 5)
    await scene.settled()
    const looks = strangers.flatMap(({ id }) => callsFor(id)).filter(({ name }) => name === 'whoami')
    expect(looks.length).toBeLessThan(200)
    await scene.admin.sends('/whoami')
    await scene.admin.sees(String(scene.admin.id))
    await expect
      .poll(
        async () => {
          await eve.starts()
          return (await eve.chat()).messages.some(({ from_bot }) => from_bot)
        },
        { timeout: 10_000, interval: 1000 },
      )
      .toBe(true)
  })
})
