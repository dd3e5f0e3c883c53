import { describe, expect, test } from 'vitest'
import { answerAdduser } from '../support/stage/adduser.ts'
import { ADA } from '../support/stage/scene.ts'
import { startedScene } from '../support/stage/started-scene.ts'
import { findAccount } from '../support/stage/system-installation.ts'

const JOAN = { id: 700_000_005, first_name: 'Joan', last_name: 'Clarke' }
const KATE = { id: 700_000_006, first_name: 'Katherine', last_name: 'Johnson' }

const RESIDENTS = [
  { os_user: 'grace', name: 'Grace Hopper', telegram_id: 700_000_001, role: 'admin' },
  { os_user: 'joan', name: 'Joan Clarke', telegram_id: JOAN.id, role: 'admin' },
]

describe('two admins at once', () => {
  test('each onboard a person, with accounts of their own', async () => {
    const { grace, phone, run } = await startedScene({ residents: RESIDENTS })
    const joan = await phone(JOAN)
    await phone(ADA)
    await phone(KATE)
    await joan.starts()
    await joan.sees('/adduser')
    const [first, second] = await Promise.all([
      answerAdduser(grace, { newcomer: ADA, account: 'ada' }),
      answerAdduser(joan, { newcomer: KATE, account: 'katherine' }),
    ])
    await Promise.all([grace.taps(/Approve/, { on: first }), joan.taps(/Approve/, { on: second })])
    await Promise.all([grace.seesOn(first, /, receipt/), joan.seesOn(second, /, receipt/)])
    expect([(await run(1)).state, (await run(2)).state]).toEqual(['succeeded', 'succeeded'])
    expect(findAccount('ada').uid).not.toBe(findAccount('katherine').uid)
  })

  test('cannot both take the same name', async () => {
    const { grace, phone, run } = await startedScene({ residents: RESIDENTS })
    const joan = await phone(JOAN)
    await phone(ADA)
    await phone(KATE)
    await joan.starts()
    await joan.sees('/adduser')
    const first = await answerAdduser(grace, { newcomer: ADA, account: 'ada' })
    const second = await answerAdduser(joan, { newcomer: KATE, account: { typed: 'ada' } })
    await grace.taps(/Approve/, { on: first })
    await grace.seesOn(first, /, receipt/)
    await joan.taps(/Approve/, { on: second })
    await joan.seesToast(/./)
    expect((await run(1)).subject.os_user).toBe('ada')
    await expect(run(2)).rejects.toThrow('cannot show run 2')
  })
})
