import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { playOn } from '../support/stage/play.ts'
import { JOAN } from '../support/stage/scene.ts'
import { findAccount } from '../support/stage/system-installation.ts'

describe('two admins at once', () => {
  const scene = playOn()

  test('each onboard a person, but cannot both take the same name', async () => {
    const { grace, phone, newcomer, runOf, client } = scene()
    const joan = await phone(JOAN)
    await joan.starts()
    await joan.sees('/adduser')
    const [ada, barbara] = [await newcomer(), await newcomer()]
    const [first, second] = await Promise.all([
      answerAdduser(grace, { newcomer: ada, account: ada.osUser }),
      answerAdduser(joan, { newcomer: barbara, account: barbara.osUser }),
    ])
    await Promise.all([grace.taps(/Approve/, { on: first }), joan.taps(/Approve/, { on: second })])
    await Promise.all([grace.seesOn(first, /, receipt/), joan.seesOn(second, /, receipt/)])
    expect([(await runOf(first)).state, (await runOf(second)).state]).toEqual(['succeeded', 'succeeded'])
    expect(findAccount(ada.osUser).uid).not.toBe(findAccount(barbara.osUser).uid)

    const [carol, dorothy] = [await newcomer(), await newcomer()]
    const mine = await answerAdduser(grace, { newcomer: carol, account: carol.osUser })
    const hers = await answerAdduser(joan, { newcomer: dorothy, account: { typed: carol.osUser } })
    await grace.taps(/Approve/, { on: mine })
    await grace.seesOn(mine, /, receipt/)
    await joan.taps(/Approve/, { on: hers })
    await joan.seesToast(/./)
    const lost = await client.call('request.get', { id: Number(hers.text.match(/Request (\d+) on/)![1]) })
    expect(lost).toMatchObject({ request: { run_id: null } })
    expect((await runOf(mine)).subject).toMatchObject({ telegram_id: carol.id, os_user: carol.osUser })
  })
})
