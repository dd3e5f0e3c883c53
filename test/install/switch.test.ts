import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SwitchResult } from '../../src/install/switch.ts'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'
import { createVariants, type Variants } from './support/variants.ts'

let systemd: SystemdSandbox
let variants: Variants
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
const inUse = () => shell('readlink /opt/usher/current')
const unitOf = () => shell("sed -n '1s/# of version //p' /usr/lib/systemd/system/usher-worker.service")
const leftovers = () => shell('ls -A /opt/usher | grep -c -e switching -e removed -e new || true')

const flagsOf = (name: string, id: number) =>
  `--telegram-id ${id} --name ${name} --os-user ${name} --role user --create-account`
const queried = (query: string, column: string) =>
  shell(`${node} -e 'const { DatabaseSync } = require("node:sqlite")
    console.log(new DatabaseSync("${database}", { readOnly: true }).prepare("${query}").get()?.${column})' 2>/dev/null`)
const schema = () => queried('pragma user_version', 'user_version')
const runState = () => queried('select state from runs order by id desc limit 1', 'state')

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
  variants = createVariants()
  systemd = await bootSystemd()
  await variants.lay(systemd, '1.0.0')
  await shell('/opt/usher/1.0.0/usher init >/dev/null')
})
afterAll(async () => {
  variants.remove()
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
    await variants.lay(systemd, '2.0.0', { migrates: true })
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
    await variants.lay(systemd, version, flaw)
    const before = await schema()
    const result = await switchTo(version, '--within', '5')
    expect(result).toMatchObject({ ok: false, stayed: false })
    expect(!result.ok && result.message).toContain(why)
    await expectFirstInUse()
    expect(await schema()).toBe(before)
  })
})

test('a new version that has no room for the copy of the database leaves it as it is, and is switched back', async () => {
  await startWithFirst()
  await variants.lay(systemd, '3.1.0', { migrates: true })
  const before = await schema()
  await shell(`systemctl stop usher-worker; cp -a /var/lib/usher /tmp/state
    mount -t tmpfs -o size=8m,mode=711 tmpfs /var/lib/usher; cp -a /tmp/state/. /var/lib/usher/; systemctl start usher-worker
    free=$(df --output=avail --block-size=1024 /var/lib/usher | tail -n 1)
    head -c $(( (free - 120) * 1024 )) /dev/zero >/var/lib/usher/fill`)
  try {
    const result = await switchTo('3.1.0')
    expect(result).toMatchObject({ ok: false, stayed: false })
    expect(!result.ok && result.message).toContain('the copy that is made before it')
    expect(await schema()).toBe(before)
    expect(await shell('ls /var/lib/usher | grep -c before- || true')).toBe('0')
    await expectFirstInUse()
  } finally {
    await shell('systemctl stop usher-worker; umount /var/lib/usher')
  }
})

describe('a new version that fails after something was accepted', () => {
  const broken = '4.0.0'
  let known: string

  beforeAll(async () => {
    await startWithFirst()
    await variants.lay(systemd, broken, { migrates: true, isNeverReady: true })
    known = await schema()
  })

  test('stays, because the older one cannot read the database, and says what can be done', async () => {
    const switching = switchTo(broken, '--within', '12')
    const serves = async () => ((await runningVersion()) === broken ? shell('ls /run/usher || true') : '')
    await expect.poll(serves, { timeout: 11_000, interval: 50 }).toContain('admin.sock')
    await shell(`/opt/usher/${broken}/usher adduser ${flagsOf('grace', 43)} --approve`)
    const result = await switching
    expect(result).toMatchObject({ ok: false, stayed: true })
    const text = result.ok ? '' : result.message
    expect(text).toContain(
      'staying on version 4.0.0, because version 1.0.0 cannot read the database any more',
    )
    expect(text).toContain('/opt/usher/1.0.0/usher install --switch 1.0.0 --give-up-newer')
    expect(await inUse()).toBe(broken)
    expect(await leftovers()).toBe('0')
  })

  test('is left by hand only when what was accepted is given up, and then it is kept aside', async () => {
    const refused = await switchTo('1.0.0')
    expect(refused).toMatchObject({ ok: false, stayed: false })
    expect(!refused.ok && refused.message).toContain('does not know what was accepted')
    expect(await inUse()).toBe(broken)
    await shell('systemctl stop usher-worker')
    expect(await switchTo('1.0.0', '--give-up-newer', '--start')).toMatchObject({ ok: true, from: broken })
    await expectFirstInUse()
    expect(await schema()).toBe(known)
    expect(await shell(`ls /var/lib/usher | grep -c 'usher.db.aside-'`)).toBe('1')
    expect(await shell('/opt/usher/1.0.0/usher requests --json')).not.toContain('grace')
  })

  test('an older worker refuses a database of a newer one, with what to do', async () => {
    await shell(`cp /var/lib/usher/usher.db.aside-* /tmp/newer.db; systemctl stop usher-worker
      cp /var/lib/usher/usher.db /tmp/ours.db; cp /tmp/newer.db /var/lib/usher/usher.db`)
    const { status, stderr } = await systemd.run(['/opt/usher/1.0.0/usher', 'worker'])
    expect(status).toBe(1)
    expect(stderr).toContain('a newer version of usher has used it')
    await shell('cp /tmp/ours.db /var/lib/usher/usher.db; systemctl start usher-worker')
  })
})

test('a run that is under way converges after the switch', async () => {
  await startWithFirst()
  await variants.lay(systemd, '5.0.0', { migrates: true })
  await shell(
    'cp /etc/usher/config.yaml /tmp/config.yaml; printf \'smoke: { agent_command: [sleep, "3"] }\\n\' >>/etc/usher/config.yaml; systemctl restart usher-worker',
  )
  await shell(`/opt/usher/1.0.0/usher adduser ${flagsOf('ada', 42)} --approve`)
  await expect.poll(runState, { timeout: 10_000, interval: 50 }).toBe('running')
  expect(await switchTo('5.0.0', '--within', '30')).toMatchObject({ ok: true, from: '1.0.0' })
  await expect.poll(runState, { timeout: 40_000, interval: 300 }).toBe('succeeded')
  expect(await shell('id -un ada; grep -c "os_user: ada" /etc/usher/users.yaml')).toBe('ada\n1')
  await shell('cp /tmp/config.yaml /etc/usher/config.yaml')
})

describe('a switch that is killed', () => {
  const points = Array.from({ length: 40 }, (_, index) => index + 1)

  test('before each of its programs leaves a host that runs, and the next one comes to its end', async () => {
    await variants.lay(systemd, '6.0.0', { migrates: true })
    let ended = 0
    for (const point of points) {
      await startWithFirst()
      const { stdout } = await systemd.run([node, driver, '6.0.0', '--die-before', String(point)])
      if (stdout !== '') break
      ended = point
      await expect.poll(() => property('ActiveState'), { timeout: 15_000 }).toBe('active')
      expect(['1.0.0', '6.0.0']).toContain(await runningVersion())
      expect(await switchTo('6.0.0'), `killed before program ${point}`).toMatchObject({ ok: true })
      expect([await inUse(), await runningVersion(), await unitOf(), await leftovers()]).toEqual([
        '6.0.0',
        '6.0.0',
        '6.0.0',
        '0',
      ])
    }
    expect(ended).toBeGreaterThan(6)
  }, 600_000)

  test('on its way back from a version that fails is finished by the next one', async () => {
    await variants.lay(systemd, '6.0.1', { migrates: true, endsAfterMigration: true })
    let ended = 0
    // What comes before its restart is the same for every version.
    for (const point of points.filter((point) => point > 8 && point % 2 === 0)) {
      await startWithFirst()
      const { stdout } = await systemd.run([node, driver, '6.0.1', '--die-before', String(point)])
      if (stdout !== '') break
      ended = point
      expect(await switchTo('1.0.0'), `killed before program ${point}`).toMatchObject({ ok: true })
      await expectFirstInUse()
    }
    expect(ended).toBeGreaterThan(10)
  }, 600_000)
})
