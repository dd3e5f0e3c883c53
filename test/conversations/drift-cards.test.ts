import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { MessageView } from '../support/bot-api-server/control/views.ts'
import type { Person } from '../support/chat-driver/person.ts'
import {
  engineFixture,
  type Fixture,
  type FixtureOptions,
  operator,
  role,
} from '../support/engine-fixture.ts'
import { addAccount, DATA } from '../support/fake-host.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'

const LIN = 222_000_222
const memoryOf = (id: number) => join(DATA, `memory/${id}`)
const DRIFT = /Reconciliation \d+, /
const BUTTONS = ['🔧 Repair', 'Leave it']

let engine: Fixture
let scene: Scene
let lin: Person

/** Alice and Bob have access, two admins have the bot open. */
async function begin(options: FixtureOptions = {}, more = 0): Promise<void> {
  engine = await engineFixture(options)
  expect((await engine.onboard()).state).toBe('succeeded')
  expect((await engine.onboard({ telegram_id: 43, os_user: 'bob', name: 'Bob' })).state).toBe('succeeded')
  for (let index = 0; index < more; index++) {
    const answers = {
      telegram_id: 1000 + index,
      os_user: `person${index}`,
      name: `<b>P${index}</b> ${'&'.repeat(40)}`,
    }
    await engine.onboard(answers)
  }
  // What comes now is news to the bot; what was before is not.
  engine.time.now = Date.now() + 60_000
  await open()
}

async function open(): Promise<void> {
  scene = await createScene({ client: engineClient(engine, [ADMIN_ID, LIN]) })
  lin = await scene.driver.person({ id: LIN, first_name: 'Lin' })
  await scene.start()
  for (const one of [scene.admin, lin]) {
    await one.starts()
    await one.sees('gives people access')
  }
  await scene.settled()
}
/** A bot on the engine as it is after a restart. */
async function openAgain(): Promise<void> {
  await removeScene(scene)
  await open()
}
afterEach(async () => {
  await removeScene(scene)
  await engine.remove()
})

async function reconcile(): Promise<number> {
  const { reconciliation } = await engine.ok(operator, 'reconcile.run', {})
  return reconciliation.id ?? 0
}

const lose = (...ids: number[]) => {
  for (const id of ids) engine.machine.paths.delete(memoryOf(id))
}
const messages = async (person: Person, text: RegExp) =>
  (await person.chat()).messages.filter((one) => text.test(one.text))
const look = async (person: Person, card: { message_id: number }) =>
  (await person.chat()).messages.find((one) => one.message_id === card.message_id)
const labels = (card: MessageView | undefined) => card?.buttons.flat().map(({ text }) => text)
const dataOf = (card: MessageView, label = '🔧 Repair') =>
  card.buttons.flat().find(({ text }) => text === label)?.data ?? ''
const repairRuns = () =>
  engine.engine.events
    .after(0, 1000)
    .filter(({ type, data }) => type === 'run.queued' && data['kind'] === 'repair').length

describe('the card of a reconciliation', () => {
  it('says who differs in what, repairs it with one tap, and says so; no repair has a card of its own', async () => {
    await begin()
    lose(42, 43)
    await reconcile()
    const card = await scene.admin.sees(DRIFT, { buttons: BUTTONS })
    expect(card.text).toContain('The host differs from roster and roles')
    expect(card.text).toContain('2 people can be repaired')
    expect(card.text).toMatch(new RegExp(`Alice \\(alice\\)\\n.*the folder ${memoryOf(42)} is missing`))
    expect(card.text).toMatch(new RegExp(`Bob \\(bob\\)\\n.*the folder ${memoryOf(43)} is missing`))
    const theirs = await lin.sees(DRIFT, { buttons: BUTTONS })
    await scene.admin.taps('🔧 Repair', { on: card })
    await scene.admin.seesToast('Approved')
    for (const [person, on] of [
      [scene.admin, card],
      [lin, theirs],
    ] as const) {
      const done = await person.seesOn(on, /The host was repaired[\s\S]*2 people are repaired/)
      expect(done.text).toContain('Alice (alice): repaired')
      expect(done.buttons).toEqual([])
    }
    expect(engine.machine.paths.has(memoryOf(42))).toBe(true)
    expect(engine.machine.paths.has(memoryOf(43))).toBe(true)
    await scene.settled()
    expect(await messages(scene.admin, /Request \d+ on/)).toEqual([])
    expect(await messages(scene.admin, DRIFT)).toHaveLength(1)
  })

  it('is decided once when two admins tap, and tells the second by whom', async () => {
    await begin()
    lose(42)
    await reconcile()
    const card = await scene.admin.sees(DRIFT, { buttons: BUTTONS })
    const theirs = await lin.sees(DRIFT, { buttons: BUTTONS })
    await scene.admin.taps('🔧 Repair', { on: card })
    await lin.seesOn(theirs, 'The host was repaired')
    for (const label of BUTTONS) {
      await lin.forgesTap(theirs.message_id, dataOf(theirs, label))
      await lin.seesToast(`is approved already by Telegram user ${ADMIN_ID}`)
    }
    expect(repairRuns()).toBe(1)
  })

  it('decides nothing with a button of somebody else, of an unknown digest or nonce, or on another message', async () => {
    await begin()
    lose(42)
    await reconcile()
    const card = await scene.admin.sees(DRIFT, { buttons: BUTTONS })
    const theirs = await lin.sees(DRIFT, { buttons: BUTTONS })
    const [, , id, digest, nonce] = dataOf(card).split(':')
    const other = 'A'.repeat(22)
    for (const data of [
      `c:r:${id}:${other}:${nonce}`,
      `c:r:${id}:${digest}:${other}`,
      `c:r:${Number(id) + 1}:${digest}:${nonce}`,
      `c:a:${id}:${digest}:${nonce}`,
      dataOf(theirs),
    ]) {
      await scene.admin.forgesTap(card.message_id, data)
      await scene.admin.seesToast('nothing was done')
    }
    await lin.forgesTap(card.message_id, dataOf(card), { chat: scene.admin.id })
    await scene.settled()
    expect(repairRuns()).toBe(0)
    await scene.admin.taps('🔧 Repair', { on: (await look(scene.admin, card)) ?? card, earlier: true })
    await scene.admin.seesOn(card, 'The host was repaired')
  })

  it('is left as it is with the other button, and nobody is asked about the same again', async () => {
    await begin()
    lose(42)
    await reconcile()
    const card = await scene.admin.sees(DRIFT, { buttons: BUTTONS })
    await scene.admin.taps('Leave it', { on: card })
    await scene.admin.seesToast('Left as it is (1 repair)')
    const left = await scene.admin.seesOn(card, 'Alice (alice): left as it is')
    expect(left.buttons).toEqual([])
    await reconcile()
    await scene.settled()
    expect(await messages(scene.admin, DRIFT)).toHaveLength(1)
    expect(repairRuns()).toBe(0)
    expect(engine.machine.paths.has(memoryOf(42))).toBe(false)
  })

  it('is not repeated while nothing has changed, and is replaced by a newer one when something has', async () => {
    await begin()
    lose(42)
    const first = await reconcile()
    const card = await scene.admin.sees(DRIFT, { buttons: BUTTONS })
    await reconcile()
    await scene.settled()
    expect(await messages(scene.admin, DRIFT)).toHaveLength(1)
    lose(43)
    const third = await reconcile()
    const newer = await scene.admin.sees(new RegExp(`Reconciliation ${third}, [\\s\\S]*Bob`), {
      buttons: BUTTONS,
    })
    const old = await scene.admin.seesOn(card, `replaced by a newer one: reconciliation ${third}`)
    expect(old.text).toContain(`Reconciliation ${first}, `)
    expect(old.buttons).toEqual([])
    await scene.admin.forgesTap(card.message_id, dataOf(card))
    await scene.admin.seesToast('nothing was done')
    expect(repairRuns()).toBe(0)
    await scene.restart()
    await scene.admin.taps('🔧 Repair', { on: newer, earlier: true })
    await scene.admin.seesOn(newer, '2 people are repaired')
  })

  it('names the one whose repair failed and why, beside a card that offers what can be done about it', async () => {
    let isFull = true
    await begin()
    await engine.restart({
      script: {
        'memory-seed': {
          apply: () => (isFull ? { code: 'disk_full', params: { path: '/srv' } } : undefined),
        },
      },
    })
    await openAgain()
    engine.machine.paths.delete(join(memoryOf(42), 'MEMORY.md'))
    await reconcile()
    const card = await scene.admin.sees(DRIFT, { buttons: BUTTONS })
    await scene.admin.taps('🔧 Repair', { on: card })
    await scene.admin.seesOn(card, /Alice \(alice\): could not be repaired[\s\S]*disk/)
    const own = await scene.admin.sees(/Request \d+ on[\s\S]*was undone/, {
      buttons: ['🔁 Retry', '📌 Keep'],
    })
    isFull = false
    await scene.admin.taps('🔁 Retry', { on: own })
    await scene.admin.seesOn(own, 'What would change on the host', { buttons: ['✅ Approve', 'Deny'] })
    await scene.admin.taps('✅ Approve', { on: own, earlier: true })
    await scene.admin.seesOn(card, 'Alice (alice): repaired')
  })

  it('says what needs a hand with the command, also when there is nothing to repair, and only once', async () => {
    await begin()
    addAccount(engine.machine, 'carol')
    engine.machine.paths.set(memoryOf(42), { kind: 'directory', uid: 0, gid: 0, mode: 0o755 })
    await reconcile()
    const card = await scene.admin.sees(DRIFT)
    expect(card.text).toMatch(/To set right by hand:\n/)
    expect(card.text).toContain(`the folder ${memoryOf(42)} has the mode 0755`)
    expect(card.text).toMatch(/by hand: ch(own|mod) /)
    expect(card.buttons).toEqual([])
    await reconcile()
    await scene.settled()
    expect(await messages(scene.admin, DRIFT)).toHaveLength(1)
  })

  it('says what to type on the host when the role wants a terminal, and goes on from there', async () => {
    await begin({
      config: {
        roles: new Map([
          ['admin', role('admin', { permissions: ['*'] })],
          ['user', role('user')],
        ]),
      },
    })
    await engine.restart({
      config: {
        roles: new Map([
          ['admin', role('admin', { permissions: ['*'] })],
          [
            'user',
            role('user', { approval: { count: 1, self: true, step_up: 'terminal', expiresMs: 86_400_000 } }),
          ],
        ]),
      },
    })
    await openAgain()
    lose(42)
    await reconcile()
    const card = await scene.admin.sees(DRIFT, { buttons: BUTTONS })
    await scene.admin.taps('🔧 Repair', { on: card })
    await scene.admin.seesToast('what is still missing')
    const waiting = await scene.admin.seesOn(card, /Alice \(alice\): waits for a confirmation on the host/, {
      buttons: ['Leave it'],
    })
    const id = Number(waiting.text.match(/sudo usher confirm (\d+)/)?.[1])
    const { request } = await engine.ok(operator, 'request.get', { id })
    await engine.ok(operator, 'request.confirm', { id, digest: request.plan.digest })
    await scene.admin.seesOn(card, 'Alice (alice): repaired')
  })

  it('shows names that were meant to do harm as text, and sends what does not fit as a file, once', async () => {
    await begin({}, 16)
    for (let index = 0; index < 16; index++) lose(1000 + index)
    await reconcile()
    const card = await scene.admin.sees(/Reconciliation 1, .*18 people looked at/, { buttons: BUTTONS })
    expect(card.text).toContain('16 people can be repaired')
    expect(card.text).toContain(`<b>P0</b> ${'&'.repeat(40)} (person0)`)
    expect(card.text).toContain('more lines are in the file below')
    await scene.admin.taps('🔧 Repair', { on: card })
    await scene.admin.seesOn(card, '16 people are repaired')
    await scene.settled()
    const documents = (await scene.admin.chat()).messages.filter((one) => one.document !== undefined)
    expect(documents).toHaveLength(1)
  })
})

describe('what admins are told', () => {
  it('a comparison that failed says why, once while it stays so', async () => {
    await begin()
    engine.machine.roster.length = 0
    await reconcile()
    await reconcile()
    for (const person of [lin, scene.admin])
      await person.sees(/People could not be compared with the host: .+/)
    await scene.settled()
    expect(await messages(scene.admin, /could not be compared/)).toHaveLength(1)
  })
})

describe('/reconcile', () => {
  it('looks and asks for nothing; its button asks for the repairs with a card', async () => {
    await begin()
    lose(42)
    await scene.admin.sends('/reconcile')
    const seen = await scene.admin.sees(
      /Dry run: the host differs[\s\S]*is missing[\s\S]*Nothing was changed/,
    )
    expect(labels(seen)).toEqual(['🔧 Ask for the repairs'])
    expect(engine.engine.events.after(0, 1000).some(({ type }) => type === 'reconcile.finished')).toBe(false)
    await scene.admin.taps('🔧 Ask for the repairs', { on: seen })
    const card = await scene.admin.sees(DRIFT, { buttons: BUTTONS })
    await lin.sees(DRIFT, { buttons: BUTTONS })
    // Asked again, there is a card again, and only one with buttons.
    await scene.admin.sends('/reconcile repair')
    const again = await scene.admin.sees(/Reconciliation 2, /, { buttons: BUTTONS })
    await scene.admin.seesOn(card, 'replaced by a newer one')
    await scene.admin.taps('🔧 Repair', { on: again })
    await scene.admin.seesOn(again, 'The host was repaired')
    await scene.admin.sends('/reconcile repair')
    await scene.admin.sees('There is nothing to repair')
    await scene.admin.sends('/reconcile')
    await scene.admin.sees('everything is as roster and roles say')
    await scene.admin.sends('/reconcile everything')
    await scene.admin.sees('/reconcile only looks')
  })

  it('is for admins alone', async () => {
    await begin()
    const bob = await scene.driver.person({ id: 43, first_name: 'Bob' })
    await bob.sends('/reconcile')
    await bob.sees('Your role does not permit that')
    await bob.forgesTap(1, 'rc:ask')
    await bob.seesToast('Your role does not permit that')
    expect(engine.engine.events.after(0, 1000).some(({ type }) => type === 'reconcile.finished')).toBe(false)
  })
})
