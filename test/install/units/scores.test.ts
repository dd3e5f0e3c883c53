import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readUnit } from './support/unit-file.ts'
import { bootUnitHost, type ServiceName, type UnitHost, unitFile } from './support/unit-host.ts'

const run = promisify(execFile)

/** What `systemd-analyze security` gives on Debian 12. They only go down. */
const HIGHEST: Record<ServiceName, number> = { 'usher-worker': 1.5, 'usher-bot': 1.1, 'usher-witness': 1.1 }
const services = Object.keys(HIGHEST) as ServiceName[]

interface Finding {
  name: string
  exposure: string | null
}

let host: UnitHost
beforeAll(async () => {
  host = await bootUnitHost()
})
afterAll(async () => {
  await host?.stop()
})

const analyzed = (unit: ServiceName, ...args: string[]) =>
  run('systemd-analyze', ['security', '--offline=true', '--no-pager', ...args, unitFile(unit)])

describe.for(services)('%s', (unit) => {
  test('is exposed no more than it was', async () => {
    const { stdout } = await analyzed(unit)
    const score = Number(/Overall exposure level for \S+: ([0-9.]+)/.exec(stdout)?.[1])
    expect(score).toBeLessThanOrEqual(HIGHEST[unit])
  })

  test('has its reason in docs/security.md for each point that is left, and no reason for others', async () => {
    const { stdout } = await analyzed(unit, '--json=short')
    const left = (JSON.parse(stdout) as Finding[])
      .filter(({ exposure }) => exposure !== null && Number(exposure) > 0)
      .map(({ name, exposure }) => `${name} ${exposure}`)
    const rows = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8').matchAll(
      /^\| `([^`]+)` \| ([0-9.]+) \| (\w+(?:, \w+)*) \| \S.{15,} \|$/gm,
    )
    const told = [...rows]
      .filter(([, , , units]) => units!.split(', ').includes(unit.replace('usher-', '')))
      .map(([, name, exposure]) => `${name!.replaceAll('\\|', '|')} ${exposure}`)
    expect(told.sort()).toEqual(left.sort())
  })

  test('says beside each setting that it leaves open which operation needs it', () => {
    const text = readFileSync(unitFile(unit), 'utf8')
    for (const word of [
      'MemoryDenyWriteExecute',
      ...(unit === 'usher-worker' ? ['ProtectHome', 'PrivateUsers', 'ProcSubset'] : []),
    ]) {
      expect(text).toMatch(new RegExp(`^# .*No ${word}=|^# .*no ${word}=`, 'm'))
      expect(readUnit(unitFile(unit)).some(({ key }) => key === word)).toBe(false)
    }
  })
})

test('systemd finds nothing wrong with any of the units', async () => {
  const verified = await host.systemd.run([
    ...(['systemd-analyze', 'verify', '--man=no'] as const),
    ...services.map((unit) => `/usr/lib/systemd/system/${unit}.service`),
    '/usr/lib/systemd/system/usher-failed@usher-bot.service.service',
  ])
  expect(verified).toEqual({ status: 0, stdout: '', stderr: '' })
})
