import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootMachine, difference, type Machine } from './support/machine.ts'

let machine: Machine
/** The command of an image outside of /opt, which these tests mount things over. */
const staged = '/srv/image/usher'
beforeAll(async () => {
  machine = await bootMachine()
  const { image, shell } = machine
  await shell(`cp -r --preserve=mode ${image.rootInSandbox}/opt/usher/${image.version} /srv/image`)
})
afterAll(async () => machine?.systemd.stop())

/**
 * Prepares the machine, installs, and puts the machine back.
 *
 * @returns what it said, and what differs on the machine between before and after it
 */
async function installWith(prepare: string, putBack: string, command = `${staged} install`) {
  await machine.shell(prepare)
  const before = await machine.snapshot()
  const { status, stdout, stderr } = await machine.attempt(command)
  const differs = difference(before, await machine.snapshot())
  await machine.shell(putBack)
  return { status, stdout, stderr, differs }
}

/** The command, with an image of its own in /srv that the script may change. */
const ownImage = (script: string) =>
  `rm -rf /srv/own; cp -r --preserve=mode /srv/image /srv/own; cd /srv/own; ${script}`
const OWN = '/srv/own/usher install'

describe('usher install says clearly what stands in the way, and changes nothing, where', () => {
  test("the service account's name is a person's", async () => {
    const { status, stderr, differs } = await installWith('useradd -m usher', 'userdel -r usher 2>/dev/null')
    expect({ status, differs }).toEqual({ status: 2, differs: [] })
    expect(stderr).toContain('cannot run a service as "usher"')
    expect(stderr).toContain("it is a person's account")
  })

  test('the name is a system account that can log in, and a group of that name has people in it', async () => {
    const { status, stderr, differs } = await installWith(
      'useradd --system --shell /bin/sh usher-witness; useradd -M maria; groupadd usher; gpasswd -a maria usher >/dev/null',
      'userdel usher-witness; userdel maria; groupdel usher',
    )
    expect({ status, differs }).toEqual({ status: 2, differs: [] })
    expect(stderr).toContain('it can log in, its shell is /bin/sh')
    expect(stderr).toContain('a group of that name with maria in it')
  })

  test('another program listens on a socket of ours, or something else stands there', async () => {
    const node = `/opt/usher-checkout/node_modules/.bin/node`
    const { status, stderr, differs } = await installWith(
      `mkdir -p /run/usher; : >/run/usher/admin.sock; ${node} -e 'require("net").createServer().listen("/run/usher/worker.sock")' >/dev/null 2>&1 & echo $! >/run/listener
       for i in $(seq 200); do [ -S /run/usher/worker.sock ] && break; sleep 0.05; done`,
      'kill $(cat /run/listener); rm -r /run/usher /run/listener',
    )
    expect({ status, differs }).toEqual({ status: 2, differs: [] })
    expect(stderr).toContain('/run/usher/admin.sock: it is there and is no socket')
    expect(stderr).toMatch(/\/run\/usher\/worker.sock: process \d+ \(.*node.*\) does already/)
  })

  test('there is a unit of that name that is not ours, above ours or in its place, or it is masked', async () => {
    const { status, stderr, differs } = await installWith(
      `printf '[Service]\\nExecStart=/bin/true\\n' >/etc/systemd/system/usher-worker.service; systemctl mask --quiet usher-bot`,
      'rm /etc/systemd/system/usher-worker.service; systemctl unmask --quiet usher-bot',
    )
    expect({ status, differs }).toEqual({ status: 2, differs: [] })
    expect(stderr).toContain(
      "/etc/systemd/system/usher-worker.service is a unit of that name that is not Usher's",
    )
    expect(stderr).toContain('it is masked')
    const theirs = await installWith(
      'echo theirs >/usr/lib/systemd/system/usher-witness.service',
      'rm /usr/lib/systemd/system/usher-witness.service',
    )
    expect({ status: theirs.status, differs: theirs.differs }).toEqual({ status: 2, differs: [] })
    expect(theirs.stderr).toContain("usher-witness.service is there and is not Usher's")
  })

  test('/opt is read-only, or has not enough space', async () => {
    const readOnly = await installWith(
      'true',
      'true',
      `unshare -m bash -c 'mount --rbind /opt /opt && mount -o remount,bind,ro /opt && exec ${staged} install'`,
    )
    expect({ status: readOnly.status, differs: readOnly.differs }).toEqual({ status: 2, differs: [] })
    expect(readOnly.stderr).toContain('cannot write to /opt: its file system is read-only')
    const full = await machine.attempt(
      `unshare -m bash -c 'mount -t tmpfs -o size=60m,mode=755 tmpfs /opt && ${staged} install; code=$?; ls -A /opt; exit $code'`,
    )
    expect(full.status).toBe(2)
    expect(full.stderr).toMatch(/it needs \d+ MB there, and \d+ MB are free/)
    expect(full.stdout).toBe('')
  })

  test('systemd does not run', async () => {
    const { status, stderr, differs } = await installWith(
      'true',
      'true',
      `unshare -m bash -c 'mount -t tmpfs tmpfs /run/systemd && ${staged} install'`,
    )
    expect({ status, differs }).toEqual({ status: 2, differs: [] })
    expect(stderr).toContain('systemd is not running here')
  })

  test('the image is for another processor or a newer C library', async () => {
    const { status, stderr } = await installWith(
      ownImage(
        `sed -i 's/"arch": "[^"]*"/"arch": "riscv64"/; s/"glibc": "[^"]*"/"glibc": "9.99"/' manifest.json`,
      ),
      'rm -r /srv/own',
      OWN,
    )
    expect(status).toBe(2)
    expect(stderr).toContain('it is for riscv64')
    expect(stderr).toContain('it needs glibc 9.99 or later')
  })

  test('the image belongs to somebody else, or others can write to it', async () => {
    const theirs = await installWith(
      `${ownImage('true')}; useradd -M anna; chown -R anna: /srv/own`,
      'userdel anna; rm -r /srv/own',
      OWN,
    )
    expect(theirs.status).toBe(2)
    expect(theirs.stderr).toContain('belongs to anna')
    expect(theirs.stderr).toContain('--trust-owner anna')
    const open = await installWith(ownImage('chmod o+w src/main.js'), 'rm -r /srv/own', OWN)
    expect(open.status).toBe(2)
    expect(open.stderr).toMatch(/src\/main.js can be changed by others: everybody can write to it/)
    expect(open.differs).toEqual([])
  })

  test('it is installed as a package', async () => {
    const { status, stderr, differs } = await installWith(
      `cp /var/lib/dpkg/status /run/status; printf '\\nPackage: usher\\nStatus: install ok installed\\nMaintainer: x <x@example.org>\\nArchitecture: amd64\\nVersion: 1.0\\nDescription: x\\n' >>/var/lib/dpkg/status`,
      'cp /run/status /var/lib/dpkg/status',
    )
    expect({ status, differs }).toEqual({ status: 2, differs: [] })
    expect(stderr).toContain('cannot install beside the package "usher"')
  })

  test('the config that is there cannot be used', async () => {
    const { status, stderr, differs } = await installWith(
      'mkdir -m 755 /etc/usher; echo "colour: blue" >/etc/usher/config.yaml',
      'rm -r /etc/usher',
    )
    expect({ status, differs }).toEqual({ status: 2, differs: [] })
    expect(stderr).toContain('/etc/usher/config.yaml')
    expect(stderr).toContain('colour')
  })

  test('it is asked for as a JSON document', async () => {
    const { status, stdout, differs } = await installWith(
      'useradd -m usher',
      'userdel -r usher 2>/dev/null',
      `${staged} install --json`,
    )
    expect({ status, differs }).toEqual({ status: 2, differs: [] })
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: 'invalid', violations: [{ field: 'account usher', code: 'account_taken' }] },
    })
  })
})

describe('what was done until something failed is taken back, where', () => {
  test('the disk becomes full in the middle', async () => {
    const filled = await machine.attempt(
      `unshare -m bash -c 'mount -t tmpfs -o size=220m,mode=755 tmpfs /opt &&
        (for i in $(seq 3000); do [ -d /opt/usher/.[0-9]*.new ] && break; sleep 0.01; done; dd if=/dev/zero of=/opt/filling bs=1M 2>/dev/null) &
        ${staged} install; code=$?; wait; ls -A /opt; exit $code'`,
    )
    expect(filled.status).toBe(1)
    expect(filled.stderr).toContain('no space is left on the device; everything done so far was taken back')
    expect(filled.stdout.trim().split('\n').slice(-1)).toEqual(['filling'])
  })

  test('another file system becomes full, after the program and the accounts were made', async () => {
    const { status, stderr, differs } = await installWith(
      'mkdir -p /usr/share/doc/usher; mount -t tmpfs -o size=16k tmpfs /usr/share/doc/usher',
      'umount /usr/share/doc/usher; rmdir /usr/share/doc/usher',
    )
    expect({ status, differs }).toEqual({ status: 1, differs: [] })
    expect(stderr).toContain('/usr/share/doc/usher/')
    expect(stderr).toContain('no space is left on the device; everything done so far was taken back')
    expect(await machine.shell('getent passwd usher usher-witness || true')).toBe('')
  })

  test('a program of the distribution fails', async () => {
    const { status, stderr, differs } = await installWith(
      `mv /usr/bin/systemd-tmpfiles /usr/bin/systemd-tmpfiles.real; printf '#!/bin/sh\\necho "it is broken" >&2; exit 1\\n' >/usr/bin/systemd-tmpfiles; chmod 755 /usr/bin/systemd-tmpfiles`,
      'mv /usr/bin/systemd-tmpfiles.real /usr/bin/systemd-tmpfiles',
    )
    expect({ status, differs }).toEqual({ status: 1, differs: [] })
    expect(stderr).toContain('cannot make the folders: it is broken; everything done so far was taken back')
  })

  test.for([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('it is told to end by %s', async ([signal, expected]) => {
    const { status, stderr, differs } = await installWith(
      `mv /usr/bin/systemd-sysusers /usr/bin/systemd-sysusers.real; printf '#!/bin/sh\\n/usr/bin/systemd-sysusers.real "$@"\\nkill -s ${signal.slice(3)} $PPID\\n' >/usr/bin/systemd-sysusers; chmod 755 /usr/bin/systemd-sysusers`,
      'mv /usr/bin/systemd-sysusers.real /usr/bin/systemd-sysusers',
    )
    expect({ status, differs }).toEqual({ status: expected, differs: [] })
    expect(stderr).toContain('stopped before its end; everything done so far was taken back')
  })
})

describe('an installation that was killed', () => {
  /** Lets a program of the distribution kill whoever called it, before or after it has done its work. */
  const killing = (program: string, when: 'before' | 'after', operand: string) => `
    mv ${program} ${program}.real
    cat >${program} <<'END'
#!/bin/sh
case "$*" in *'${operand}'*) [ ${when} = before ] || ${program}.real "$@"; kill -KILL $PPID; exit 1 ;; esac
exec ${program}.real "$@"
END
    chmod 755 ${program}`
  const points = [
    ['/usr/bin/sync', 'before', ''],
    ['/usr/bin/systemd-sysusers', 'before', ''],
    ['/usr/bin/systemd-sysusers', 'after', ''],
    ['/usr/bin/systemd-tmpfiles', 'after', ''],
    ['/usr/bin/systemctl', 'before', 'daemon-reload'],
    ['/usr/bin/systemctl', 'after', 'enable --quiet -- usher-bot'],
  ] as const

  test.for(points)(
    'by %s, %s it did its work %s, is taken back without a trace',
    async ([program, when, operand]) => {
      const { shell, attempt } = machine
      const before = await machine.snapshot()
      await shell(killing(program, when, operand))
      expect((await attempt(`${staged} install`)).status).toBe(137)
      await shell(`mv ${program}.real ${program}; ls /opt/usher/installing.json`)
      expect(await shell(`${staged} install --dry-run`)).toContain('half-finished installation')
      const text = await shell(`${staged} install --purge`)
      expect(text).toContain('half-finished installation')
      expect(difference(before, await machine.snapshot())).toEqual([])
    },
  )

  test('is taken back, and the next one goes on to its end', async () => {
    const { shell, attempt } = machine
    const before = await machine.snapshot()
    await shell(killing('/usr/bin/systemctl', 'after', 'enable --quiet -- usher-bot'))
    expect((await attempt(`${staged} install`)).status).toBe(137)
    await shell('mv /usr/bin/systemctl.real /usr/bin/systemctl')
    const text = await shell(`${staged} install --now`)
    expect(text).toMatch(/half-finished installation of .* taken back/)
    expect(
      await shell('systemctl is-active usher-worker; ls /opt/usher/installing.json 2>&1 || true'),
    ).toContain('active\nls: cannot access')
    await shell('usher install --purge --purge-data')
    expect(difference(before, await machine.snapshot())).toEqual([])
  })
})
