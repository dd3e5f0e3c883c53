import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { hasAccount } from '../support/stage/system-installation.ts'

describe('the role admin', () => {
  const scene = playOn()

  test('needs a confirmation by root on the host, which the bot cannot give', async () => {
    const { grace, newcomer, usher, client, runOf } = scene()
    const ada = await newcomer()
    const card = await answerAdduser(grace, { newcomer: ada, account: ada.osUser, role: 'admin' })
    await grace.taps(/Approve/)
    await grace.seesOn(card, 'sudo usher confirm 1')
    expect(hasAccount(ada.osUser)).toBe(false)

    const got = await client.call('request.get', { id: 1 })
    const digest = got.ok ? got.request.plan.digest : ''
    const byGrace = await usher(['confirm', '1', '--digest', digest], { as: 'grace' })
    expect(byGrace.status).toBe(3)
    const other = await usher(['confirm', '1', '--digest', 'A'.repeat(22)])
    expect(other.status).toBe(4)
    expect(hasAccount(ada.osUser)).toBe(false)

    expect(await usher(['confirm', '1', '--digest', digest])).toMatchObject({ status: 0 })
    await grace.seesOn(card, /, receipt/)
    expect((await runOf(card)).state).toBe('succeeded')
  })
})
