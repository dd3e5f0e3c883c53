import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SwitchResult } from '../../src/install/switch.ts'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'
import { layVersion } from './support/hand-made-versions.ts'

let systemd: SystemdSandbox
const node = `${checkoutInSandbox}/node_modules/.bin/node`
const driver = `${checkoutInSandbox}/test/install/inside/switch.ts`
const database = '/var/lib/usher/usher.db'

const shell = async (script: string) => {
  const { status, stdout, stderr } = await systemd.run(['/bin/sh', '-euc', script])
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}\n${stderr}`)
  return stdout.trim()
}
const switchTo = async (...args: string[]): Promise<SwitchResult> => {
  const { stdout, stderr } = await systemd.run([node, driver, ...args])
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as SwitchResult
}
const property = (name: string) => shell(`systemctl show --value --property=${name} usher-worker`)
const runningVersion = async () => {
  const pid = await property('MainPID')
  return pid === '0' ? null : shell(`readlink /proc/${pid}/exe | cut -d/ -f4`)
}
const schema = () =>
  shell(`${node} -e 'const { DatabaseSync } = require("node:sqlite")
    console.log(new DatabaseSync("${database}", { readOnly: true }).prepare("pragma user_version").get().user_version)' 2>/dev/null`)
const inUse = () => shell('readlink /opt/usher/current')
const unitOf = () => shell("sed -n '1s/# of version //p' /usr/lib/systemd/system/usher-worker.service")
const leftovers = () => shell('ls -A /opt/usher | grep -c -e switching -e removed -e new || true')

/** A host on which 1.0.0 runs, with a database of its own. */
async function startWithFirst(): Promise<void> {
  await shell(`systemctl stop usher-worker 2>/dev/null || true; rm -rf /var/lib/usher/usher.db* /opt/usher/switching.json
    ln -sfn 1.0.0 /opt/usher/current; cp /opt/usher/1.0.0/system/usr/lib/systemd/system/* /usr/lib/systemd/system/
    systemctl daemon-reload; systemctl reset-failed; systemctl start usher-worker`)
}

async function expectFirstInUse(): Promise<void> {
  expect(await inUse()).toBe('1.0.0')
  expect(await runningVersion()).toBe('1.0.0')
  expect(await property('ActiveState')).toBe('active')
  expect(await unitOf()).toBe('1.0.0')
  expect(await leftovers()).toBe('0')
}

beforeAll(async () => {
  systemd = await bootSystemd()
  await layVersion(systemd, '1.0.0')
  await shell('/opt/usher/1.0.0/usher init >/dev/null')
})
afterAll(async () => {
  await systemd.stop()
})

describe('switching on a host where nothing is in use yet', () => {
  test('puts the version in use and starts nothing', async () => {
    expect(await switchTo('1.0.0')).toEqual({
      ...{ ok: true, from: null, changed: true, started: [], downtimeMs: null, removed: [] },
    })
    expect(await inUse()).toBe('1.0.0')
    expect(await property('ActiveState')).toBe('inactive')
  })

  test('starts what can be started where that is wished; a bot without a token is skipped', async () => {
    expect(await switchTo('1.0.0', '--start')).toMatchObject({
      ok: true,
      changed: false,
      started: ['usher-worker.service'],
    })
    await expectFirstInUse()
  })

  test('a second time changes and restarts nothing', async () => {
    const pid = await property('MainPID')
    expect(await switchTo('1.0.0', '--start')).toMatchObject({
      ok: true,
      changed: false,
      started: [],
    })
    expect(await property('MainPID')).toBe(pid)
  })
})

describe('a new version', () => {
  beforeEach(startWithFirst)

  test('that is ready takes over with its units, and keeps the database as it was before its migration', async () => {
    await layVersion(systemd, '2.0.0', { migrates: true })
    const before = Number(await schema())
    const result = await switchTo('2.0.0')
    expect(result).toMatchObject({
      ok: true,
      from: '1.0.0',
      changed: true,
      started: ['usher-worker.service'],
    })
    expect(await inUse()).toBe('2.0.0')
    expect(await runningVersion()).toBe('2.0.0')
    expect(await unitOf()).toBe('2.0.0')
    expect(Number(await schema())).toBe(before + 1)
    expect(await shell(`ls /var/lib/usher | grep -c '^usher.db.before-[0-9]*$'`)).toBe('1')
    expect(await leftovers()).toBe('0')
    // How long it may be is asserted by the benchmark, on a quiet machine.
    expect(result.ok && result.downtimeMs).toBeGreaterThan(0)
  })

  test.each([
    ['does not start', '3.0.1', { doesNotStart: true }, 'a version that does not start'],
    ['never gets ready', '3.0.2', { isNeverReady: true }, 'not ready within 5 s'],
    [
      'ends right after it was ready',
      '3.0.3',
      { endsAfterReadyMs: 400 },
      'it ended right after it was ready',
    ],
    [
      'ends after its migration',
      '3.0.4',
      { migrates: true, endsAfterMigration: true },
      'ends after its migration',
    ],
  ])('that %s is switched back, services and database', async (_what, version, flaw, why) => {
    await layVersion(systemd, version, flaw)
    const before = await schema()
    const result = await switchTo(version, '--within', '5')
    expect(result).toMatchObject({ ok: false, stayed: false })
    expect(!result.ok && result.message).toContain(why)
    await expectFirstInUse()
    expect(await schema()).toBe(before)
  })
})
