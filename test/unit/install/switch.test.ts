import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEnvironment } from '../../../src/config/environment.ts'
import { purgeLines } from '../../../src/install/remove-package.ts'
import { type SwitchHost, switchTo } from '../../../src/install/switch.ts'
import { isComplete, knownSchema, putInUse, removeOld, versionsThere } from '../../../src/install/versions.ts'
import type { ProgramResult } from '../../../src/provisioning/host/programs/programs.ts'
import { freshPlaces } from '../../../src/setup/init-places.ts'

let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'usher-switch-'))
  folder = join(root, 'opt/usher')
  mkdirSync(folder, { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true }))

/** A version that came that many minutes ago, with so many migrations. */
function lay(version: string, minutes = 0, migrations = 1): void {
  const tree = join(folder, version)
  mkdirSync(join(tree, 'src/store/migrations'), { recursive: true })
  for (let number = 1; number <= migrations; number++)
    writeFileSync(join(tree, 'src/store/migrations', `${String(number).padStart(4, '0')}-some.js`), '')
  for (const name of ['manifest.json', 'usher']) writeFileSync(join(tree, name), '')
  const at = new Date(Date.now() - minutes * 60_000)
  utimesSync(tree, at, at)
}

const nothingRuns: SwitchHost['programs'] = {
  run: async (): Promise<ProgramResult> => ({
    ok: true,
    stdout: 'ActiveState=inactive\n',
    stderr: '',
    durationMs: 1,
  }),
}
const host = (placed: string[] = []): SwitchHost => ({
  ...{ root, programs: nothingRuns, database: join(root, 'usher.db'), say: () => {} },
  placeSystem: async (version) => void placed.push(`${version}, while ${inUse() ?? 'none'} is in use`),
})
const inUse = () => versionsThere(folder).find((one) => one.inUse)?.version

describe('a switch where nothing runs', () => {
  test('has the units of a version in their place before the version is in use', async () => {
    lay('1.0.0')
    const placed: string[] = []
    expect(await switchTo(host(placed), { version: '1.0.0', start: false })).toEqual({
      ...{ ok: true, from: null, changed: true, started: [], downtimeMs: null, removed: [] },
    })
    expect(placed).toEqual(['1.0.0, while none is in use'])
    expect(readlinkSync(join(folder, 'current'))).toBe('1.0.0')
  })

  test('is refused for a version that is not there, and changes nothing', async () => {
    expect(await switchTo(host(), { version: '1.0.0', start: false })).toMatchObject({ ok: false })
    expect(readdirSync(folder)).toEqual([])
  })

  test('leaves no journal, and goes back when the units cannot be placed', async () => {
    lay('1.0.0')
    lay('2.0.0')
    putInUse(folder, '1.0.0')
    const full = {
      ...host(),
      placeSystem: async (version: string) => {
        if (version === '2.0.0') throw new Error('no space left on device')
      },
    }
    const result = await switchTo(full, { version: '2.0.0', start: false })
    expect(result).toMatchObject({
      ok: false,
      stayed: false,
      message: expect.stringContaining('no space left'),
    })
    expect(inUse()).toBe('1.0.0')
    expect(readdirSync(folder).sort()).toEqual(['1.0.0', '2.0.0', 'current'])
  })
})

describe('versions beside each other', () => {
  test('are those that lie there whole, the one in use first, then by when they last were', () => {
    for (const [version, minutes] of [
      ['1.0.0', 30],
      ['1.1.0', 10],
      ['1.2.0+20260101000000.abcdef01', 20],
    ] as const)
      lay(version, minutes)
    for (const name of ['package', '.new-2.0.0', '3.0.0']) mkdirSync(join(folder, name))
    putInUse(folder, '1.0.0')
    expect(versionsThere(folder).map(({ version }) => version)).toEqual([
      '1.0.0',
      '1.1.0',
      '1.2.0+20260101000000.abcdef01',
    ])
    expect(isComplete(folder, '3.0.0')).toBe(false)
    expect(isComplete(folder, '../usher')).toBe(false)
  })

  test('go but for the last two, and never one that is needed', () => {
    for (const [version, minutes] of [
      ['1.0.0', 50],
      ['1.1.0', 40],
      ['1.2.0', 30],
      ['1.3.0', 20],
    ] as const)
      lay(version, minutes)
    lay('2.0.0')
    putInUse(folder, '2.0.0')
    mkdirSync(join(folder, '.removed-0.9.0'))
    expect(removeOld(folder, ['1.0.0'])).toEqual(['1.2.0', '1.1.0'])
    expect(readdirSync(folder).sort()).toEqual(['1.0.0', '1.3.0', '2.0.0', 'current'])
  })

  test('say how many migrations they know', () => {
    lay('1.0.0', 0, 11)
    expect(knownSchema(folder, '1.0.0')).toBe(11)
    expect(knownSchema(folder, '0.0.1')).toBe(0)
  })
})

test('what a purge of the package takes away is listed last thing first, without data and without what dpkg has', () => {
  const places = freshPlaces(undefined, readEnvironment({}), 0)
  const lines = purgeLines(
    [
      { kind: 'account', name: 'usher', group: true },
      { kind: 'folder', path: '/var/lib/usher', goes: 'purge-data', contents: true },
      { kind: 'folder', path: '/var/lib/usher-bot', goes: 'purge', contents: true },
      { kind: 'file', path: places.paths.roster, sha256: null, goes: 'purge' },
      { kind: 'file', path: '/etc/usher/with\ttab', sha256: null, goes: 'purge' },
      { kind: 'adjusted', path: '/etc/usher/secrets.yaml', before: { uid: 0, gid: 4, mode: 0o640 } },
    ],
    places,
  )
  expect(lines).toEqual([
    'file\t/etc/usher/telegram-token',
    'owner\t/etc/usher/secrets.yaml\t0:4\t0640',
    'roster\t/etc/usher/users.yaml\t/var/lib/usher/users.yaml.kept',
    'tree\t/var/lib/usher-bot',
    'account\tusher',
    'group\tusher',
  ])
})
