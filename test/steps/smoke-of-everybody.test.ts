import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SmokeTestParams } from '../../src/domain/step.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { proveIsolation } from '../../src/provisioning/steps/parts/smoke-isolation.ts'
import { proveEverybody } from '../../src/provisioning/steps/parts/smoke-of-everybody.ts'
import { personOf } from '../../src/provisioning/steps/parts/smoke-probe.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../support/host/test-machine.ts'

const PEOPLE = ['ada', 'bob', 'cyd'] as const
const idOf = (name: string) => 60 + PEOPLE.indexOf(name as (typeof PEOPLE)[number])
const folder = (kind: string, name: string) => `${places.dataDir}/${kind}/${idOf(name)}`

let host: Host
let forget: () => void

beforeEach(() => {
  forget = rememberMachine()
  host = makeTestHost()
  for (const kind of ['memory', 'history']) mkdirSync(`${places.dataDir}/${kind}`, { mode: 0o711 })
  for (const [n, name] of PEOPLE.entries()) {
    addAccount(name, 4801 + n)
    chmodSync(`/home/${name}`, 0o700)
    for (const kind of ['memory', 'history']) {
      mkdirSync(folder(kind, name), { mode: 0o700 })
      chownSync(folder(kind, name), 4801 + n, 4801 + n)
    }
  }
  writeFileSync(
    places.rosterFile,
    `users:\n${PEOPLE.map((name) => `  - {telegram_id: ${idOf(name)}, name: N, os_user: ${name}, role: user}\n`).join('')}`,
    { mode: 0o640 },
  )
})
afterEach(() => forget())

function paramsOf(name: string, change: Partial<SmokeTestParams> = {}): SmokeTestParams {
  return {
    ...{ osUser: name, telegramId: idOf(name), home: `/home/${name}` },
    ...{ writable: [folder('memory', name), folder('history', name)], agentCommand: null },
    ...{ path: ['/usr/bin', '/bin'], via: null },
    ...change,
  }
}

const everybody = (change: Partial<SmokeTestParams> = {}) => PEOPLE.map((name) => paramsOf(name, change))
const options = () => ({ signal: AbortSignal.timeout(60_000), atOnce: 4 })

/** Who fails, with the code and the path. */
async function failed(people = everybody()): Promise<string[]> {
  const failures = await proveEverybody(await host.snapshot(), people, options())
  return [...failures]
    .map(([{ osUser }, { code, params }]) => `${osUser} ${code} ${params?.['path'] ?? ''}`.trim())
    .sort()
}

const TAMPERINGS: [what: string, tamper: () => void, expected: string[]][] = [
  ['nothing', () => undefined, []],
  ['a folder that its group may read', () => chmodSync(folder('memory', 'ada'), 0o750), []],
  [
    'a folder that everybody may enter',
    () => chmodSync(folder('memory', 'ada'), 0o711),
    [`ada not_isolated ${folder('memory', 'ada')}`],
  ],
  [
    'a folder of a group that somebody else is in',
    () => {
      chmodSync(folder('memory', 'ada'), 0o770)
      execFileSync('gpasswd', ['--add', 'bob', 'ada'], { stdio: 'pipe' })
    },
    [`ada not_isolated ${folder('memory', 'ada')}`],
  ],
  [
    'a folder that belongs to somebody else',
    () => chownSync(folder('history', 'cyd'), 4801, 4801),
    [`cyd not_isolated ${folder('history', 'cyd')}`],
  ],
  [
    'a data root that somebody may write in',
    () => chownSync(`${places.dataDir}/memory`, 4802, 4802),
    PEOPLE.filter((name) => name !== 'bob').map((name) => `${name} not_isolated ${folder('memory', name)}`),
  ],
  [
    'a roster that everybody may read',
    () => chmodSync(places.rosterFile, 0o644),
    PEOPLE.map((name) => `${name} not_isolated ${places.rosterFile}`),
  ],
  [
    'a state folder that everybody may list',
    () => chmodSync(places.stateDir, 0o755),
    PEOPLE.map((name) => `${name} not_isolated ${places.stateDir}`),
  ],
  [
    'a folder that is gone',
    () => rmSync(folder('history', 'bob'), { recursive: true }),
    [`bob folder_not_usable ${folder('history', 'bob')}`],
  ],
]

describe('the smoke tests of everybody at once', () => {
  for (const [what, tamper, expected] of TAMPERINGS) {
    test(`find with ${what} whom it concerns, and nobody whom the test of one does not fail`, async () => {
      tamper()
      expect(await failed()).toEqual(expected)
      const one = await Promise.all(
        everybody().map(async (params) => {
          const person = await personOf(host, params)
          if (!person.ok) throw new Error('a person of the test is gone')
          return { params, ...(await proveIsolation(host, params, person.person)) }
        }),
      )
      // The test of one also fails who can reach somebody else's folder; at once that is its owner's alone to hear.
      const alone = new Set(one.filter(({ ok }) => !ok).map(({ params }) => params.osUser))
      expect(alone.size > 0).toBe(expected.length > 0)
      for (const line of expected) expect(alone).toContain(line.split(' ')[0])
    })
  }

  test('fail an account that cannot run anything, and no other', async () => {
    execFileSync('usermod', ['--home', '/home/elsewhere', 'bob'])
    expect(await failed()).toEqual(['bob account_changed'])
  })

  test('fail whose agent command opens a folder, although it was closed before', async () => {
    const people = everybody().map((params) =>
      params.osUser === 'ada'
        ? { ...params, agentCommand: ['chmod', '0755', folder('memory', 'ada')] }
        : params,
    )
    // The others may or may not have tried it while it was open.
    expect(await failed(people)).toEqual(
      expect.arrayContaining([`ada not_isolated ${folder('memory', 'ada')}`]),
    )
  })

  test('leave nothing behind', async () => {
    expect(await failed(everybody({ agentCommand: ['true'] }))).toEqual([])
    for (const name of PEOPLE) {
      for (const kind of ['memory', 'history']) expect(readdirSync(folder(kind, name))).toEqual([])
    }
  })
})
