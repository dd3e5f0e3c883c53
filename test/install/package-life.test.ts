import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'
import { createVariants, type Variants } from './support/variants.ts'

let systemd: SystemdSandbox
let variants: Variants
const debs: Record<string, string> = {}

const run = (script: string) => systemd.run(['/bin/sh', '-euc', script])
const shell = async (script: string) => {
  const { status, stdout, stderr } = await run(script)
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}\n${stderr}`)
  return stdout.trim()
}
/** As a machine does that nobody watches: no terminal, no questions. */
const dpkg = (...words: string[]) => run(`DEBIAN_FRONTEND=noninteractive dpkg ${words.join(' ')} </dev/null`)
const install = async (version: string, ...options: string[]) => {
  const { status, stdout, stderr } = await dpkg(...options, '--install', debs[version] ?? '')
  if (status !== 0) throw new Error(`dpkg --install ${version} ended with ${status}:\n${stdout}\n${stderr}`)
  return stdout + stderr
}
const state = () =>
  shell("dpkg-query --show --showformat='$" + "{db:Status-Abbrev}' usher 2>/dev/null || true")
const inUse = () => shell('readlink /opt/usher/current')
const property = (name: string) => shell(`systemctl show --value --property=${name} usher-worker`)
const runningVersion = async () => {
  const pid = await property('MainPID')
  return pid === '0' ? null : shell(`readlink /proc/${pid}/exe | cut -d/ -f4`)
}
const unitOf = () => shell("sed -n '1s/# of version //p' /usr/lib/systemd/system/usher-worker.service")

/** Everything that there is, with owners, modes and contents; but what other programs note by themselves. */
const everything = () =>
  shell(`cd /; find etc usr opt var/lib home root -xdev \\( -path opt/usher-checkout -o -path var/lib/dpkg -o -path var/lib/systemd \\
      -o -path var/lib/apt -o -path 'etc/*-' -o -path 'etc/.pwd.lock' -o -path var/lib/usher -o -path root/.cache -o -path root/.npm -o -path var/lib/PackageKit \\) -prune -o -print0 \\
    | sort -z | xargs -0 stat --format '%n %U:%G %a %F' | sed 's/ regular empty file/ regular file/'
    find etc -type f ! -path 'etc/*-' -print0 | sort -z | xargs -0 sha256sum`)

beforeAll(async () => {
  variants = createVariants()
  debs['1.0.0'] = await variants.deb('1.0.0')
  debs['1.1.0'] = await variants.deb('1.1.0', { migrates: true, config: '# the config of a later package\n' })
  debs['1.2.0'] = await variants.deb('1.2.0', { migrates: true, endsAfterMigration: true })
  systemd = await bootSystemd()
})
afterAll(async () => {
  await systemd.stop()
  variants.remove()
})

describe('the package, one life after another', () => {
  let before: string

  test('installs with apt where nothing is, and enables its services without starting them', async () => {
    before = await everything()
    await shell(
      `DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ${debs['1.0.0']} </dev/null`,
    )
    expect(await state()).toBe('ii')
    expect(await inUse()).toBe('1.0.0')
    expect(await shell('systemctl is-enabled usher-worker usher-bot usher-witness')).toBe(
      'enabled\nenabled\nenabled',
    )
    expect(await property('ActiveState')).toBe('inactive')
    expect(await shell('usher --version; getent passwd usher usher-witness | wc -l')).toMatch(
      /1\.0\.0[\s\S]*2$/,
    )
    expect(await shell('dpkg --verify usher')).toBe('')
  })

  test('runs, and installing the same again changes nothing that runs', async () => {
    await shell('systemctl start usher-worker; usher status --json')
    const pid = await property('MainPID')
    await install('1.0.0')
    expect(await property('MainPID')).toBe(pid)
    expect(await runningVersion()).toBe('1.0.0')
  })

  test('is upgraded while it runs, and what the operator edited stays', async () => {
    await shell("sed -i '1i# edited by hand' /etc/usher/config.yaml")
    await install('1.1.0', '--force-confold')
    expect([await state(), await inUse(), await runningVersion(), await unitOf()]).toEqual([
      'ii',
      '1.1.0',
      '1.1.0',
      '1.1.0',
    ])
    expect(await shell('head -n 1 /etc/usher/config.yaml')).toBe('# edited by hand')
    expect(await shell('usher status --json')).toContain('"ready": true')
    // The version from before lies there whole.
    expect(await shell('/opt/usher/1.0.0/usher --version')).toContain('1.0.0')
  })

  test('a version that fails is switched back, dpkg knows that, and tries again when it is told to', async () => {
    const { status, stdout, stderr } = await dpkg('--force-confold', '--install', debs['1.2.0'] ?? '')
    expect(status).not.toBe(0)
    expect(stdout + stderr).toContain('version 1.1.0 is in use again and its services run')
    expect([await state(), await inUse(), await runningVersion(), await unitOf()]).toEqual([
      'iF',
      '1.1.0',
      '1.1.0',
      '1.1.0',
    ])
    expect((await dpkg('--force-confold', '--configure', 'usher')).status).not.toBe(0)
    expect(await runningVersion()).toBe('1.1.0')
  })

  test('goes back to an older version, which is told that the database is newer and gets its copy', async () => {
    await install('1.0.0', '--force-downgrade', '--force-confold')
    expect([await state(), await inUse(), await runningVersion(), await unitOf()]).toEqual([
      'ii',
      '1.0.0',
      '1.0.0',
      '1.0.0',
    ])
    expect(await shell('usher status --json')).toContain('"ready": true')
  })

  test('leaves what ran alone while dpkg takes the older version away', async () => {
    // Everything that a process may load later is there at any time: dpkg has nothing in the folder that it runs from.
    const files = await shell('dpkg --listfiles usher')
    expect(files).toContain('/opt/usher/package/src/launch.js')
    expect(files).not.toContain('/opt/usher/1.0.0')
  })

  test('switches by hand, too, and usher install keeps out of its way', async () => {
    expect(await shell('usher install --switch')).toContain('1.1.0')
    await shell('usher install --switch 1.1.0')
    expect([await inUse(), await runningVersion(), await unitOf()]).toEqual(['1.1.0', '1.1.0', '1.1.0'])
    await shell('usher install --switch 1.0.0')
    expect([await inUse(), await runningVersion(), await unitOf()]).toEqual(['1.0.0', '1.0.0', '1.0.0'])
    const { status, stderr } = await run('/opt/usher/1.0.0/usher install')
    expect([status, stderr]).toEqual([2, expect.stringContaining('apt')])
  })

  test('is removed: the program goes, config, roster and data stay', async () => {
    await shell('echo "# people" >>/etc/usher/users.yaml; echo token >/etc/usher/telegram-token')
    expect(await dpkg('--remove', 'usher')).toMatchObject({ status: 0 })
    expect(await state()).toBe('rc')
    expect(
      await shell('ls -d /usr/bin/usher /usr/lib/systemd/system/usher-* /opt/usher/1.* 2>/dev/null || true'),
    ).toBe('')
    expect(await shell('systemctl is-active usher-worker || true')).toBe('inactive')
    expect(
      await shell('head -n 1 /etc/usher/config.yaml; ls /var/lib/usher/usher.db /etc/usher/users.yaml'),
    ).toContain('# edited by hand')
  })

  test('comes back to what it left', async () => {
    await install('1.0.0')
    await shell('systemctl start usher-worker')
    expect(await shell('head -n 1 /etc/usher/config.yaml; usher status --json')).toContain('"ready": true')
  })

  test('is purged: the machine is as it was, but for data', async () => {
    expect(await dpkg('--purge', 'usher')).toMatchObject({ status: 0 })
    expect(await state()).toBe('')
    expect(await everything()).toBe(before)
    expect(await shell('ls /var/lib/usher/usher.db')).toBe('/var/lib/usher/usher.db')
  })
})
