import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { dropInsFor } from '../../../src/setup/units/paths-drop-in.ts'
import { loadText } from '../../unit/config/load-text.ts'
import { ADMIN, BOT_TOKEN, bootUnitHost, startBotApi, type UnitHost } from './support/unit-host.ts'

const CONFIG = {
  paths: {
    ...{ roster: '/srv/our people/users.yaml', data: '/srv/our people/data', run: '/run/keeper/usher' },
    ...{ state: '/srv/100%/state', bot_state: '/srv/bot', secrets: '/srv/100%/secrets.yaml' },
  },
  bot: { user: 'chatty' },
  defaults: { workspace_base: '/data/{os_user}' },
}

let host: UnitHost
const shell = (script: string) => host.shell(script)

beforeAll(async () => {
  host = await bootUnitHost()
  await shell(`useradd --system --user-group --no-create-home chatty; mkdir /data
    mkdir -p /root/tokens; echo ${BOT_TOKEN} | install -m 600 /dev/stdin "/root/tokens/the bot's"; rm /etc/usher/telegram-token`)
  const telegram = {
    admins: [ADMIN],
    api_root: 'http://127.0.0.1:8081',
    token_file: "/root/tokens/the bot's",
  }
  const text = stringify({ ...CONFIG, telegram })
  await host.systemd.run(['tee', '/etc/usher/config.yaml'], text)
  await shell('usher init >/dev/null')
  const loaded = loadText(text)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  for (const [unit, dropIn] of Object.entries(dropInsFor(loaded.config))) {
    if (dropIn === null) continue
    await shell(`mkdir -p /etc/systemd/system/${unit}.d`)
    await host.systemd.run(['tee', `/etc/systemd/system/${unit}.d/50-paths.conf`], dropIn)
  }
  await shell('systemctl daemon-reload')
  await startBotApi(host)
})
afterAll(async () => {
  await host?.stop()
})

test('units serve a config that names other places, accounts and a token elsewhere, with the drop-ins made from it', async () => {
  const verified = await shell('systemd-analyze verify --man=no usher-worker.service usher-bot.service 2>&1')
  expect(verified).toBe('')
  await shell('systemctl start usher-worker usher-bot')
  await expect
    .poll(() => host.property('usher-bot', 'StatusText'), { timeout: 20_000, interval: 200 })
    .toBe('ready: serves as @usher_bot')
  expect(await shell('ps -o user= -p $(systemctl show --value --property=MainPID usher-bot)')).toBe('chatty')
  await shell(
    `usher adduser --telegram-id 42 --name Maria --os-user maria --role user --create-account --approve --wait`,
  )
  expect(await shell('stat -c "%U %a" /data/maria')).toBe('maria 700')
  expect(
    await shell('grep -c "os_user: maria" "/srv/our people/users.yaml"; ls "/srv/our people/data/memory"'),
  ).toBe('1\n42')
  expect(await shell('ls "/srv/100%/state" | grep -c usher.db$')).toBe('1')
})
