import { expect, it } from 'vitest'
import type { Config } from '../../../../src/config/config.ts'
import type { Facts } from '../../../../src/domain/facts.ts'
import { violationText } from '../../../../src/texts/violations.ts'
import { createWords } from '../../../../src/texts/words.ts'
import { accountViolations } from '../../../../src/worker/validation/validate-facts.ts'

const facts = { mode: 'system', createsAccounts: false, account: null, sameNamedGroup: null } as Facts
const wish = { os_user: 'ada', telegram_id: 1, account: 'create' } as const

it('a system that makes no accounts says so before anything is planned, and what to do instead', () => {
  const [violation, ...more] = accountViolations({} as Config, wish, facts)
  expect(more).toEqual([])
  expect(violation).toEqual({
    field: 'os_user',
    code: 'account_not_created_here',
    params: { value: 'ada' },
  })
  expect(violationText(createWords('en'), violation!)).toBe(
    "cannot create accounts on macOS: make 'ada' in System Settings, then adopt it",
  )
})

it('an account that is there is adopted there as everywhere', () => {
  const account = { name: 'ada', uid: 501, gid: 20, gecos: 'Ada', home: '/Users/ada', shell: '/bin/zsh' }
  const there = { ...facts, account, personUids: { min: 501, max: 60_000 }, owners: {} } as Facts
  const config = {
    botUser: '_usher',
    witness: null,
    approver: null,
    folders: { memory: { owner: 'person' }, history: { owner: 'person' } },
    smoke: { via: null },
  } as unknown as Config
  expect(accountViolations(config, { ...wish, account: 'adopt' }, there)).toEqual([])
})
