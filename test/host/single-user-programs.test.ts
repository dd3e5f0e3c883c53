import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import type { Seen } from './inside/single-user.ts'

beforeAll(() => {
  execFileSync('useradd', ['--uid', '4301', '--create-home', 'maria'])
})
afterAll(() => {
  execFileSync('userdel', ['-r', 'maria'], { stdio: 'ignore' })
})

test('without root, programs run as oneself, and end with what they started', () => {
  const become = ['--reuid=4301', '--regid=4301', '--init-groups', '--']
  const node = `${checkoutInSandbox}/node_modules/.bin/node`
  const output = execFileSync('setpriv', [
    ...become,
    node,
    `${checkoutInSandbox}/test/host/inside/single-user.ts`,
  ])
  const seen = JSON.parse(output.toString()) as Seen
  expect(['pid-namespace', 'own-session']).toContain(seen.found)
  expect(seen.own).toMatchObject({ ok: true, stdout: '4301\n' })
  expect(seen.refused).toContain('nobody to run as in single-user mode')
  for (const how of [seen.least, seen.best]) {
    expect(how.identity).toMatchObject({ ok: true, stdout: '4301\n4301\n0077\n/\n/home/maria\n0\n' })
    expect(how.session).toEqual({ ok: true, left: 0 })
    expect(how.slow).toMatchObject({ ok: false, failure: { code: 'timed_out' } })
    expect(how.left).toBe(0)
  }

  // A proof that cannot be had is never said to be had.
  expect(seen.smoke).toMatchObject({
    ok: true,
    notes: [
      { code: 'smoke.isolation_not_applicable' },
      { code: 'smoke.folders_proven', params: { count: 1 } },
      { code: 'smoke.agent_ran' },
      { code: 'smoke.agent_left_files', params: { count: 1, home: '/home/maria', names: '.made-by-agent' } },
    ],
  })
  expect(seen.leftInFolder).toEqual([])
})
