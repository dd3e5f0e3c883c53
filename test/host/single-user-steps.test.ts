import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import type { Seen } from './inside/single-user-steps.ts'

beforeAll(() => {
  execFileSync('useradd', ['--uid', '4302', '--create-home', 'mara'])
})
afterAll(() => {
  execFileSync('userdel', ['-r', 'mara'], { stdio: 'ignore' })
})

test.each(['/home/mara/usher', '/tmp/usher-of-mara'])(
  'without root the steps work on one’s own account, with everything below %s',
  (base) => {
    const output = execFileSync('setpriv', [
      ...['--reuid=4302', '--regid=4302', '--init-groups', '--'],
      `${checkoutInSandbox}/node_modules/.bin/node`,
      `${checkoutInSandbox}/test/host/inside/single-user-steps.ts`,
      base,
    ])
    const seen = JSON.parse(output.toString()) as Seen
    expect(seen.applied).toEqual([true, true, true, true, true])
    expect(seen.own).toBe(4302)
    expect(seen.made.map((line) => line.replace(base, '').replace(/ [0-9a-f]{64}$/, ''))).toEqual([
      '/config/users.yaml file 4302:4302 600',
      '/data/memory/ 4302:4302 711',
      '/data/memory/7/ 4302:4302 700',
      '/data/memory/7/MEMORY.md file 4302:4302 600',
    ])
    expect(seen.undone).toEqual(['undone', 'undone', 'undone', 'undone', 'undone'])
    expect(seen.same).toBe(true)
    expect(existsSync('/home/mara/usher-work')).toBe(false)
  },
)
