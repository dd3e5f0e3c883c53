import { expect, test } from 'vitest'
import { bootSystemd } from '../support/systemd-sandbox/systemd-sandbox.ts'
import type { Seen } from './inside/programs.ts'
import { runInside } from './support/run-inside.ts'

test('programs of a person run in units of their own, outside our sandbox, and end with all they started', async () => {
  await using systemd = await bootSystemd()
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
