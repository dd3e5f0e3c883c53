import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkoutInSandbox } from '../support/sandbox/sandbox.ts'
import { API_PORT, BOT_TOKEN, bootUnitHost, startBotApi, type UnitHost } from './units/support/unit-host.ts'

const USHER = '/opt/usher/current/usher'
const NEWCOMER = 77

let host: UnitHost
const shell = (script: string) => host.shell(script)
beforeAll(async () => {
  host = await bootUnitHost()
  await shell(
    'rm /etc/usher/telegram-token /etc/usher/witness-token; systemctl enable --quiet usher-worker usher-bot usher-witness',
  )
  await startBotApi(host)
  await shell(
    `printf '# mine\\ntelegram:\\n  api_root: http://127.0.0.1:${API_PORT}\\n' >/etc/usher/config.yaml`,
  )
}, 120_000)
afterAll(async () => host?.stop())

/** What somebody does in Telegram, from inside: the server listens on that machine's own loopback. */
async function inTelegram(action: string, input: object): Promise<void> {
  const script = `const answer = await fetch('http://127.0.0.1:${API_PORT}/control/${action}', { method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer secret' }, body: '${JSON.stringify(input)}' })
    console.log(answer.status, await answer.text())`
  const node = `${checkoutInSandbox}/node_modules/.bin/node`
  const { status, stdout } = await host.systemd.run([node, '--input-type=module', '-e', script])
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('"ok":true') })
}

test('one command and one message in Telegram make a running service with an admin, its token only for root', async () => {
  await inTelegram('createUser', { id: NEWCOMER, first_name: 'Ada' })
  expect(await shell('systemctl is-active usher-bot || true')).toBe('inactive')
  const argv = [USHER, 'setup', '--token-stdin', '--prove-admin', '--yes', '--now', '--json'] as const
  const child = host.systemd.spawn([...argv], { stdio: 'pipe' })
  child.stdin?.end(BOT_TOKEN)
  let told = ''
  let document = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    document += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    told += text
  })
  const closed = once(child, 'close')
  await expect.poll(() => told, { timeout: 30_000 }).toMatch(/\d{4} \d{4}\n/)
  const [, code = ''] = /\?start=(\d{8})/.exec(told) ?? []
  await inTelegram('pressStart', { user: NEWCOMER, payload: code })
  const [status] = (await closed) as [number]
  expect({ status, told }).toEqual({ status: 0, told: expect.stringContaining('usher-bot.service: started') })
  const said = JSON.parse(document) as {
    admins: number[]
    started: boolean
    findings: { severity: string; about: string; text: string }[]
  }
  expect({ admins: said.admins, started: said.started }).toEqual({ admins: [NEWCOMER], started: true })
  expect(said.findings.length).toBeGreaterThan(10)
  expect(said.findings.filter(({ severity }) => severity === 'problem')).toEqual([])
  expect(await shell('stat -c "%U:%G %a" /etc/usher/telegram-token')).toBe('root:root 600')
  expect(await shell('systemctl is-active usher-worker usher-bot')).toBe('active\nactive')
  expect(await shell(`journalctl --no-pager -o cat | grep -c '${BOT_TOKEN.split(':')[1]}' || true`)).toBe('0')
}, 120_000)

test('the second time nothing changes, and no code is waited for while the bot gets all messages', async () => {
  const before = await shell('cd /etc/usher; sha256sum *; stat -c "%n %U %a %Y" *')
  expect(await shell(`${USHER} setup --yes --now 2>&1`)).not.toContain('restarted')
  expect(await shell('cd /etc/usher; sha256sum *; stat -c "%n %U %a %Y" *')).toBe(before)
  const refused = await host.systemd.run([USHER, 'setup', '--prove-admin', '--yes', '--json'])
  expect(refused.status).toBe(4)
  expect(JSON.parse(refused.stdout)).toMatchObject({
    ok: false,
    error: { code: 'conflict', message: expect.stringContaining('systemctl stop usher-bot') },
  })
}, 60_000)
