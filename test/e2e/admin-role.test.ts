import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { ADA } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'
import { hasAccount } from '../support/stage/system-installation.ts'

describe('the role admin', () => {
  test('needs a confirmation by root on the host, which the bot cannot give', async () => {
    const { grace, usher, usherJson, run } = await startedScene()
    const card = await answerAdduser(grace, { newcomer: ADA, account: 'ada', role: 'admin' })
    await grace.taps(/Approve/)
    await grace.seesOn(card, 'sudo usher confirm 1')
    expect(hasAccount('ada')).toBe(false)

    const { request } = (await usherJson(['request', 'show', '1'])).json as {
      request: { plan: { digest: string } }
    }
    const byGrace = await usher(['confirm', '1', '--digest', request.plan.digest], { as: 'grace' })
    expect(byGrace.status).toBe(3)
    const wrong = await usher(['confirm', '1', '--digest', 'A'.repeat(22)])
    expect(wrong.status).toBe(4)
    expect(hasAccount('ada')).toBe(false)

    expect(await usher(['confirm', '1', '--digest', request.plan.digest])).toMatchObject({ status: 0 })
    await grace.seesOn(card, /, receipt/)
    expect((await run(1)).state).toBe('succeeded')
  })
})
