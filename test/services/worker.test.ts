import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'

let systemd: SystemdSandbox
const usher = `${checkoutInSandbox}/usher`

const shell = async (script: string) => {
  const { status, stdout, stderr } = await systemd.run(['/bin/sh', '-euc', script])
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr}`)
  return stdout.trim()
}
const property = (name: string) => shell(`systemctl show --value --property=${name} usher`)

beforeAll(async () => {
  systemd = await bootSystemd()
  const unit = `[Service]
Type=notify
NotifyAccess=main
ExecStart=${usher} worker
Environment=USHER_LOG_LEVEL=debug
WatchdogSec=3
Restart=on-failure
RestartSec=0
`
  await systemd.run(['tee', '/etc/systemd/system/usher.service'], unit)
  await shell(`${usher} init >/dev/null; systemctl daemon-reload`)
})
afterAll(async () => {
  await systemd.stop()
})

describe('the worker as a unit of Type=notify with a watchdog', () => {
  test('has started once it serves, and says how it is', async () => {
    await shell('systemctl start usher')
    // The start job waits for READY=1, so whoever is told that it runs can speak to it.
    expect(await shell(`${usher} status --json`)).toContain('"ready": true')
    expect(await property('StatusText')).toBe('ready: 0 running, 0 waiting')
    expect(await property('ActiveState')).toBe('active')
  })

  test('gives the journal each line with its priority, and as the JSON that it is', async () => {
    const lines = async (flags: string) =>
      (await shell(`journalctl --unit usher --output cat ${flags}`)).split('\n').filter((line) => line !== '')
    const all = await lines('')
    const ours = all
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { level: number })
    const levels = (priority: string) =>
      lines(`--priority ${priority}`).then((some) =>
        some
          .filter((line) => line.startsWith('{'))
          .map((line) => (JSON.parse(line) as { level: number }).level),
      )
    expect(ours.filter(({ level }) => level === 20).length).toBeGreaterThan(0)
    expect(all.filter((line) => line.startsWith('<'))).toEqual([])
    expect(new Set(await levels('info'))).toEqual(new Set([30]))
    expect(await levels('err')).toEqual([])
  })

  test('stays as long as it gives signs of life, over several times of the watchdog', async () => {
    const pid = await property('MainPID')
    await shell('sleep 4')
    expect(await property('MainPID')).toBe(pid)
    expect(await property('NRestarts')).toBe('0')
  })

  test('is killed and started again when it hangs', async () => {
    const pid = await property('MainPID')
    await shell(`kill -STOP ${pid}`)
    await expect.poll(() => property('NRestarts'), { timeout: 15_000, interval: 300 }).toBe('1')
    await expect.poll(() => property('ActiveState'), { timeout: 15_000, interval: 300 }).toBe('active')
    expect(await property('MainPID')).not.toBe(pid)
    expect(await property('Result')).toBe('success')
    expect(await shell(`${usher} status --json`)).toContain('"ready": true')
  })

  test('stops cleanly when it is told to, and says so', async () => {
    await shell('systemctl stop usher')
    expect(await property('Result')).toBe('success')
    expect(await shell('journalctl --unit usher --output cat | grep -c \'"msg":"stopped"\'')).toBe('1')
  })
})
