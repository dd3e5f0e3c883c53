import { afterEach, describe, expect, test } from 'vitest'
import type { AnswersInput } from '../../../../src/protocol/answers.ts'
import { admin, engineFixture, type Fixture, operator, osUser } from '../../../support/engine-fixture.ts'
import { addAccount, type FakeMachine } from '../../../support/fake-host.ts'

let fixture: Fixture
afterEach(() => fixture.remove())

/** Everybody drafts first, then everybody submits and approves their own at the same time. */
async function race(rivals: Partial<AnswersInput>[]) {
  const drafts = []
  for (const [index, answers] of rivals.entries()) {
    const { request } = await fixture.ok(admin(100 + index), 'request.draft', {
      answers: { ...person, ...answers },
    })
    drafts.push(request)
  }
  const outcomes = await Promise.all(
    drafts.map(async ({ id, plan }, index) => {
      const submitted = await fixture.call(admin(100 + index), 'request.submit', { id, digest: plan.digest })
      if (!submitted.ok) return submitted.error.code
      const { claim_code: code } = submitted.output
      const approved = await fixture.call(admin(100 + index), 'request.approve', { id, digest: plan.digest })
      if (code === null) return approved.ok ? 'approved' : approved.error.code
      const owner = osUser(4501, index === 0 ? 'carol' : 'karoline')
      const accepted = await fixture.call(owner, 'claim.accept', { code, digest: plan.digest })
      return accepted.ok ? 'approved' : accepted.error.code
    }),
  )
  for (let run = 1; fixture.store.runs.get(run) !== null; run++) await fixture.ended(run)
  return outcomes
}

const person: AnswersInput = {
  telegram_id: 42,
  name: 'Alice',
  os_user: 'alice',
  role: 'user',
  account: 'create',
  proof: 'started',
}
const runs = () =>
  fixture.store.runs.inState(['queued', 'running', 'undoing', 'succeeded', 'undone', 'failed'])
const twenty = Array.from({ length: 20 }, (_, index) => index)

describe('of many requests at once there is one run', () => {
  test('for one person asked for by many', async () => {
    fixture = await engineFixture()
    const outcomes = await race(twenty.map((index) => ({ name: `Alice ${index}` })))
    expect(outcomes.filter((outcome) => outcome === 'approved')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(19)
    expect(runs()).toHaveLength(1)
    expect(fixture.machine.roster).toHaveLength(1)
  })

  test('for one Telegram id under many names of the system', async () => {
    fixture = await engineFixture()
    const outcomes = await race(twenty.map((index) => ({ os_user: `alice${index}` })))
    expect(outcomes.filter((outcome) => outcome === 'approved')).toHaveLength(1)
    expect(runs()).toHaveLength(1)
    expect(fixture.machine.accounts.size).toBe(1)
  })

  test('for one name of the system and many Telegram ids', async () => {
    fixture = await engineFixture()
    const outcomes = await race(twenty.map((index) => ({ telegram_id: 1000 + index })))
    expect(outcomes.filter((outcome) => outcome === 'approved')).toHaveLength(1)
    expect(runs()).toHaveLength(1)
  })

  test('for one uid that has two names', async () => {
    fixture = await engineFixture({
      machine: (machine) => {
        addAccount(machine, 'carol', 4501)
        addAccount(machine, 'karoline', 4501)
      },
    })
    const outcomes = await race([
      { os_user: 'carol', account: 'adopt' },
      { os_user: 'karoline', telegram_id: 43, account: 'adopt' },
    ])
    expect(outcomes.toSorted()).toEqual(['approved', 'held'])
    expect(runs()).toHaveLength(1)
  })
})

describe('somebody who is on the roster in another spelling', () => {
  const drafted = async (answers: Partial<AnswersInput>, machine: (machine: FakeMachine) => void) => {
    fixture = await engineFixture({ machine })
    const result = await fixture.call(operator, 'request.draft', { answers: { ...person, ...answers } })
    return result.ok ? [] : (result.error.violations?.map(({ code }) => code) ?? [])
  }

  test('as another name of the same uid is not asked for again', async () => {
    const codes = await drafted({ os_user: 'karoline', account: 'adopt' }, (machine) => {
      addAccount(machine, 'carol', 4501)
      addAccount(machine, 'karoline', 4501)
      machine.roster.push({ telegram_id: 7, name: 'Carol', os_user: 'carol', role: 'user' })
    })
    expect(codes).toContain('uid_on_roster')
  })

  test('as a Telegram id that is text is not asked for again', async () => {
    const codes = await drafted({}, (machine) => {
      // The roster file is edited by people: `telegram_id: "42"`.
      const entry = { telegram_id: '42', name: 'Al', os_user: 'al', role: 'user' }
      machine.roster.push(entry as unknown as FakeMachine['roster'][number])
    })
    expect(codes).toContain('telegram_id_on_roster')
  })
})
