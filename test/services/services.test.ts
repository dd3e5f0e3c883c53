import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'
import type { Seen } from './inside/services.ts'
import { runInside } from './support/run-inside.ts'

let systemd: SystemdSandbox
beforeAll(async () => {
  systemd = await bootSystemd()
})
afterAll(async () => {
  await systemd.stop()
})

const shell = (script: string, ...operands: string[]) =>
  systemd.run(['/bin/sh', '-euc', script, 'sh', ...operands])

/** Installs `NAME.service`; each of its starts adds a line to /var/lib/NAME.starts. */
async function install(name: string, lines: string[]): Promise<void> {
  const text = `[Service]\nExecStartPre=/bin/sh -c 'date +%%s.%%N >>/var/lib/${name}.starts'\n${lines.join('\n')}\n`
  await systemd.run(['tee', `/etc/systemd/system/${name}.service`], text)
  expect((await shell('systemctl daemon-reload')).status).toBe(0)
}

async function starts(name: string): Promise<number[]> {
  const { stdout } = await shell('cat "/var/lib/$1.starts" 2>/dev/null || true', name)
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(Number)
}

const perform = (unit: string, action: string, count = 1) =>
  runInside<Seen>(systemd, 'services.ts', [], [unit, action, String(count)])

describe('a service', () => {
  test('is restarted and waited for', async () => {
    await install('plain', ['ExecStart=/bin/sleep infinity'])
    await shell('systemctl start plain')
    const { outcomes, active, available } = await perform('plain.service', 'restart')
    expect(available).toBe(true)
    expect(outcomes).toEqual([{ ok: true, durationMs: expect.any(Number) }])
    expect(active).toBe(true)
    expect(await starts('plain')).toHaveLength(2)
  })

  test('is restarted at most three times for twenty who ask at once', async () => {
    await install('asked', ['ExecStart=/bin/sleep infinity'])
    const { outcomes } = await perform('asked.service', 'restart', 20)
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(20)
    const seen = await starts('asked')
    expect(seen.length).toBeGreaterThanOrEqual(1)
    expect(seen.length).toBeLessThanOrEqual(3)
  })

  test('whose start limit was hit is reset once and started', async () => {
    await install('limited', ['ExecStart=/bin/sleep infinity'])
    await shell('for i in 1 2 3 4 5 6; do systemctl restart limited 2>/dev/null || true; done')
    expect((await shell('systemctl is-active limited || true')).stdout).toBe('failed\n')
    const { outcomes, active } = await perform('limited.service', 'restart')
    expect(outcomes).toMatchObject([{ ok: true }])
    expect(active).toBe(true)
  })

  test('that systemd starts again and again, until its start limit, is not active', async () => {
    await install('hopeless', ['ExecStart=/bin/false', 'Restart=always', 'RestartSec=10ms'])
    for (const _ of ['before its start limit was hit', 'after it']) {
      const { outcomes, active } = await perform('hopeless.service', 'restart')
      expect(outcomes).toMatchObject([
        { ok: false, failure: { code: 'service_not_active', params: { unit: 'hopeless.service' } } },
      ])
      expect(active).toBe(false)
    }
  })

  test('that never becomes active is reported with its state and what it said last', async () => {
    await install('broken', ['ExecStart=/bin/sh -c "echo the reason why >&2; exit 3"'])
    const { outcomes, active } = await perform('broken.service', 'restart')
    expect(outcomes).toMatchObject([
      {
        ok: false,
        failure: {
          code: 'service_not_active',
          params: { unit: 'broken.service', state: 'failed (failed, exit-code)' },
          detail: expect.stringContaining('the reason why'),
        },
      },
    ])
    expect(active).toBe(false)
  })

  test('that says it is ready and then dies is not active', async () => {
    await install('brief', ['ExecStart=/bin/sh -c "sleep 0.1; exit 1"'])
    expect((await perform('brief.service', 'restart')).outcomes).toMatchObject([
      { ok: false, failure: { code: 'service_not_active' } },
    ])
  })

  test('of which no unit exists is named', async () => {
    const { outcomes } = await perform('nowhere.service', 'restart')
    expect(outcomes).toMatchObject([
      {
        ok: false,
        failure: { code: 'service_not_active', params: { unit: 'nowhere.service', state: 'not-found' } },
      },
    ])
  })

  test('of one shot has done its work when its start returned', async () => {
    await install('shot', ['Type=oneshot', 'ExecStart=/bin/true'])
    const { outcomes, active } = await perform('shot.service', 'restart')
    expect(outcomes).toMatchObject([{ ok: true }])
    expect(active).toBe(true)
  })

  test('is reloaded without a new process', async () => {
    await install('loaded', [
      'ExecStart=/bin/sleep infinity',
      'ExecReload=/bin/sh -c "echo >>/var/lib/reloads"',
    ])
    await shell('systemctl start loaded')
    const { outcomes } = await perform('loaded.service', 'reload')
    expect(outcomes).toMatchObject([{ ok: true }])
    expect(await starts('loaded')).toHaveLength(1)
    expect((await shell('wc -l </var/lib/reloads')).stdout).toBe('1\n')
  })

  test('that one only is to be reminded of is left alone', async () => {
    await install('left', ['ExecStart=/bin/sleep infinity'])
    expect((await perform('left.service', 'remind')).outcomes).toEqual([{ ok: true, durationMs: 0 }])
    expect(await starts('left')).toEqual([])
  })
})
