import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { debFile, type Package } from '../support/staged.ts'
import { withSystemd } from '../support/systemd-sandbox/systemd-sandbox.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const section = /^## On a host: six steps, five minutes\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? ''
const steps = [...section.matchAll(/^(\d)\. \*\*/gm)].map(([, number]) => Number(number))
/** What the steps say to type, but for the way by a clone. */
const typed = [...section.matchAll(/^ {3}```sh\n([\s\S]*?)^ {3}```$/gm)]
  .map(([, body = '']) => body.trim())
  .filter((body) => !body.startsWith('git clone'))

/** In milliseconds, as the README promises. */
const FIVE_MINUTES = 5 * 60_000

let made: Package
beforeAll(async () => {
  made = await debFile()
})

test(
  'the README is enough: six steps from an empty machine to the first person, in less than five minutes',
  async () => {
    expect(steps).toEqual([1, 2, 3, 4, 5, 6])
    expect(typed).toEqual(['sudo apt install ./usher_*.deb', 'sudo usher setup', 'sudo usher doctor'])
    await withSystemd(async (systemd) => {
      const node = `${checkoutInSandbox}/node_modules/.bin/node`
      const player = `${checkoutInSandbox}/test/install/inside/newcomer.ts`
      const begun = performance.now()
      const played = await systemd.run([node, player, dirname(made.fileInSandbox), JSON.stringify(typed)])
      const ms = performance.now() - begun
      expect(played.status, `${played.stdout}\n${played.stderr}`).toBe(0)
      const said = JSON.parse(played.stdout.trim().split('\n').at(-1) ?? '') as {
        done: { step: string; ms: number }[]
        found: string
        account: string
      }
      expect(said.done).toHaveLength(steps.length)
      expect(said.account).toMatch(/^ada:x:\d+:\d+:Ada Lovelace:\/home\/ada:\/bin\/bash$/)
      expect(said.found).not.toContain('PROBLEM')
      expect(ms).toBeLessThan(FIVE_MINUTES)
    })
  },
  FIVE_MINUTES,
)
