import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waitForMessage } from '../support/bot-api-server/control/wait.ts'
import type { Person } from '../support/chat-driver/person.ts'
import { ADMIN_ID, createScene, RECEIVES, removeScene, type Scene } from './support/scene.ts'
import { sayWho, toReview } from './support/walk.ts'

let scene: Scene
let ada: Person
const inject = (
  method: string,
  fault: Parameters<typeof scene.server.control.inject>[0]['fault'],
  times = 1,
) => scene.server.control.inject({ method, fault, times })

describe.each(RECEIVES)('by %s', (receive) => {
  beforeEach(async () => {
    scene = await createScene({ receive })
    ada = await scene.driver.person({ first_name: 'Ada', last_name: 'Lovelace' })
    await scene.start()
  })
  afterEach(() => removeScene(scene))

  describe('when Telegram is slow, busy or gone', () => {
    it.each([
      ['429', { kind: 'too-many-requests', retry_after: 1 }],
      ['500', { kind: 'answer', error_code: 500, description: 'Internal Server Error' }],
      ['a broken connection', { kind: 'drop', when: 'before' }],
    ] as const)('waits out %s in the middle of a dialogue', async (_, fault) => {
      await sayWho(scene, ada)
      await inject('sendMessage', fault)
      await scene.admin.taps('ada')
      await scene.admin.sees('Which role?')
      await scene.admin.taps('user')
      await scene.admin.sees('What is their name?')
    })

    it('waits out 429 on a card and shows the end', async () => {
      const card = await toReview(scene, ada)
      await inject('editMessageText', { kind: 'too-many-requests', retry_after: 1 })
      await scene.admin.taps('✅ Approve', { on: card })
      await scene.admin.seesOn(card, /succeeded/)
    })

    it('polls on after errors', async () => {
      await inject('getUpdates', { kind: 'answer', error_code: 502, description: 'Bad Gateway' }, 2)
      await scene.admin.sends('/help')
      await scene.admin.sees('gives people access', { timeoutMs: 12_000 })
    }, 15_000)

    it('does not hold up other chats while one is slow', async () => {
      await ada.starts()
      await ada.sees(String(ada.id))
      await inject('sendMessage', { kind: 'delay', ms: 3000 })
      await scene.admin.sends('/help')
      const eve = await scene.driver.person({ first_name: 'Eve' })
      await eve.starts()
      await eve.sees(String(eve.id), { timeoutMs: 2000 })
      await scene.admin.sees('gives people access')
    })
  })

  describe('cards', () => {
    it('are posted anew when somebody deleted them', async () => {
      const card = await toReview(scene, ada)
      await fetch(`${scene.server.url}/bot${scene.server.token}/deleteMessage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ chat_id: ADMIN_ID, message_id: card.message_id }),
      })
      scene.worker.expire(1)
      await scene.admin.sees('Expired undecided')
    })

    it('catch up with what happened while the bot was down', async () => {
      scene.worker.onQueued = 'wait'
      const card = await toReview(scene, ada)
      await scene.admin.taps('✅ Approve', { on: card })
      await scene.admin.seesOn(card, 'waits for its turn')
      await scene.stop()
      scene.worker.run(1, 'succeed')
      await scene.start()
      await scene.admin.seesOn(card, /succeeded after[\s\S]*start=welcome/)
    })

    it('that look as they should already, because a kill came before that was noted, stay as they are', async () => {
      const card = await toReview(scene, ada)
      const folder = join(scene.stateFolder, 'cards')
      const [name = ''] = await readdir(folder)
      const stored = () => readFile(join(folder, name), 'utf8')
      await expect.poll(stored).toContain(`"messageId":${card.message_id}`)
      const before = await stored()
      scene.worker.expire(1)
      await scene.admin.seesOn(card, 'Expired undecided')
      await scene.stop()
      await writeFile(join(folder, name), before)
      const edits = async () => {
        const calls = await scene.server.control.calls({ method: 'editMessageText' })
        return calls.map(({ response }) => (response?.ok === false ? response.description : 'ok'))
      }
      const earlier = (await edits()).length
      await scene.start()
      await expect
        .poll(async () => (await edits()).slice(earlier))
        .toEqual([expect.stringContaining('message is not modified')])
      await scene.restart()
      await scene.admin.sends('/help')
      await scene.admin.sees('gives people access')
      expect((await edits()).slice(earlier)).toHaveLength(1)
      const { messages } = await scene.admin.chat()
      expect(messages.filter(({ text }) => text.includes('Expired undecided'))).toHaveLength(1)
    })

    it('that change many times a second are edited as often as Telegram takes it, and end with what is true', async () => {
      let changes = 0
      const original = scene.worker.call
      scene.worker.call = async (name, input, options) => {
        const result = await original(name, input, options)
        if (name === 'run.get' && result.ok && 'run' in result) {
          const [step] = result.run.steps
          if (step !== undefined) step.duration_ms = 1000 * changes
        }
        return result
      }
      scene.worker.onQueued = 'wait'
      const card = await toReview(scene, ada)
      await scene.admin.taps('✅ Approve', { on: card })
      await scene.admin.seesOn(card, 'waits for its turn')
      const edits = async () => (await scene.server.control.calls({ method: 'editMessageText' })).length
      const earlier = await edits()
      for (; changes < 50; changes++) {
        scene.worker.happen('step.finished', {}, 1)
        await sleep(20)
      }
      scene.worker.happen('step.finished', {}, 1)
      await scene.admin.seesOn(card, '(50 s)')
      expect((await edits()) - earlier).toBeLessThanOrEqual(8)
    })

    it('whose text is too long are cut, and the rest comes as a file', async () => {
      const original = scene.worker.call
      scene.worker.call = async (name, input, options) => {
        const result = await original(name, input, options)
        if (name === 'request.get' && result.ok && 'request' in result) {
          result.request.plan.steps[0]?.notes.push(
            ...Array.from({ length: 300 }, (_, index) => ({
              code: 'dir.exists' as const,
              params: { path: `/srv/a-long-path-that-takes-room/${index}` },
            })),
          )
        }
        return result
      }
      const card = await toReview(scene, ada)
      expect(card.text.length).toBeLessThanOrEqual(4096)
      expect(card.text).toContain('more lines are in the file below')
      const file = await waitForMessage(
        scene.server.control,
        ADMIN_ID,
        (message) => message.kind === 'document',
      )
      expect(file.document?.text).toContain('/srv/a-long-path-that-takes-room/299')
    })
  })
})

describe('with any updates', () => {
  beforeEach(async () => {
    scene = await createScene()
    ada = await scene.driver.person({ first_name: 'Ada', last_name: 'Lovelace' })
    await scene.start()
  })
  afterEach(() => removeScene(scene))

  describe('the state of the bot', () => {
    it('is readable by the bot alone, and holds no message of a stranger', async () => {
      const eve = await scene.driver.person({ first_name: 'Eve' })
      await eve.sends('my secret wish')
      await eve.sees(String(eve.id))
      await toReview(scene, ada)
      await scene.settled()
      await scene.stop()
      const entries = await readdir(scene.stateFolder, { recursive: true, withFileTypes: true })
      for (const entry of entries) {
        const path = join(entry.parentPath, entry.name)
        const { mode } = await stat(path)
        expect(`${path} ${(mode & 0o077).toString(8)}`).toBe(`${path} 0`)
        if (!entry.isFile()) continue
        const text = await readFile(path, 'utf8')
        expect(text).not.toContain('secret wish')
        expect(text).not.toContain(scene.server.token)
      }
      expect((await stat(scene.stateFolder)).mode & 0o077).toBe(0)
    })

    it('that cannot be parsed is put aside, and the bot goes on', async () => {
      await sayWho(scene, ada)
      await scene.settled()
      await scene.stop()
      await writeFile(join(scene.stateFolder, 'chats', `${ADMIN_ID}.json`), '{"half a docu')
      await scene.start()
      await scene.admin.sends('/adduser')
      await scene.admin.sees('Who shall get access?')
    })

    it('of an earlier version of the questions is dropped, and the admin is told', async () => {
      await sayWho(scene, ada)
      await scene.settled()
      await scene.stop()
      const file = join(scene.stateFolder, 'chats', `${ADMIN_ID}.json`)
      const state = JSON.parse(await readFile(file, 'utf8'))
      state.dialogue.version = [0, 0]
      await writeFile(file, JSON.stringify(state))
      await scene.start()
      await scene.admin.sends('ada7')
      await scene.admin.sees('the questions have changed since you began')
    })

    it('survives a mistake in a dialogue: the admin is told, and can begin again', async () => {
      await sayWho(scene, ada)
      await scene.settled()
      await scene.stop()
      const file = join(scene.stateFolder, 'chats', `${ADMIN_ID}.json`)
      const state = JSON.parse(await readFile(file, 'utf8'))
      state.dialogue.state.adduser[0].replay.send[1].payload = 'nonsense'
      await writeFile(file, JSON.stringify(state))
      await scene.start()
      await scene.admin.sends('ada7')
      await scene.admin.sees('I have lost the thread')
      await sayWho(scene, ada)
    })
  })

  it('says what is wrong with the token and ends', async () => {
    await scene.stop()
    const { startBotService } = await import('../../src/bot/service.ts')
    const { createLogger } = await import('../../src/bot/log.ts')
    const bot = startBotService({
      ...{
        token: '1:wrong',
        apiRoot: scene.server.url,
        client: scene.worker,
        stateFolder: scene.stateFolder,
      },
      ...{ firstAdmins: [], log: createLogger('silent') },
    })
    expect(await bot.ended).toEqual({ kind: 'bad_token' })
  })
})
