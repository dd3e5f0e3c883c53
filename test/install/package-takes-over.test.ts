import { afterAll, beforeAll, expect, test } from 'vitest'
import { stagedImage } from '../support/staged.ts'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'
import { createVariants, type Variants } from './support/variants.ts'

let systemd: SystemdSandbox
let variants: Variants
let deb: string
let staged: string

const run = (script: string) => systemd.run(['/bin/sh', '-euc', script])
const shell = async (script: string) => {
  const { status, stdout, stderr } = await run(script)
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}\n${stderr}`)
  return stdout.trim()
}
const script = (name: string, ...words: string[]) =>
  shell(`/var/lib/dpkg/info/usher.${name} ${words.join(' ')} </dev/null`)
const isActive = () => shell('systemctl is-active usher-worker || true')

beforeAll(async () => {
  variants = createVariants()
  deb = await variants.deb('8.0.0')
  const { rootInSandbox, version } = await stagedImage()
  staged = `${rootInSandbox}/opt/usher/${version}`
  systemd = await bootSystemd()
})
afterAll(async () => {
  await systemd.stop()
  variants.remove()
})

test('the package takes over what usher install made, while it runs, and asks nothing about an edited config', async () => {
  await shell(
    `${staged}/usher install >/dev/null; systemctl start usher-worker; sed -i '1i# edited by hand' /etc/usher/config.yaml`,
  )
  await shell(`DEBIAN_FRONTEND=noninteractive dpkg --install ${deb} </dev/null`)
  expect(await shell('readlink /opt/usher/current; head -n 1 /etc/usher/config.yaml')).toBe(
    '8.0.0\n# edited by hand',
  )
  expect(await shell('sed -n \'s/^  "by": "\\(.*\\)",/\\1/p\' /opt/usher/installed.json')).toBe('package')
  expect(await shell('readlink /proc/$(systemctl show --value --property=MainPID usher-worker)/exe')).toBe(
    '/opt/usher/8.0.0/bin/node',
  )
  expect(await shell('ls /etc/usher')).not.toContain('usher-kept')
})

test('what dpkg calls when something else fails leaves it as it was, also when it is called twice', async () => {
  for (const round of [1, 2]) {
    await script('prerm', 'upgrade', '9.0.0')
    await script('preinst', 'upgrade', '8.0.0', '9.0.0')
    await script('postrm', 'abort-upgrade', '8.0.0')
    await script('postinst', 'abort-upgrade', '9.0.0')
    expect(await isActive(), `round ${round}`).toBe('active')
    await script('prerm', 'deconfigure', 'in-favour', 'other', '1.0')
    expect(await isActive(), `round ${round}`).toBe('inactive')
    await script('postinst', 'abort-deconfigure', 'in-favour', 'other', '1.0')
    expect(await isActive(), `round ${round}`).toBe('active')
  }
  expect((await run('/var/lib/dpkg/info/usher.postinst nonsense')).status).toBe(1)
})

test('a purge takes away what both have made, but for data', async () => {
  await shell('DEBIAN_FRONTEND=noninteractive dpkg --purge usher </dev/null')
  expect(
    await shell(
      'ls -d /opt/usher /etc/usher /usr/bin/usher /usr/lib/systemd/system/usher-* 2>/dev/null || true',
    ),
  ).toBe('')
  expect(await shell('getent passwd usher usher-witness || true')).toBe('')
  expect(await shell('ls /var/lib/usher/usher.db')).toBe('/var/lib/usher/usher.db')
})
