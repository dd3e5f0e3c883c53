import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../src/setup/finding.ts'
import { stagedImage } from '../support/staged.ts'
import { bootSystemd, type SystemdSandbox } from '../support/systemd-sandbox/systemd-sandbox.ts'

let systemd: SystemdSandbox

beforeAll(async () => {
  const { rootInSandbox, version } = await stagedImage()
  systemd = await bootSystemd()
  await shell(`${rootInSandbox}/opt/usher/${version}/usher install --now`)
}, 300_000)
afterAll(async () => systemd?.stop())
afterEach(async () => {
  await shell(`rm -rf /etc/systemd/system/usher-*.service /etc/systemd/system/usher-*.service.d /tmp/aside
    for unit in worker bot witness; do
      rm -f /etc/systemd/system/usher-$unit.service.aside
      cp /opt/usher/current/system/usr/lib/systemd/system/usher-$unit.service /usr/lib/systemd/system/
    done
    systemctl daemon-reload; systemctl unmask usher-worker usher-bot; systemctl enable usher-worker usher-bot usher-witness
    systemctl reset-failed; systemctl start usher-worker`)
})

const shell = async (script: string) => {
  const { status, stdout, stderr } = await systemd.run(['/bin/sh', '-euc', script])
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}\n${stderr}`)
  return stdout.trim()
}
const doctor = async () => {
  const { stdout, stderr } = await systemd.run(['/usr/bin/usher', 'doctor', '--json'])
  expect(stderr).toBe('')
  return (JSON.parse(stdout) as { findings: Finding[] }).findings
}
const worst = (findings: Finding[]) => findings.filter(({ severity }) => severity === 'problem')

describe('usher doctor on an installed system', () => {
  test('misses nothing but the token, and knows that the bot waits for it', async () => {
    const findings = await doctor()
    expect(worst(findings).map(({ code }) => code)).toEqual(['token.missing'])
    expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual(
      expect.arrayContaining([
        'unit.ok usher-worker.service',
        'unit.waits-for-token usher-bot.service',
        'worker.ok worker',
      ]),
    )
    expect(findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['mode.system', 'code.ok', 'peer.ok']),
    )
  })

  /** What somebody does, which code says so, and whether the printed command mends it. */
  const damages: [string, string, string, RegExp, 'mends' | 'says'][] = [
    ['a stopped worker', 'systemctl stop usher-worker', 'unit.inactive', /usher-worker/, 'mends'],
    [
      'a unit that is not started with the machine',
      'systemctl disable usher-bot',
      'unit.disabled',
      /usher-bot/,
      'mends',
    ],
    ['a masked unit', 'systemctl mask --now usher-worker', 'unit.masked', /usher-worker/, 'mends'],
    [
      'a unit that was edited',
      'echo "# mine" >>/usr/lib/systemd/system/usher-bot.service; systemctl daemon-reload',
      'unit.changed',
      /usher-bot/,
      'mends',
    ],
    [
      'a unit that stands before ours',
      'cp /usr/lib/systemd/system/usher-worker.service /etc/systemd/system/; systemctl daemon-reload',
      'unit.overridden',
      /usher-worker/,
      'mends',
    ],
    [
      'a drop-in of somebody',
      'mkdir -p /etc/systemd/system/usher-worker.service.d; printf "[Service]\\nNice=1\\n" >/etc/systemd/system/usher-worker.service.d/mine.conf; systemctl daemon-reload',
      'unit.drop-in',
      /usher-worker/,
      'says',
    ],
    [
      'a unit that systemd has not read again',
      'sleep 1; touch /usr/lib/systemd/system/usher-bot.service',
      'unit.reload',
      /usher-bot/,
      'mends',
    ],
    [
      'a unit of another account',
      'mkdir -p /etc/systemd/system/usher-bot.service.d; printf "[Service]\\nUser=nobody\\n" >/etc/systemd/system/usher-bot.service.d/mine.conf; systemctl daemon-reload',
      'unit.user',
      /usher-bot/,
      'says',
    ],
    [
      'a worker that has given up',
      'cp /etc/usher/config.yaml /tmp/aside; echo "nonsense: 1" >>/etc/usher/config.yaml; systemctl restart usher-worker || true; sleep 2; cp /tmp/aside /etc/usher/config.yaml',
      'unit.failed',
      /usher-worker/,
      'says',
    ],
  ]
  for (const [what, damage, code, subject, how] of damages) {
    test(`finds ${what}${how === 'mends' ? ', and its command mends it' : ''}`, {
      timeout: 60_000,
    }, async () => {
      await shell(damage)
      const findings = await doctor()
      const found = findings.find((finding) => finding.code === code && subject.test(finding.subject))
      expect(found, JSON.stringify(findings.filter(({ severity }) => severity !== 'ok'))).toBeDefined()
      if (how === 'says') return
      await systemd.run(['/bin/sh', '-c', found?.fix ?? ''])
      const after = (await doctor()).filter((one) => one.code === code && subject.test(one.subject))
      expect(after, found?.fix).toEqual([])
    })
  }

  test('finds a unit that was not told of the folders that the config names', {
    timeout: 60_000,
  }, async () => {
    await shell(`cp /etc/usher/config.yaml /tmp/aside; mkdir -p -m 0711 /srv/usher-data
      echo 'paths: { data: /srv/usher-data }' >>/etc/usher/config.yaml`)
    const about = async () => (await doctor()).filter(({ code }) => code === 'unit.paths')
    const found = await about()
    expect(found.map(({ subject }) => subject)).toContain('usher-worker.service')
    expect(found[0]?.what).toContain('/etc/systemd/system/usher-worker.service.d/50-paths.conf is missing')
    await shell(found[0]?.fix ?? 'false')
    expect(await about()).toEqual([])
    await shell('cp /tmp/aside /etc/usher/config.yaml; rm -r /srv/usher-data')
  })

  test('finds files of the program that are not as they were made', { timeout: 60_000 }, async () => {
    await shell(
      'cp -p /opt/usher/current/src/domain/role.js /tmp/role.js; echo "// mine" >>/opt/usher/current/src/domain/role.js',
    )
    const changed = (await doctor()).find(({ code }) => code === 'code.changed')
    await shell('cp -p /tmp/role.js /opt/usher/current/src/domain/role.js; rm /tmp/role.js')
    expect(changed).toMatchObject({
      severity: 'problem',
      what: expect.stringContaining('src/domain/role.js (changed)'),
    })
    expect((await doctor()).map(({ code }) => code)).toContain('code.ok')
  })

  test('refuses to run from an installation that others can write, and says which file', {
    timeout: 60_000,
  }, async () => {
    await shell('chmod o+w /opt/usher/current/src/domain/role.js')
    const findings = await doctor()
    expect(findings).toMatchObject([{ code: 'code.untrusted', subject: expect.stringMatching(/role\.js$/) }])
    await shell(findings[0]?.fix ?? 'false')
    expect((await doctor()).map(({ code }) => code)).toContain('code.ok')
  })

  test('asks the configured services, and says which is unknown or down', { timeout: 60_000 }, async () => {
    await shell(`printf '[Service]\\nExecStart=/bin/sleep infinity\\n' >/etc/systemd/system/agents.service; systemctl daemon-reload
      cp /etc/usher/config.yaml /tmp/aside
      echo 'services: [ { unit: agents.service, action: restart }, { unit: gone.service, action: restart } ]' >>/etc/usher/config.yaml`)
    const services = async () => (await doctor()).filter(({ code }) => code.startsWith('service.'))
    const found = await services()
    expect(found.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'service.unknown gone.service',
      'service.inactive agents.service',
    ])
    await shell(found[1]?.fix ?? 'false')
    expect((await services()).map(({ code }) => code)).toEqual(['service.unknown', 'service.ok'])
    await shell(
      'cp /tmp/aside /etc/usher/config.yaml; systemctl stop agents; rm /etc/systemd/system/agents.service',
    )
  })
})
