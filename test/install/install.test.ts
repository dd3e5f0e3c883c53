import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootMachine, difference, type Machine } from './support/machine.ts'

let machine: Machine
let before: string[]
beforeAll(async () => {
  machine = await bootMachine()
  before = await machine.snapshot()
})
afterAll(async () => machine?.systemd.stop())

/** Everything that a file system says of itself, times too. */
const metadata = () =>
  machine.shell(
    "find /etc /opt/usher /usr/bin /usr/lib/systemd /usr/lib/sysusers.d /usr/lib/tmpfiles.d /usr/share/doc/usher /var/lib/usher /var/lib/usher-bot /var/lib/usher-witness -printf '%p %y %U:%G %m %s %T@ %C@ %l\\n' | sort",
  )

describe('usher install, from a staged image', () => {
  test('prints each change in a dry run and makes none, on a file system that takes none', async () => {
    const { attempt, staged, image } = machine
    const readOnly = ['/', '/run', '/tmp'].map(
      (at) => `mount --bind ${at} ${at} && mount -o remount,bind,ro ${at}`,
    )
    const dry = await attempt(
      `unshare -m bash -c '${readOnly.join(' && ')} && ! touch /opt/x /run/x 2>/dev/null && exec ${staged} install --dry-run'`,
    )
    expect(dry.status).toBe(2)
    for (const folder of ['/opt', '/usr', '/etc', '/var/lib']) {
      expect(dry.stderr).toContain(`cannot write to ${folder}: its file system is read-only`)
    }
    const plan = await attempt(`${staged} install --dry-run`)
    expect(plan.status).toBe(0)
    expect(dry.stdout).toBe(plan.stdout.replace(/^Nothing was changed.*\n/m, ''))
    for (const part of [`/opt/usher/${image.version}`, 'account usher-witness', '/etc/usher/config.yaml']) {
      expect(plan.stdout).toMatch(new RegExp(`^would be +${part.replaceAll('+', '\\+')}`, 'm'))
    }
    expect(plan.stdout).not.toMatch(/^done /m)
    expect(difference(before, await machine.snapshot())).toEqual([])
  })

  test('is for root, and says how', async () => {
    const { attempt, staged } = machine
    const asNobody = await attempt(
      `setpriv --reuid=65534 --regid=65534 --clear-groups ${staged} install --now`,
    )
    expect(asNobody.status).toBe(3)
    expect(asNobody.stderr).toContain('run sudo usher install --now')
  })

  test('makes everything, enables the services and starts none', async () => {
    const { shell, staged, image } = machine
    const text = await shell(`${staged} install`)
    expect(text).toContain('sudo usher setup')
    expect(text).toContain('enabled, not started')
    expect((await shell('usher --version')).trim()).toBe(image.version)
    expect(await shell('systemctl is-enabled usher-worker usher-bot usher-witness')).toBe(
      'enabled\nenabled\nenabled\n',
    )
    expect(await shell('systemctl is-active usher-worker usher-bot usher-witness || true')).toBe(
      'inactive\ninactive\ninactive\n',
    )
    expect(await shell('find /opt/usher ! -uid 0 -o -type f -perm /022 -o -type d -perm /022')).toBe('')
    expect(await shell('getent passwd usher usher-witness | cut -d: -f6,7')).toBe(
      '/nonexistent:/usr/sbin/nologin\n/nonexistent:/usr/sbin/nologin\n',
    )
    expect(
      await shell(
        'stat -c "%n %U %a" /etc/usher /etc/usher/* /var/lib/usher /var/lib/usher/data /var/lib/usher-bot /var/lib/usher-witness',
      ),
    ).toBe(`/etc/usher root 755
/etc/usher/MEMORY.md.example root 644
/etc/usher/config.yaml root 644
/etc/usher/secrets.yaml root 600
/etc/usher/users.yaml root 600
/var/lib/usher root 711
/var/lib/usher/data root 711
/var/lib/usher-bot usher 700
/var/lib/usher-witness usher-witness 700
`)
  })

  test('leaves nothing for usher init to do', async () => {
    const { changes } = JSON.parse(await machine.shell('usher init --json'))
    expect(changes.filter(({ state }: { state: string }) => state !== 'already')).toEqual([])
    expect(changes.length).toBeGreaterThan(9)
  })

  test('changes nothing the second time, not even a time', async () => {
    const { shell, staged } = machine
    const first = await metadata()
    expect(await shell(`${staged} install`)).toContain('nothing to change')
    expect(JSON.parse(await shell('usher install --json'))).toMatchObject({
      ok: true,
      changed: false,
      started: [],
    })
    expect(await metadata()).toBe(first)
  })

  test('starts what can run with --now, and is ready', async () => {
    const { shell } = machine
    const now = JSON.parse(await shell('usher install --now --json'))
    expect(now).toMatchObject({ ok: true, started: ['usher-worker.service'] })
    expect(await shell('systemctl is-active usher-worker')).toBe('active\n')
    expect(await shell('usher status --json')).toContain('"ok": true')
    expect(await shell('systemctl --failed --no-legend')).toBe('')
    expect(await shell('usher install --now')).toMatch(/is installed: what ran before goes on running\.$/m)
  })

  test('keeps a unit disabled that the operator disabled', async () => {
    const { shell, staged } = machine
    await shell('systemctl disable --quiet usher-witness')
    await shell(`${staged} install`)
    expect(await shell('systemctl is-enabled usher-witness || true')).toBe('disabled\n')
  })

  test('puts an edited unit aside by name and never deletes it', async () => {
    const { shell, staged } = machine
    const unit = '/usr/lib/systemd/system/usher-bot.service'
    await shell(`echo '# mine' >>${unit}`)
    expect(await shell(`${staged} install`)).toContain(`${unit}.usher-saved`)
    expect(await shell(`tail -n 1 ${unit}.usher-saved`)).toBe('# mine\n')
    expect(await shell(`grep -c mine ${unit} || true`)).toBe('0\n')
    await shell(`rm ${unit}.usher-saved`)
  })
})

describe('usher install --uninstall', () => {
  test('is refused while a run is under way, and the services go on', async () => {
    const { shell, attempt } = machine
    const database = (sql: string) =>
      shell(
        `/opt/usher/current/bin/node -e 'const { DatabaseSync } = require("node:sqlite")
         new DatabaseSync("/var/lib/usher/usher.db", { enableForeignKeyConstraints: false }).exec(process.argv[1])' "${sql}" 2>/dev/null`,
      )
    await database(
      "insert into runs (id, request_id, revision, kind, state, digest, marker, os_user, telegram_id, queued_at) values (77, 1, 1, 'onboard', 'running', 'd', 'm', 'maria', 5, 0)",
    )
    const refused = await attempt('usher install --uninstall')
    expect(refused.status).toBe(4)
    expect(refused.stderr).toContain('run 77 is under way')
    expect(await shell('systemctl is-active usher-worker')).toBe('active\n')
    await database('delete from runs where id = 77')
  })

  test('keeps config, roster, data and accounts, names what is yours, and leaves no failed unit', async () => {
    const { shell, staged } = machine
    await shell(`echo '# mine' >>/etc/usher/config.yaml; echo x >/var/lib/usher/data/memory/kept
      mkdir -p /etc/systemd/system/usher-worker.service.d; echo '[Service]' >/etc/systemd/system/usher-worker.service.d/mine.conf
      echo own >/etc/usher/own-file; echo '# mine' >>/usr/lib/systemd/system/usher-witness.service`)
    const dry = await shell('usher install --uninstall --dry-run')
    expect(dry).toMatch(/^would be +\/opt\/usher\//m)
    expect(await shell('systemctl is-active usher-worker')).toBe('active\n')
    const text = await shell('usher install --uninstall')
    expect(text).toContain('/etc/systemd/system/usher-worker.service.d/mine.conf')
    expect(text).toContain('/usr/lib/systemd/system/usher-witness.service.usher-saved')
    expect(await shell('ls -A /opt/usher')).toBe('installed.json\n')
    expect(
      await shell('systemctl is-active usher-worker usher-bot || systemctl --failed --no-legend || true'),
    ).toBe('inactive\ninactive\n')
    expect(
      await shell('cat /var/lib/usher/data/memory/kept; tail -n 1 /etc/usher/config.yaml; ls /etc/usher'),
    ).toBe('x\n# mine\nMEMORY.md.example\nconfig.yaml\nown-file\nsecrets.yaml\nusers.yaml\n')
    expect(await shell('getent passwd usher >/dev/null && ls -d /var/lib/usher-bot')).toBe(
      '/var/lib/usher-bot\n',
    )
    expect(await shell('ls -d /run/usher /run/usher-install 2>/dev/null || true')).toBe('')
    // And it can be had back.
    await shell(`${staged} install --now`)
    expect(await shell('cat /var/lib/usher/data/memory/kept; tail -n 1 /etc/usher/config.yaml')).toBe(
      'x\n# mine\n',
    )
  })

  test('--purge leaves data; with --purge-data everything is as it was, but for what is yours', async () => {
    const { shell, staged } = machine
    const text = await shell('usher install --purge')
    expect(text).toContain('own-file in it is not Usher')
    expect(await shell('ls /var/lib/usher/data/memory; ls /etc/usher')).toBe('kept\nown-file\n')
    expect(await shell('getent passwd usher usher-witness || true')).toBe('')
    expect(await shell('ls -d /var/lib/usher-* 2>/dev/null || true')).toBe('')
    await shell(`${staged} install; usher install --purge --purge-data`)
    await shell(
      'rm /etc/usher/own-file; rmdir /etc/usher; rm -r /etc/systemd/system/usher-worker.service.d /usr/lib/systemd/system/*.usher-saved',
    )
    expect(difference(before, await machine.snapshot())).toEqual([])
  })

  test('has nothing to do where nothing is installed', async () => {
    const { shell, staged } = machine
    expect(await shell(`${staged} install --purge`)).toContain('not installed here')
    expect(difference(before, await machine.snapshot())).toEqual([])
  })
})

describe('a machine on which somebody was before', () => {
  test('has its roster, its people and its files as they were after a purge', async () => {
    const { shell, staged } = machine
    await shell(`useradd -m --uid 4301 maria; echo hers >/home/maria/file; mkdir -m 755 /etc/usher; umask 077
      printf 'users:\\n  - telegram_id: 5\\n    name: Maria\\n    os_user: maria\\n    role: user\\n' >/etc/usher/users.yaml`)
    const settled = await machine.snapshot()
    const text = await shell(`${staged} install --now`)
    expect(text).toContain('usher-worker.service')
    expect(await shell('usher users --json')).toContain('maria')
    await shell('usher install --purge --purge-data')
    expect(difference(settled, await machine.snapshot())).toEqual([])
  })

  test('has the people of a roster that Usher made in the data that stay', async () => {
    const { shell, staged } = machine
    await shell(`rm -r /etc/usher; ${staged} install`)
    await shell(
      `printf 'users:\\n  - telegram_id: 5\\n    name: Maria\\n    os_user: maria\\n    role: user\\n' >/etc/usher/users.yaml`,
    )
    expect(await shell('usher install --purge')).toContain('/var/lib/usher/users.yaml.kept')
    expect(await shell('cat /var/lib/usher/users.yaml.kept; ls -d /etc/usher 2>/dev/null || true')).toContain(
      'Maria',
    )
    expect(await shell('stat -c "%U" /home/maria; cat /home/maria/file')).toBe('maria\nhers\n')
  })

  test('has a drop-in for what its config names elsewhere, as long as it names it and Usher is there', async () => {
    const { shell, staged } = machine
    const dropIn = '/etc/systemd/system/usher-worker.service.d/50-paths.conf'
    await shell(
      `mkdir -p -m 755 /etc/usher; printf 'paths: { data: /srv/people }\n' >/etc/usher/config.yaml; ${staged} install`,
    )
    expect(
      await shell(`grep -c /srv/people ${dropIn}; systemctl show --value -p ReadWritePaths usher-worker`),
    ).toMatch(/^[1-9]\n.*\/srv\/people/)
    expect(await shell(`${staged} install`)).toContain('nothing to change')
    await shell(`printf 'paths: { data: /srv/folk }\n' >/etc/usher/config.yaml; ${staged} install`)
    expect(
      await shell(`grep -c /srv/folk ${dropIn}; ls -A /etc/systemd/system/usher-worker.service.d`),
    ).toMatch(/^[1-9]\n50-paths.conf\n$/)
    await shell('usher install --uninstall')
    expect(await shell('ls -d /etc/systemd/system/usher-* 2>/dev/null || true')).toBe('')
  })
})
