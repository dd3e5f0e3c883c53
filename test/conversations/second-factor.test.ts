import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engineFixture, type Fixture, operator, role, testConfig } from '../support/engine-fixture.ts'
import { type Enrolled, enrolled } from '../support/enrolled.ts'
import { DATA } from '../support/fake-host.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'

const LIN = 222_000_222
const DAY = 86_400_000
let scene: Scene
let engine: Fixture
let one: Enrolled
let botNow: number

beforeEach(async () => {
  const guarded = role('user', { approval: { count: 1, self: true, step_up: 'totp', expiresMs: DAY } })
  engine = await engineFixture({ config: { roles: new Map([...testConfig().roles, ['user', guarded]]) } })
  engine.time.now = Date.now() + 60_000
  botNow = Date.now()
  one = await enrolled(engine, ADMIN_ID)
  scene = await createScene({ client: engineClient(engine, [ADMIN_ID, LIN]), now: () => botNow })
  await scene.start()
  await scene.admin.sends('/whoami')
  await scene.admin.sees('admin')
  await scene.settled()
})
afterEach(async () => {
  await removeScene(scene)
  await engine.remove()
})

/** A request with its card in the admin's chat. */
async function asked() {
  const { id } = await engine.submit(operator)
  const card = await scene.admin.sees(/Request 1 on/)
  await scene.admin.seesOn(card, 'To approve it you need a code from your authenticator app')
  return { id, card }
}
const state = (id: number) => engine.store.requests.get(id)?.state
/** Everything that the bot keeps, as text. */
function kept(folder = scene.stateFolder): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? kept(path) : readFileSync(path, 'utf8')))
    .join('\n')
}
/** Texts that this person has sent and that still stand in the chat. */
const standing = async () => {
  const { messages } = await scene.admin.chat()
  return messages
    .filter((message) => !message.deleted)
    .map((message) => message.text)
    .join('\n')
}

describe('approving a role with a second factor', () => {
  it('asks for the code, takes it, deletes it, and holds the request as its card says', async () => {
    const { id, card } = await asked()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sees('send me the code of six digits')
    expect(state(id)).toBe('submitted')
    const code = one.codeAt()
    await scene.admin.sends(`${code.slice(0, 3)} ${code.slice(3)}`)
    await scene.admin.sees('Your approval counts')
    await scene.admin.seesOn(card, /Waits until [\s\S]*any admin may deny it before/)
    expect(engine.store.decisions.approvals(id, 1)).toMatchObject([{ via: 'chat', proof: 'totp' }])
    await scene.settled()
    expect(await standing()).not.toContain(code.slice(3))
    expect(kept()).not.toContain(code)
    expect(kept()).not.toContain(`${code.slice(0, 3)} ${code.slice(3)}`)
  })

  it('says how many tries are left after a wrong code, and takes the next one', async () => {
    const { id, card } = await asked()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sees('send me the code')
    await scene.admin.sends('000000')
    await scene.admin.sees('19 tries are left')
    await scene.admin.sends('12345')
    await scene.admin.sees('not a code of six digits')
    expect(engine.store.factors.get(ADMIN_ID)?.failures).toBe(1)
    await scene.admin.sends(one.codeAt())
    await scene.admin.sees('Your approval counts')
    expect(engine.store.decisions.approvals(id, 1)).toHaveLength(1)
  })

  it('waits for five minutes, over a restart of the bot, and deletes a code that comes later too', async () => {
    const { id, card } = await asked()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sees('send me the code')
    await scene.restart()
    botNow += 5 * 60_000
    await scene.admin.sends(one.codeAt())
    await scene.admin.sees('I no longer wait for a code')
    await scene.settled()
    expect(await standing()).not.toContain(one.codeAt())
    expect([state(id), engine.store.factors.get(ADMIN_ID)?.failures]).toEqual(['submitted', 0])
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.restart()
    await scene.admin.sends(one.codeAt())
    await scene.admin.sees('Your approval counts')
  })

  it('is no dialogue: a command ends the wait, and in the middle of one it is not begun', async () => {
    const { id, card } = await asked()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sees('send me the code')
    await scene.admin.sends('/adduser')
    await scene.admin.sees('Who shall get access')
    await scene.admin.sends(one.codeAt())
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast('Finish it or send /cancel first')
    await scene.settled()
    expect(state(id)).toBe('submitted')
    expect(engine.store.decisions.approvals(id, 1)).toEqual([])
    expect(engine.store.factors.get(ADMIN_ID)?.failures).toBe(0)
  })

  it('dies with its card: a code for what was decided meanwhile is deleted and approves nothing', async () => {
    const { id, card } = await asked()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sees('send me the code')
    await engine.ok(operator, 'request.deny', { id })
    await scene.admin.seesOn(card, 'Denied')
    await scene.admin.sends(one.codeAt())
    await scene.admin.sees(/no longer wait|denied/)
    await scene.settled()
    expect(await standing()).not.toContain(one.codeAt())
    expect(state(id)).toBe('denied')
  })

  it('is for the plan that was tapped: a code approves no plan that took its place meanwhile', async () => {
    const { id, card } = await asked()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sees('send me the code')
    // Root approves it, the host has changed, and the request comes back with another plan.
    const { digest } = (await engine.ok(operator, 'request.get', { id })).request.plan
    engine.machine.paths.set(DATA, { kind: 'directory', uid: 0, gid: 7, mode: 0o755 })
    await engine.ok(operator, 'request.approve', { id, digest })
    await engine.ended(1)
    await scene.settled()
    await scene.admin.seesOn(card, DATA, { buttons: ['✅ Approve'] })
    expect(engine.store.requests.get(id)).toMatchObject({ state: 'submitted', revision: 2 })
    await scene.admin.sends(one.codeAt())
    await scene.admin.sees('The card has changed since')
    await scene.settled()
    expect(await standing()).not.toContain(one.codeAt())
    expect(engine.store.decisions.approvals(id, 2)).toEqual([])
    expect(engine.store.factors.get(ADMIN_ID)?.failures).toBe(0)
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sends(one.codeAt())
    await scene.admin.sees('Your approval counts')
    expect(engine.store.decisions.approvals(id, 2)).toHaveLength(1)
  })

  it('another message is what it always was', async () => {
    const { card } = await asked()
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sees('send me the code')
    await scene.admin.sends('where do I find it?')
    await scene.admin.sees('did not understand')
    await scene.admin.sends(one.codeAt())
    await scene.admin.sees('Your approval counts')
  })
})

describe('freezing', () => {
  it('is asked for once more, tells every admin, and takes [Approve] off all cards until root ends it', async () => {
    const { id, card } = await asked()
    await scene.admin.sends('/freeze')
    const asks = await scene.admin.sees('Freeze approvals in chat?')
    expect(engine.store.freezes.current()).toBeNull()
    await scene.admin.taps('🧊 Freeze', { on: asks })
    await scene.admin.seesOn(card, 'Approvals in chat are frozen')
    await scene.admin.sees(/froze approvals in chat/)
    expect(engine.store.freezes.current()).toMatchObject({ by: `telegram:${ADMIN_ID}` })
    await scene.admin.sends('/freeze')
    await scene.admin.sees('They are frozen already')
    await scene.admin.sends('/unfreeze')
    await scene.admin.sees('Only root can end a freeze')
    engine.time.now += 1000
    await engine.ok(operator, 'chat.unfreeze', {})
    await scene.admin.sees('count again, from now on')
    await scene.admin.seesOn(card, 'To approve it you need a code', { buttons: ['✅ Approve'] })
    expect(state(id)).toBe('submitted')
  })

  it('happens at once when a tapped card does not show what was sent', async () => {
    const { card } = await asked()
    const { url, token } = scene.server
    const edited = await fetch(`${url}/bot${token}/editMessageText`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        chat_id: ADMIN_ID,
        message_id: card.message_id,
        text: 'A harmless request',
        reply_markup: card.raw.reply_markup,
      }),
    })
    expect((await edited.json()) as object).toMatchObject({ ok: true })
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.seesToast('does not show what I sent')
    await scene.admin.sees(/A card does not show what I sent\.[\s\S]*frozen/)
    expect(engine.store.freezes.current()).toMatchObject({ by: 'bot', why: 'foreign_edit' })
  })
})

it('a card whose challenge cannot be had is drawn when it can', async () => {
  await removeScene(scene)
  const client = engineClient(engine, [ADMIN_ID])
  let away = 3
  scene = await createScene({
    client: {
      ...client,
      async call(operation, input, options) {
        if (operation === 'request.challenge' && away-- > 0) {
          return { ok: false, error: { code: 'shutting_down', message: 'cannot now' } }
        }
        return client.call(operation, input, options)
      },
    },
  })
  await scene.start()
  await scene.admin.sends('/whoami')
  await scene.admin.sees('admin')
  await scene.settled()
  const { id, card } = await asked()
  expect(away).toBeLessThan(0)
  await scene.admin.taps('✅ Approve', { on: card })
  await scene.admin.sees('send me the code')
  expect(state(id)).toBe('submitted')
})
