import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { damageDatabase, fillDatabase } from '../support/damaged-database.ts'
import { exchange, post, requestBytes } from './support/raw.ts'
import {
  startWorkerProcess,
  type WorkerProcess,
  type WorkerProcessOptions,
} from './support/worker-process.ts'

const FOLDERS = ['/etc/usher', '/var/lib/usher', '/var/lib/usher-bot', '/run/usher', '/home/solo']
const running: WorkerProcess[] = []
const start = async (options: WorkerProcessOptions = {}) => {
  const worker = await startWorkerProcess(options)
  running.push(worker)
  return worker
}
const version = (socket: string) => exchange(socket, requestBytes('GET /v1/version'))

beforeEach(() => {
  const init = ['--disable-warning=ExperimentalWarning', 'src/launch.js', 'init', '--admin', '77']
  expect(spawnSync(process.execPath, init, { encoding: 'utf8' }).stderr).toBe('')
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.kill('SIGKILL')))
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true })
  for (const name of ['usher', 'solo', 'anna']) {
    if (readFileSync('/etc/passwd', 'utf8').includes(`\n${name}:`)) {
      execFileSync('userdel', [name], { stdio: 'ignore' })
    }
  }
})

interface Refusal {
  ok: boolean
  error: { code: string; violations: { field: string; code: string; message: string }[] }
}

describe('usher worker', () => {
  test('serves its three sockets once it says that it is ready, and removes them when told to stop', async () => {
    const worker = await start()
    expect(worker.log()).toMatchObject([{ msg: 'ready', mode: 'system', run: '/run/usher' }])
    expect(readdirSync('/run/usher').sort()).toEqual(['admin.sock', 'bot.sock', 'worker.sock'])
    for (const name of ['admin', 'worker']) {
      expect((await version(`/run/usher/${name}.sock`)).body).toMatchObject({ ok: true, protocol: 1 })
    }
    const begun = performance.now()
    expect(await worker.kill('SIGTERM')).toBe(0)
    expect(performance.now() - begun).toBeLessThan(5000)
    expect(worker.log().map(({ msg }) => msg)).toEqual(['ready', 'stopping', 'stopped'])
    expect(readdirSync('/run/usher')).toEqual([])
  })

  test('stops in time although clients hold connections and streams', async () => {
    const worker = await start()
    const stream = exchange('/run/usher/admin.sock', requestBytes('GET /v1/events?after=0'))
    const silent = exchange('/run/usher/worker.sock', '')
    await new Promise((resolve) => setTimeout(resolve, 300))
    const begun = performance.now()
    expect(await worker.kill('SIGTERM')).toBe(0)
    expect(performance.now() - begun).toBeLessThan(5000)
    expect((await stream).text).toContain('worker.started')
    await silent
  })

  test('serves again at once after kill -9, with the events of before', async () => {
    const first = await start()
    expect(await first.kill('SIGKILL')).toBe(137)
    expect(readdirSync('/run/usher')).toHaveLength(3)
    await start()
    const { body } = await exchange('/run/usher/admin.sock', post('status', {}))
    expect(body).toMatchObject({ ok: true, ready: true, details: { last_event: 2 } })
  })

  test('notices that its large database is damaged, stops, and does not start with it again', async () => {
    fillDatabase('/var/lib/usher/usher.db', 12)
    damageDatabase('/var/lib/usher/usher.db')
    const worker = await start()
    expect(worker.stderr()).toContain('"ready"')
    expect(await worker.ended).toBe(1)
    expect(worker.stderr()).toMatch(
      /cannot go on with .*usher\.db: the database is damaged .*restore a backup/,
    )
    const again = await start()
    expect(await again.ended).toBe(1)
    expect(again.stderr()).toMatch(/^usher: cannot open .*damaged/)
    expect(again.stderr()).not.toContain('"ready"')
  })

  test('is refused with exit status 4 while another one runs, which goes on', async () => {
    await start()
    const second = await start()
    expect(await second.ended).toBe(4)
    expect(second.stderr()).toMatch(/^usher: cannot open .*another worker/)
    const third = await start({ args: ['--json'] })
    expect(await third.ended).toBe(4)
    expect(JSON.parse(third.stdout())).toMatchObject({ ok: false, error: { code: 'second_worker' } })
    expect((await version('/run/usher/admin.sock')).status).toBe(200)
  })

  test('is refused with exit status 4 when another one with a database of its own has the sockets', async () => {
    await start()
    writeFileSync('/etc/usher/other.yaml', 'paths: { state: /var/lib/usher/other }\n')
    const other = await start({ args: ['--config', '/etc/usher/other.yaml'] })
    expect(await other.ended).toBe(4)
    expect((await version('/run/usher/admin.sock')).status).toBe(200)
  })

  test('is refused with exit status 2 and every problem of its config at once', async () => {
    writeFileSync(
      '/etc/usher/config.yaml',
      'telegram: { admins: [-100] }\nbot: { user: root }\nunknown_key: 1\nroles: { user: { groups: [docker], approval: { step_up: totp } } }\n',
    )
    const worker = await start({ args: ['--json'] })
    expect(await worker.ended).toBe(2)
    const { ok, error } = JSON.parse(worker.stdout()) as Refusal
    expect({ ok, code: error.code }).toEqual({ ok: false, code: 'invalid' })
    const fields = error.violations.map(({ field }) => field).join(' ')
    for (const key of ['telegram.admins', 'unknown_key', 'roles.user.approval.step_up'])
      expect(fields).toContain(key)
    for (const violation of error.violations)
      expect(violation).toEqual({
        field: expect.any(String),
        code: 'config_invalid',
        message: expect.stringMatching(/^cannot/),
      })
    expect(existsSync('/run/usher/admin.sock')).toBe(false)
  })

  for (const [what, arrange] of [
    ['a bot that is root', () => writeFileSync('/etc/usher/config.yaml', 'bot: { user: root }\n')],
    [
      'a bot without an account',
      () => writeFileSync('/etc/usher/config.yaml', 'bot: { user: nobody-here }\n'),
    ],
    ['a config that others can write', () => chmodSync('/etc/usher/config.yaml', 0o666)],
    ['secrets that others can read', () => chmodSync('/etc/usher/secrets.yaml', 0o644)],
    [
      'a config that is a link',
      () => {
        rmSync('/etc/usher/config.yaml')
        symlinkSync('/etc/usher/users.yaml', '/etc/usher/config.yaml')
      },
    ],
  ] as const) {
    test(`does not start with ${what}`, async () => {
      arrange()
      const worker = await start()
      expect(await worker.ended).toBe(2)
      expect(worker.stderr()).toMatch(/^usher: cannot start with the config/)
    })
  }

  test.each([
    ['full', ['-o', 'size=8k,mode=711']],
    ['read-only', ['-o', 'ro,mode=711']],
  ])(
    'does not start on a file system that is %s, and says which file it cannot write',
    async (_, options) => {
      execFileSync('mount', ['-t', 'tmpfs', ...options, 'tmpfs', '/var/lib/usher'])
      try {
        const worker = await start()
        expect(await worker.ended).toBe(1)
        expect(worker.stderr()).toMatch(/^usher: cannot (open|write) \/var\/lib\/usher\/usher\.db/)
        expect(existsSync('/run/usher/admin.sock')).toBe(false)
      } finally {
        execFileSync('umount', ['/var/lib/usher'])
      }
    },
  )

  for (const [key, folder] of [
    ['state', '/home/anna/usher'],
    ['run', '/home/anna/run'],
  ] as const) {
    test(`does not start with its ${key} folder in somebody's home, who could put another there`, async () => {
      execFileSync('useradd', ['--uid', '4322', '-m', 'anna'])
      try {
        mkdirSync(folder)
        writeFileSync('/etc/usher/config.yaml', `paths: { ${key}: ${folder} }\n`)
        const worker = await start()
        expect(await Promise.race([worker.ended, 'it runs'])).toBe(2)
        expect(worker.stderr()).toContain(`paths.${key}: cannot trust "/home/anna"`)
      } finally {
        rmSync('/home/anna', { recursive: true, force: true })
      }
    })
  }

  for (const [what, arrange] of [
    ['others can write to', () => chmodSync('/var/lib/usher', 0o777)],
    ['belongs to somebody else', () => chownSync('/var/lib/usher', 4322, 4322)],
  ] as const) {
    test(`does not open a database in a folder that ${what}`, async () => {
      arrange()
      const worker = await start()
      expect(await Promise.race([worker.ended, 'it runs'])).toBe(2)
      expect(worker.stderr()).toContain('paths.state: cannot trust "/var/lib/usher"')
    })
  }

  test('does not start where something that is no socket has the name of one, and leaves it', async () => {
    writeFileSync('/run/usher/worker.sock', 'precious')
    const worker = await start()
    expect(await worker.ended).toBe(1)
    expect(worker.stderr()).toContain('/run/usher/worker.sock')
    expect(readFileSync('/run/usher/worker.sock', 'utf8')).toBe('precious')
    expect(existsSync('/run/usher/admin.sock')).toBe(false)
  })

  test('starts with a roster that is broken, says so, and leaves only the operator in power', async () => {
    writeFileSync('/etc/usher/users.yaml', 'users: [\n')
    const worker = await start()
    expect(worker.log().some(({ msg }) => String(msg).includes('roster'))).toBe(true)
    const { body } = await exchange('/run/usher/admin.sock', post('whoami', {}))
    expect(body).toMatchObject({ ok: true, role: 'operator' })
  })

  test('is refused to other accounts in system mode, with exit status 3', async () => {
    execFileSync('useradd', ['--uid', '4322', '-M', 'anna'])
    const worker = await start({ uid: 4322, env: { HOME: '/nonexistent' } })
    expect(await worker.ended).toBe(3)
    expect(worker.stderr()).toContain('as uid 4322')
  })

  test('answers what one may not see exactly like what does not exist', async () => {
    execFileSync('useradd', ['--uid', '4322', '-M', 'anna'])
    writeFileSync(
      '/etc/usher/users.yaml',
      'users:\n- { telegram_id: 5, name: Anna, os_user: anna, role: user }\n- { telegram_id: 6, name: Bea, os_user: bea, role: user }\n',
    )
    await start()
    const anna = { uid: 4322, gid: 4322 }
    const ask = async (name: string) =>
      (await exchange('/run/usher/worker.sock', post('people.get', { name }), anna)).text
        .replace(/^date:.*\r\n/im, '')
        .replaceAll(name, 'NAME')
    expect(await ask('bea')).toBe(await ask('zoe'))
    expect(await ask('bea')).toMatch(/^HTTP\/1.1 404/)
    const own = await exchange('/run/usher/worker.sock', post('people.get', { name: 'anna' }), anna)
    expect(own.body).toMatchObject({ ok: true, person: { os_user: 'anna' } })
  })
})

describe('usher worker without root', () => {
  test('serves its own account alone, from its own folders', async () => {
    for (const folder of FOLDERS.slice(0, 4)) rmSync(folder, { recursive: true, force: true })
    execFileSync('useradd', ['--create-home', '--uid', '4321', 'solo'])
    const as = { uid: 4321, env: { HOME: '/home/solo' } }
    const init = ['--disable-warning=ExperimentalWarning', 'src/launch.js', 'init']
    expect(
      spawnSync(process.execPath, init, { uid: 4321, gid: 4321, env: { HOME: '/home/solo' } }).status,
    ).toBe(0)
    const worker = await start(as)
    expect(worker.log()).toMatchObject([{ msg: 'ready', mode: 'single-user' }])
    const socket = '/home/solo/.local/state/usher/run/admin.sock'
    const { body } = await exchange(socket, post('whoami', {}), { uid: 4321, gid: 4321 })
    expect(body).toMatchObject({ ok: true, role: 'operator', admin: true })
    expect(await worker.kill('SIGTERM')).toBe(0)
  })
})
