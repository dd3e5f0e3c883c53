import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLogger } from '../../src/bot/log.ts'
import { createWords } from '../../src/texts/words.ts'
import { serveWitness } from '../../src/witness/service.ts'
import type { MessageView } from '../support/bot-api-server/control/views.ts'
import { createChatDriver } from '../support/chat-driver/chat-driver.ts'
import type { Person } from '../support/chat-driver/person.ts'
import {
  engineFixture,
  type Fixture,
  operator,
  role,
  testConfig,
  theWitness,
} from '../support/engine-fixture.ts'
import { enroll } from '../support/second-factor.ts'
import { callerClient } from './support/caller-client.ts'
import { engineClient } from './support/engine-client.ts'
import { ADMIN_ID, createScene, removeScene, type Scene } from './support/scene.ts'

const TOKEN = '220201543:the-token-of-the-witness-in-tests'
let engine: Fixture
let scene: Scene
/** The same admin, in the chat with the witness. */
let atWitness: Person
let folder: string
let totp: () => string
let stop: () => Promise<unknown>

beforeEach(async () => {
  const approval = { count: 1, self: true, step_up: 'witness', expiresMs: 86_400_000 } as const
  engine = await engineFixture({
    config: {
      roles: new Map([...testConfig().roles, ['user', role('user', { approval })]]),
      witness: { user: 'seer', tokenFile: '/w', state: '/ws', language: 'en' },
    },
  })
  // What happened before the bot began is nobody's news.
  engine.time.now = Date.now() + 60_000
  totp = enroll(engine, ADMIN_ID)
  scene = await createScene({ client: engineClient(engine, [ADMIN_ID]) })
  const control = scene.server.addBot({ token: TOKEN, botUsername: 'seer_bot' })
  atWitness = await createChatDriver(control).person({ id: ADMIN_ID, first_name: 'Grace' })
  folder = mkdtempSync(join(tmpdir(), 'usher-witness-'))
  const stopping = new AbortController()
  const serving = serveWitness({
    ...{ token: TOKEN, apiRoot: scene.server.url, stateFolder: folder, words: createWords('en') },
    ...{ client: callerClient(engine, theWitness, new Set()), log: createLogger('silent') },
    stopped: stopping.signal,
  })
  stop = () => {
    stopping.abort()
    return serving
  }
  await scene.start()
  await scene.admin.sends('/whoami')
  await scene.admin.sees('admin')
  await scene.settled()
})
afterEach(async () => {
  await stop()
  await removeScene(scene)
  await engine.remove()
  rmSync(folder, { recursive: true, force: true })
})

async function tapped(): Promise<{ id: number; card: MessageView }> {
  const { id } = await engine.submit(operator)
  const card = await scene.admin.sees(/Request \d+ on/)
  await scene.admin.taps('✅ Approve', { on: card })
  return { id, card }
}
const codeIn = ({ text }: MessageView) => /code is ([0-9]{4} [0-9]{4})/.exec(text)?.[1] ?? 'none'
const proofs = (id: number) => engine.store.decisions.approvals(id, 1).map(({ proof }) => proof)

describe('approving a role that needs the witness', () => {
  test.for([
    ['as the witness shows it, then the app’s', (code: string, app: string) => `${code} ${app}`],
    [
      'the app’s in groups first',
      (code: string, app: string) => `${app.slice(0, 3)} ${app.slice(3)} ${code}`,
    ],
    ['in one piece, on two lines', (code: string, app: string) => `${code.replace(' ', '')}\n${app}`],
  ] as const)('takes both codes in one message: %s', async ([, typed]) => {
    await atWitness.starts()
    const { id, card } = await tapped()
    await scene.admin.sees('The witness sends you a code of eight digits')
    const shown = await atWitness.sees('would get the role')
    await scene.admin.sends(typed(codeIn(shown), totp()))
    await scene.admin.sees('Your approval counts')
    expect(proofs(id)).toEqual(['witness'])
    await scene.admin.seesOn(card, /Waits until/)
    await atWitness.seesOn(shown, 'this code was used')
    const { messages } = await scene.admin.chat()
    const standing = messages.filter(({ deleted }) => !deleted).map(({ text }) => text)
    expect(standing.join('\n')).not.toContain(codeIn(shown))
  })

  test('says what was wrong, and a third wrong code takes a new one', async () => {
    await atWitness.starts()
    const { id, card } = await tapped()
    await scene.admin.sees('The witness sends you')
    const shown = await atWitness.sees('would get the role')
    const app = totp()
    await scene.admin.sends('123456')
    await scene.admin.sees('Send me the witness')
    for (const left of [2, 1]) {
      await scene.admin.sends(`0000 0000 ${app}`)
      await scene.admin.sees(left === 2 ? '2 tries are left' : 'One try is left')
    }
    await scene.admin.sends(`0000 0000 ${app}`)
    await scene.admin.sees('Tap Approve for a new code of the witness')
    await atWitness.seesOn(shown, 'after three wrong tries')
    await scene.admin.taps('✅ Approve', { on: card })
    await scene.admin.sees('The witness sends you')
    const again = await atWitness.sees('would get the role')
    await scene.admin.sends(`${codeIn(again)} ${app}`)
    await scene.admin.sees('Your approval counts')
    expect(proofs(id)).toEqual(['witness'])
  })

  test('says how to mend it when the witness may not write to the admin', async () => {
    const { card } = await tapped()
    await scene.admin.sees(/may not write to you[\s\S]*t\.me\/seer_bot/)
    await atWitness.starts()
    await scene.admin.taps('✅ Approve', { on: card })
    await atWitness.sees('would get the role')
  })
})
