import { expect, test } from 'vitest'
import { withSystemd } from '../support/systemd-sandbox/systemd-sandbox.ts'
import type { Seen as SeenAtEnd } from './inside/ending.ts'
import type { Seen } from './inside/programs.ts'
import { runInside } from './support/run-inside.ts'

test('programs of a person run in units of their own, outside our sandbox, and end with all they started', async () => {
  await withSystemd(async (systemd) => {
    const made = await systemd.run([
      ...(['/bin/sh', '-euc'] as const),
      'useradd -m --uid 4301 maria; useradd -m kai; usermod --expiredate 1 --lock maria',
    ])
    expect(made.status).toBe(0)
    // As a hardened unit of ours would be: what is hidden from it is there for the person.
    const hardened = [
      '-p',
      'ProtectHome=yes',
      '-p',
      'ProtectSystem=strict',
      '-p',
      'RestrictAddressFamilies=AF_UNIX',
    ]
    const seen = await runInside<Seen>(systemd, 'programs.ts', hardened)

    expect(seen.containment).toBe('transient-unit')
    expect(seen.identity).toMatchObject({ ok: true, stdout: '4301\n4301\n4301\n0077\n/\n0\ngiven' })
    expect(seen.home).toMatchObject({ ok: true, stdout: 'x\nNoNewPrivs:\t1\n' })
    expect(seen.arguments.got).toBe(seen.arguments.given)
    // systemd adds its own; nothing of ours is among them.
    const ours = seen.environment.filter(
      (line) => !/^(INVOCATION_ID|SYSTEMD_EXEC_PID|JOURNAL_STREAM)=/.test(line),
    )
    expect(ours).toEqual([
      'HOME=/home/maria',
      'LANG=C.UTF-8',
      'LOGNAME=maria',
      'PATH=/opt/bin:/bin',
      'SHELL=/bin/bash',
      'USER=maria',
    ])
    expect(seen.status).toMatchObject({
      ok: false,
      status: 7,
      failure: { code: 'program_failed', detail: 'no' },
    })
    expect(seen.ended).toEqual({ ok: true, left: 0 })
    expect(seen.slow).toMatchObject({ result: { ok: false, failure: { code: 'timed_out' } }, left: 0 })
    expect(seen.slow.result.durationMs).toBeLessThan(2_000)
    for (const { code, left } of seen.aborted) expect([code, left]).toEqual(['interrupted', 0])
    expect(seen.via).toMatchObject({ ok: true, stdout: 'kai\n' })
    expect(seen.medianMs).toBeLessThan(200)
    const units = await systemd.run(['systemctl', 'list-units', '--all', '--no-legend', 'usher-person-*'])
    expect(units.stdout).toBe('')
  })
})

test('the user manager of an account, its services and its sessions end with its processes', async () => {
  await withSystemd(async (systemd) => {
    const script = `
      useradd -m --uid 4301 maria
      mkdir -p /var/lib/systemd/linger; : >/var/lib/systemd/linger/maria
      mkdir -p /run/user/4301; chown maria:maria /run/user/4301; chmod 700 /run/user/4301
      systemd-run --quiet --unit=manager --uid=maria --setenv=XDG_RUNTIME_DIR=/run/user/4301 -p Delegate=yes /lib/systemd/systemd --user
      systemd-run --quiet --slice=user-4301.slice --unit=session --uid=maria /bin/sleep infinity
      systemd-run --quiet --uid=maria --service-type=forking /bin/sh -c 'setsid sleep 97 &'
      for i in 1 2 3 4 5 6 7 8 9 10; do [ -S /run/user/4301/systemd/private ] && break; sleep 0.2; done
      ls -d /run/user/4301/systemd/private`
    const made = await systemd.run(['/bin/sh', '-euc', script])
    expect(made).toMatchObject({ status: 0, stdout: '/run/user/4301/systemd/private\n' })
    const seen = await runInside<SeenAtEnd>(systemd, 'ending.ts')
    expect(seen.leftovers).toEqual({ ok: true, removed: expect.anything(), left: [] })
    expect(seen.before).toBeGreaterThanOrEqual(3)
    expect(seen).toMatchObject({ left: [], after: 0, leftovers: { ok: true } })
    expect(seen.ms).toBeLessThan(10_000)
    const removed = await systemd.run([
      '/bin/sh',
      '-euc',
      'userdel -r maria 2>/dev/null; ls /run/user /var/lib/systemd/linger',
    ])
    expect(removed.stdout).not.toContain('maria')
    expect(removed.stdout).not.toContain('4301')
  })
})
