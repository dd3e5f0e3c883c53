import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openRaceTrack } from './support/decision-race.ts'
import type { Shot } from './support/racer.ts'
import { startRacer } from './support/racers.ts'
import { exchange, post } from './support/raw.ts'
import { startWorkerProcess } from './support/worker-process.ts'

const RACES = 9
const SHOTS = 100

test('of a hundred decisions on one request at once there is one, and everybody else learns which', async () => {
  const track = await openRaceTrack()
  try {
    const ends = new Set<string>()
    for (let n = 0; n < RACES; n++) {
      const race = await track.race(SHOTS)
      expect(race.strange).toEqual([])
      expect(race.answers).toBe(SHOTS)
      expect(race.decisions).toEqual([`request.${race.state}`])
      expect(race.winners).toBe(race.state === 'expired' ? 0 : 1)
      expect(race.runs).toBe(race.state === 'approved' ? 1 : 0)
      ends.add(race.state)
    }
    // Not always the same one wins.
    expect(ends.size).toBeGreaterThan(1)
  } finally {
    await track.close()
  }
})

interface Body {
  ok: boolean
  request: { id: number; state: string; plan: { digest: string } }
  error: { code: string; params: { by: string } }
}

test('the worker as it is installed, within its budgets, lets one of four admins and the operator decide', async () => {
  const init = ['--disable-warning=ExperimentalWarning', 'src/launch.js', 'init', '--admin', '901']
  expect(spawnSync(process.execPath, init, { encoding: 'utf8' }).stderr).toBe('')
  const admins = [901, 902, 903, 904]
  const entries = admins.map(
    (id) => `- telegram_id: ${id}\n  name: Admin ${id}\n  os_user: admin${id}\n  role: admin\n`,
  )
  writeFileSync('/etc/usher/users.yaml', `users:\n${entries.join('')}`)
  const uidOf = (flag: string) => Number(execFileSync('id', [flag, 'usher'], { encoding: 'utf8' }))
  const worker = await startWorkerProcess()
  const bot = startRacer({ uid: uidOf('-u'), gid: uidOf('-g') })
  const root = startRacer()
  const socket = (name: string) => `/run/usher/${name}.sock`
  try {
    const ask = async (operation: 'request.draft' | 'request.submit', input: object) => {
      const bytes = post(operation, input, { 'idempotency-key': operation })
      return (await exchange(socket('admin'), bytes)).body as Body
    }
    const answers = {
      telegram_id: 42,
      name: 'Alice',
      os_user: 'alice',
      role: 'user',
      account: 'create',
      proof: 'typed',
    }
    const { request } = await ask('request.draft', { answers })
    const { id, plan } = request
    expect((await ask('request.submit', { id, digest: plan.digest })).request.state).toBe('submitted')

    const shots = Array.from({ length: 80 }, (_, n) => {
      const operation = n % 2 === 0 ? ('request.deny' as const) : ('request.cancel' as const)
      return { operation, input: { id }, headers: { 'idempotency-key': `race-${n}` } }
    })
    const answersOf = (
      await Promise.all([
        root.fire({ atOnce: 10, shots: shots.map((shot) => ({ ...shot, socket: socket('admin') })) }),
        bot.fire({
          atOnce: 30,
          shots: shots.map((shot, n) => ({
            ...shot,
            socket: socket('bot'),
            headers: { ...shot.headers, 'usher-on-behalf-of-telegram': String(admins[n % 4]) },
          })),
        }),
      ])
    ).flat() as (Shot & { body: Body })[]
    const winners = answersOf.filter(({ body }) => body.ok)
    const losers = answersOf.filter(({ body }) => !body.ok)
    expect(winners).toHaveLength(1)
    expect(new Set(losers.map(({ body }) => body.error.code))).toEqual(new Set(['already_decided']))
    expect(new Set(losers.map(({ body }) => body.error.params.by)).size).toBe(1)
    const database = new DatabaseSync('/var/lib/usher/usher.db', { readOnly: true })
    const decided = database.prepare(
      "select type from events where type in ('request.denied', 'request.cancelled')",
    )
    expect(decided.all()).toHaveLength(1)
    database.close()
  } finally {
    await Promise.all([bot.end(), root.end(), worker.kill('SIGTERM')])
    for (const folder of ['/etc/usher', '/var/lib/usher', '/var/lib/usher-bot', '/run/usher']) {
      rmSync(folder, { recursive: true, force: true })
    }
    if (readFileSync('/etc/passwd', 'utf8').includes('\nusher:')) execFileSync('userdel', ['usher'])
  }
})
