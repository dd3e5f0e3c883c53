import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { debFile, type Package } from '../support/staged.ts'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'

let systemd: SystemdSandbox
let made: Package
beforeAll(async () => {
  made = await debFile()
  systemd = await bootSystemd()
  // What is left is what the package brings: no Node, no npm, no checkout.
  await shell(`cp ${made.fileInSandbox} /srv/usher.deb; umount -l /opt/usher-checkout
    rm -rf /var/cache/usher /usr/lib/node_modules /usr/share/nodejs /usr/share/npm /usr/include/node
    for name in node nodejs npm npx corepack; do rm -f /usr/bin/$name /usr/local/bin/$name /usr/sbin/$name; done`)
})
afterAll(async () => systemd?.stop())

const shell = async (script: string) => {
  const { status, stdout, stderr } = await systemd.run(['/bin/sh', '-euc', `cd /; ${script}`])
  expect(status, `${script}\n${stdout}\n${stderr}`).toBe(0)
  return stdout.trim()
}

/** One story on one machine: each chapter goes on where the last one ended. */
describe('the package on a machine that has neither Node nor npm', () => {
  test('installs, and needs nothing from a network', async () => {
    expect(await shell('command -v node nodejs npm npx || true; ls -A /opt/usher-checkout')).toBe('')
    await shell(
      'DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends /srv/usher.deb </dev/null',
    )
    const status = await shell('dpkg --status usher')
    expect(status).toContain('Status: install ok installed\n')
    expect(status).toContain(`Version: ${made.version}\n`)
    expect(await shell('dpkg --verify usher')).toBe('')
  })

  test('gives a command that everybody can call', async () => {
    for (const uid of [0, 33, 4242]) {
      const as = `setpriv --reuid=${uid} --regid=${uid} --clear-groups env -i HOME=/nonexistent PATH=/usr/bin:/bin`
      expect(await shell(`${as} usher --version`)).toBe(made.version)
    }
    expect(await shell('man --where usher')).toBe('/usr/share/man/man8/usher.8.gz')
  })

  test('starts a worker whose code and config nobody else can write, says doctor', async () => {
    await shell('systemctl start usher-worker.service')
    const { stdout } = await systemd.run(['usher', 'doctor', '--json'])
    const { findings } = JSON.parse(stdout) as {
      findings: { code: string; severity: string; what: string }[]
    }
    // What is still missing is the operator's to give.
    expect(findings.filter(({ severity }) => severity === 'problem')).toMatchObject([
      { code: 'token.missing' },
    ])
    expect(findings).toContainEqual(
      expect.objectContaining({ code: 'worker.ok', what: expect.stringContaining(made.version) }),
    )
    expect(await shell('usher status')).toContain(made.version)
  })

  test('runs on its own Node, with its own compiled code', async () => {
    const pid = await shell('systemctl show --value --property=MainPID usher-worker.service')
    const tree = `/opt/usher/${made.version}`
    expect(await shell(`readlink /proc/${pid}/exe`)).toBe(`${tree}/bin/node`)
    expect(
      await shell(`find ${tree} -newer /srv/usher.deb -type f; ls -d /var/cache/usher 2>/dev/null || true`),
    ).toBe('')
  })

  test('is not steered by the environment of who calls it as root', async () => {
    await shell('echo "process.exit(7)" >/srv/evil.cjs')
    const steered =
      'NODE_OPTIONS="--require /srv/evil.cjs" NODE_PATH=/srv NODE_EXTRA_CA_CERTS=/srv/x PATH=/srv'
    expect(await shell(`env ${steered} /usr/bin/usher --version`)).toBe(made.version)
  })

  test('goes again', async () => {
    await shell('DEBIAN_FRONTEND=noninteractive apt-get purge --yes usher </dev/null')
    expect(
      await shell(
        'ls -d /usr/bin/usher /opt/usher/current /lib/systemd/system/usher-worker.service 2>/dev/null || true',
      ),
    ).toBe('')
  })
})
