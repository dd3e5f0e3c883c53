import { afterAll, beforeAll, expect, test } from 'vitest'
import { answersFor, carryOut, ok } from './support/decide.ts'
import { ADMIN, bootUnitHost, type UnitHost } from './support/unit-host.ts'

let host: UnitHost
beforeAll(async () => {
  host = await bootUnitHost()
  // On an overlay the kernel's table of locks names another device than the file has; on a host's own file system it does not.
  await host.shell(`mkdir /run/plain; mount -t tmpfs tmpfs /run/plain; cp -a /etc/. /run/plain; mount --bind /run/plain /etc
    systemctl start usher-worker`)
})
afterAll(async () => {
  await host?.stop()
})

test('who holds the lock of the account database is named, though the unit may not look into that process', {
  timeout: 90_000,
}, async () => {
  await host.shell(`printf "#!/bin/sh\\nsleep 600\\n" >/usr/local/bin/thinking; chmod 755 /usr/local/bin/thinking
    systemd-run --quiet --unit=editing --setenv=EDITOR=/usr/local/bin/thinking /usr/sbin/vipw`)
  await expect.poll(() => host.shell('pgrep -c thinking || true'), { timeout: 5_000 }).toBe('1')
  const bot = host.asBot()
  const { request } = ok(await bot.asks('request.draft', { answers: answersFor('maria', 42) }, ADMIN))
  const run = await carryOut(bot, request, 80_000)
  bot.end()
  const failure = run.steps.find((step) => step.failure !== null)?.failure
  expect(failure).toMatchObject({
    code: 'account_locked_by_other',
    params: { held_by: 'process', program: 'vipw' },
  })
})
