import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RequestView, RunView } from '../../src/protocol/views.ts'
import { type CliResult, usher } from './support/cli-process.ts'
import { startWorkerProcess, type WorkerProcess } from './support/worker-process.ts'

const PEOPLE = ['ada', 'bob', 'eve']
let worker: WorkerProcess | null = null

beforeEach(async () => {
  const made = await usher(['init', '--admin', '77'])
  expect(made.stderr).toBe('')
})
afterEach(async () => {
  await worker?.kill('SIGKILL')
  worker = null
  for (const folder of ['/etc/usher', '/var/lib/usher', '/var/lib/usher-bot', '/run/usher', '/run/eve']) {
    rmSync(folder, { recursive: true, force: true })
  }
  const passwd = readFileSync('/etc/passwd', 'utf8')
  for (const name of [...PEOPLE, 'usher'].filter((one) => passwd.includes(`\n${one}:`))) {
    execFileSync('userdel', ['--remove', name], { stdio: 'ignore' })
  }
})

async function start(config = ''): Promise<void> {
  if (config !== '') appendFileSync('/etc/usher/config.yaml', `\n${config}\n`)
  worker = await startWorkerProcess()
  expect(worker.stderr()).toContain('"ready"')
}

const passwdLine = (name: string) =>
  readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith(`${name}:`))
const adduser = (name: string, telegramId: number, ...more: string[]) => [
  ...[
    'adduser',
    '--telegram-id',
    String(telegramId),
    '--name',
    `${name} Smith`,
    '--os-user',
    name,
    '--role',
    'user',
  ],
  ...more,
]
const requestOf = (result: CliResult) => result.json['request'] as RequestView
const runOf = (result: CliResult) => result.json['run'] as RunView

/** Each command is a process of its own; on a busy machine they add up. */
const timeout = 120_000

describe('the whole way by command line', { timeout }, () => {
  test('dry run, approval of exactly that plan, receipt, undo', async () => {
    await start()
    const roster = readFileSync('/etc/usher/users.yaml', 'utf8')
    const dry = await usher(adduser('ada', 4242, '--dry-run', '--json'))
    expect(dry.status, dry.stdout).toBe(0)
    expect(passwdLine('ada')).toBeUndefined()
    const { digest } = requestOf(dry).plan

    const added = await usher(adduser('ada', 4242, `--approve=${digest}`, '--wait', '--json'))
    expect(added.status, added.stdout).toBe(0)
    expect(runOf(added)).toMatchObject({ state: 'succeeded', undoable: true })
    expect(passwdLine('ada')).toMatch(/:\/home\/ada:\/bin\/bash$/)
    expect(readFileSync('/etc/usher/users.yaml', 'utf8')).toContain('os_user: ada')

    expect((await usher(['users'])).stdout).toMatch(
      /^ada: ada Smith \(user, Telegram id 4242, uid \d+\); not active before they press Start at the bot$/m,
    )
    expect((await usher(['user', 'show', '4242'])).stdout).toContain('/memory/4242')
    const receipt = await usher(['run', 'show', String(runOf(added).id)])
    expect(receipt.stdout).toContain('succeeded')

    const again = await usher(adduser('ada', 4242, '--approve', '--json'))
    expect(again.status).toBe(2)
    expect(JSON.stringify(again.json)).toContain('telegram_id_on_roster')

    const undone = await usher(['run', 'undo', String(runOf(added).id), '--approve', '--wait'])
    expect(undone.status, undone.stdout + undone.stderr).toBe(0)
    expect(passwdLine('ada')).toBeUndefined()
    expect(existsSync('/home/ada')).toBe(false)
    expect(readFileSync('/etc/usher/users.yaml', 'utf8')).toBe(roster)
  })

  test('a plan that is not the named one is status 4 and nothing is submitted', async () => {
    await start()
    const result = await usher(adduser('ada', 4242, `--approve=${'x'.repeat(22)}`, '--json'))
    expect(result.status).toBe(4)
    expect((await usher(['requests', '--json'])).json).toMatchObject({ requests: [] })
  })

  test('a failed proof is status 1, says why, and leaves nothing', async () => {
    await start('smoke: { agent_command: [/bin/false] }')
    const result = await usher(adduser('ada', 4242, '--approve', '--wait'))
    expect(result.status, result.stdout + result.stderr).toBe(1)
    expect(result.stderr).toContain('/bin/false')
    expect(passwdLine('ada')).toBeUndefined()
    expect(existsSync('/home/ada')).toBe(false)
  })

  test('the owner of an account agrees with the claim code, and nobody else can', async () => {
    execFileSync('useradd', ['--create-home', '--shell', '/bin/bash', 'bob'])
    execFileSync('useradd', ['--create-home', '--shell', '/bin/bash', 'eve'])
    const uidOf = (name: string) => statSync(`/home/${name}`).uid
    await start()
    const asked = await usher(adduser('bob', 9, '--adopt', '--json'))
    expect(asked.status, asked.stdout).toBe(0)
    const code = String(asked.json['claim_code'])
    expect(requestOf(asked).missing).toContainEqual({ kind: 'consent' })

    const stranger = await usher(['claim', code, '--json'], { uid: uidOf('eve') })
    expect(stranger.status).toBe(3)
    expect(stranger.json).toMatchObject({ error: { code: 'claim_refused' } })
    const asRoot = await usher(['claim', code, '--json'])
    expect(asRoot.status).toBe(3)

    const shown = await usher(['claim', code, '--json'], { uid: uidOf('bob') })
    expect(shown.status).toBe(2)
    const { digest } = shown.json['plan'] as RequestView['plan']
    const agreed = await usher(['claim', code, '--digest', digest], { uid: uidOf('bob') })
    expect(agreed.status, agreed.stderr).toBe(0)
    const id = String(requestOf(asked).id)
    const approved = await usher(['request', 'approve', id, '--digest', digest, '--wait', '--json'])
    expect(approved.status, approved.stdout).toBe(0)
    expect((await usher(['users'])).stdout).toContain('bob: bob Smith')
  })

  test('at a terminal the plan is shown, a yes approves it, and a no does not', async () => {
    await start()
    const asked = await usher(adduser('ada', 4242, '--json'))
    const id = String(requestOf(asked).id)
    const no = await usher(['confirm', id], { types: 'n' })
    expect(no.status, no.stdout).toBe(3)
    expect((await usher(['request', 'show', id, '--json'])).json).toMatchObject({
      request: { state: 'submitted' },
    })
    const yes = await usher(['confirm', id, '--wait'], { types: 'y' })
    expect(yes.status, yes.stdout).toBe(0)
    expect(yes.stdout).toContain('create the account ada')
    expect(passwdLine('ada')).toBeDefined()
  })

  test('goes on through a worker that is killed in the middle and started again', async () => {
    await start('smoke: { agent_command: [/bin/sleep, "1"] }')
    const waiting = usher(adduser('ada', 4242, '--approve', '--wait', '--json'))
    await expect.poll(() => passwdLine('ada'), { timeout: 60_000, interval: 20 }).toBeDefined()
    await worker?.kill('SIGKILL')
    worker = await startWorkerProcess()
    const result = await waiting
    expect([0, 1]).toContain(result.status)
    expect(passwdLine('ada') !== undefined).toBe(result.status === 0)
  })
})

describe('who may do what by command line', { timeout }, () => {
  test('a person sees what is their own and decides nothing', async () => {
    execFileSync('useradd', ['--create-home', '--shell', '/bin/bash', 'bob'])
    const uid = statSync('/home/bob').uid
    await start()
    const asked = await usher(adduser('ada', 4242, '--json'))
    const id = String(requestOf(asked).id)
    const { digest } = requestOf(asked).plan
    expect((await usher(['whoami', '--json'], { uid })).json).toMatchObject({ role: 'public', admin: false })
    expect((await usher(['status', '--json'], { uid })).json).toMatchObject({ ready: true, details: null })
    expect((await usher(['request', 'show', id], { uid })).status).toBe(3)
    for (const verb of [
      ['request', 'approve', id, '--digest', digest],
      ['confirm', id, '--digest', digest],
      ['request', 'deny', id],
    ]) {
      expect((await usher([...verb, '--json'], { uid })).status).toBe(3)
    }
    expect((await usher(['request', 'show', id, '--json'])).json).toMatchObject({
      request: { state: 'submitted' },
    })
  })

  test('root uses the system config whatever the environment says', async () => {
    await start()
    writeFileSync('/tmp/other.yaml', 'paths: { run: /tmp/nowhere }\n')
    const result = await usher(['whoami', '--json'], {
      env: { USHER_CONFIG: '/tmp/other.yaml', NODE_OPTIONS: '--nonsense' },
    })
    expect(result.status, result.stderr).toBe(0)
    expect(result.json).toMatchObject({ role: 'operator' })
  })

  test('root does not talk to a worker that is not root', async () => {
    execFileSync('useradd', ['--create-home', 'eve'])
    const uid = statSync('/home/eve').uid
    writeFileSync(
      '/home/eve/own.yaml',
      'paths: { run: /run/eve, state: /home/eve/s, data: /home/eve/d, roster: /home/eve/users.yaml }\n',
    )
    writeFileSync('/home/eve/users.yaml', 'users: []\n')
    execFileSync('install', ['-d', '-o', 'eve', '/run/eve'])
    for (const file of ['own.yaml', 'users.yaml']) execFileSync('chown', ['eve:', `/home/eve/${file}`])
    worker = await startWorkerProcess({
      uid,
      args: ['--config', '/home/eve/own.yaml'],
      env: { HOME: '/home/eve' },
    })
    expect(worker.stderr()).toContain('"ready"')
    writeFileSync('/etc/usher/fooled.yaml', 'paths: { run: /run/eve }\n')
    const result = await usher(['whoami', '--config', '/etc/usher/fooled.yaml', '--json'])
    expect(result.status).toBe(5)
    expect(result.json).toMatchObject({ error: { message: expect.stringContaining(`runs as uid ${uid}`) } })
  })

  test('of two requests for one person the second is status 4, and so is a second decision', async () => {
    await start()
    const first = await usher(adduser('ada', 4242, '--json'))
    const second = await usher(adduser('ada', 4243, '--json'))
    expect(second.status).toBe(4)
    expect(second.json).toMatchObject({ error: { code: 'held' } })
    const id = String(requestOf(first).id)
    const waiting = usher(['request', 'approve', id, '--digest', requestOf(first).plan.digest, '--json'])
    expect((await waiting).status).toBe(0)
    expect((await usher(['request', 'deny', id, '--json'])).status).toBe(4)
  })

  test('a denial ends whoever waits with status 3', async () => {
    await start()
    const waiting = usher(adduser('ada', 4242, '--wait', '--json'))
    await expect
      .poll(async () => ((await usher(['requests', '--json'])).json['requests'] as unknown[]).length, {
        timeout: 60_000,
      })
      .toBe(1)
    expect((await usher(['request', 'deny', '1', '--reason', 'not now'])).status).toBe(0)
    const result = await waiting
    expect(result.status).toBe(3)
    expect(result.json).toMatchObject({
      error: { code: 'denied', message: expect.stringContaining('not now') },
    })
  })

  test('without a worker it is status 5', async () => {
    const result = await usher(['status', '--json'])
    expect(result.status).toBe(5)
    expect(result.json).toMatchObject({ error: { code: 'unreachable' } })
  })
})
