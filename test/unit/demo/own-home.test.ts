import { expect, test } from 'vitest'
import { ownHomeProblem } from '../../demo/own-home.ts'

test('an account without a home, and a uid without an account, are told so before the demo begins', () => {
  expect(ownHomeProblem(() => ({ username: 'ada', homedir: '/' }))).toBeNull()
  const homeless = ownHomeProblem(() => ({ username: 'nobody', homedir: '/nonexistent' }))
  expect(homeless).toBe(
    'cannot play as nobody: its home /nonexistent does not exist; run it as a person, or as root',
  )
  const unknown = ownHomeProblem(() => {
    throw new Error('ENOENT: no such account')
  })
  expect(unknown).toContain('no account has')
})
