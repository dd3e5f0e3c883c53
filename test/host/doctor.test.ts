import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startWorkerProcess, type WorkerProcess } from '../worker/support/worker-process.ts'

interface Finding {
  level: 'ok' | 'note' | 'problem'
  about: string
  text: string
  why?: string
  fix?: string
}

const ACCOUNTS = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`)
let worker: WorkerProcess
let backup: string
let usherUid: number

beforeAll(async () => {
  expect(usher('init', '--admin', '77').status).toBe(0)
  writeFileSync('/etc/usher/telegram-token', '123456:abcdefghijklmnopqrstuvwxyz\n', { mode: 0o600 })
  usherUid = Number(execFileSync('id', ['-u', 'usher'], { encoding: 'utf8' }))
  chownSync('/etc/usher/telegram-token', usherUid, usherUid)
  backup = mkdtempSync('/tmp/doctor-')
  execFileSync('cp', ['-a', '/etc/usher', ...ACCOUNTS, backup])
  worker = await startWorkerProcess()
})
afterEach(() => {
  rmSync('/etc/usher', { recursive: true })
  execFileSync('cp', ['-a', `${backup}/usher`, '/etc/usher'])
  for (const file of ACCOUNTS) execFileSync('cp', ['-a', `${backup}/${basename(file)}`, file])
  chmodSync('/var/lib/usher/data', 0o711)
  chownSync('/var/lib/usher-bot', usherUid, usherUid)
  if (existsSync('/run/usher/admin.sock')) chmodSync('/run/usher/admin.sock', 0o600)
})
afterAll(async () => {
  await worker.kill('SIGKILL')
  for (const folder of [
    '/etc/usher',
    '/var/lib/usher',
    '/var/lib/usher-bot',
    '/run/usher',
    '/home/anna',
    backup,
  ]) {
    rmSync(folder, { recursive: true, force: true })
  }
  execFileSync('userdel', ['usher'], { stdio: 'ignore' })
})

function usher(...args: string[]) {
  return usherAs(0, ...args)
}

function usherAs(uid: number, ...args: string[]) {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/launch.js', ...args], {
    encoding: 'utf8',
    uid,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' },
  })
}

function doctor(): { status: number | null; findings: Finding[]; problems: Finding[] } {
  const { status, stdout } = usher('doctor', '--json')
  const { findings, error } = JSON.parse(stdout) as { findings: Finding[]; error?: { violations: object[] } }
  const problems = findings.filter(({ level }) => level === 'problem')
  const named = problems.map(({ about, text }) => ({ field: about, code: 'finding', message: text }))
  expect(error?.violations ?? []).toEqual(named)
  return { status, findings, problems }
}

describe('usher doctor', () => {
  test('finds nothing after init, with a token and a running worker, and exits 0', () => {
    const { status, problems, findings } = doctor()
    expect(problems).toEqual([])
    expect(status).toBe(0)
    expect(findings.map(({ about }) => about)).toEqual(
      expect.arrayContaining([
        'mode',
        'roster',
        "bot's token",
        'template',
        'state folder',
        'sockets',
        'worker',
      ]),
    )
    const { stdout } = usher('doctor')
    expect(stdout).toContain('No problem found.')
  })

  test('names a witness without a token, and each key of the approver account that is not tied to its command', () => {
    const config = readFileSync('/etc/usher/config.yaml', 'utf8')
    writeFileSync('/etc/usher/config.yaml', `${config}\nwitness: {}\napprover: {}\n`)
    expect(usher('init').status).toBe(0)
    const keys = '/var/lib/usher-approver/.ssh/authorized_keys'
    mkdirSync(dirname(keys), { mode: 0o755 })
    const tied = 'command="/usr/bin/usher approver --as 42",restrict,pty ssh-ed25519 AAAA ada@laptop'
    writeFileSync(keys, `# admins\n${tied}\n`, { mode: 0o644 })
    const about = () =>
      doctor().problems.filter(({ about }) => about === 'approver' || about === "witness's token")
    expect(about()).toMatchObject([
      { about: "witness's token", fix: expect.stringContaining('install -m 0600 -o usher-witness') },
    ])
    const free = [
      'ssh-ed25519 AAAA eve@laptop',
      'restrict,pty ssh-ed25519 AAAA command="/usr/bin/usher approver --as 42"',
      'command="/bin/sh",restrict ssh-ed25519 AAAA',
      'command="/usr/bin/usher approver --as 42" ssh-ed25519 AAAA',
      'command="/usr/bin/usher approver --as 42; sh",restrict ssh-ed25519 AAAA',
    ]
    for (const line of free) {
      writeFileSync(keys, `${tied}\n${line}\n`)
      expect(
        about().map(({ text }) => text),
        line,
      ).toContain(`line 2 of ${keys} is not tied to 'usher approver'`)
    }
    chmodSync(keys, 0o666)
    expect(about().map(({ text }) => text)).toContain(`${keys} is not root's alone`)
    for (const folder of ['/var/lib/usher-witness', '/var/lib/usher-approver'])
      rmSync(folder, { recursive: true })
  })

  const damages: [string, () => void, { about: string; text: RegExp; fix: RegExp }][] = [
    [
      'a config with an unknown key',
      () => writeFileSync('/etc/usher/config.yaml', 'telegrm: {}\n'),
      { about: 'telegrm', text: /unknown key/, fix: /edit .*config.yaml/ },
    ],
    [
      'a roster that is broken',
      () => writeFileSync('/etc/usher/users.yaml', 'users: {\n'),
      { about: 'roster', text: /cannot|line/, fix: /edit/ },
    ],
    [
      'a roster that others can write',
      () => chmodSync('/etc/usher/users.yaml', 0o666),
      { about: 'roster', text: /others can write/, fix: /chmod 0600/ },
    ],
    [
      'two people with one Telegram id',
      () =>
        writeFileSync(
          '/etc/usher/users.yaml',
          'users:\n- { telegram_id: 5, name: A, os_user: a, role: user }\n- { telegram_id: 5, name: B, os_user: b, role: user }\n',
        ),
      { about: 'roster', text: /shares a Telegram id/, fix: /edit line 2/ },
    ],
    [
      'a Telegram id that is text',
      () =>
        writeFileSync(
          '/etc/usher/users.yaml',
          'users:\n- { telegram_id: "5", name: A, os_user: a, role: user }\n',
        ),
      { about: 'roster', text: /is text/, fix: /edit line 2/ },
    ],
    [
      'a role that the config does not have',
      () =>
        writeFileSync(
          '/etc/usher/users.yaml',
          'users:\n- { telegram_id: 5, name: A, os_user: a, role: king }\n',
        ),
      { about: 'roster', text: /role king/, fix: /edit line 2/ },
    ],
    [
      'secrets that others can read',
      () => chmodSync('/etc/usher/secrets.yaml', 0o644),
      { about: 'secrets', text: /others can read/, fix: /chmod 0600/ },
    ],
    [
      'a token that others can read',
      () => chmodSync('/etc/usher/telegram-token', 0o644),
      { about: "bot's token", text: /others can read/, fix: /install -m 0600/ },
    ],
    [
      "a token that is root's, which only root can read",
      () => chownSync('/etc/usher/telegram-token', 0, 0),
      { about: "bot's token", text: /cannot be read by the bot/, fix: /^chown usher / },
    ],
    [
      'a missing config',
      () => rmSync('/etc/usher/config.yaml'),
      { about: 'file', text: /cannot find/, fix: /^usher init$/ },
    ],
    [
      'a missing token',
      () => rmSync('/etc/usher/telegram-token'),
      { about: "bot's token", text: /no such file/, fix: /install -m 0600/ },
    ],
    [
      'a missing template',
      () => rmSync('/etc/usher/MEMORY.md.example'),
      { about: 'template', text: /no such file/, fix: /init/ },
    ],
    [
      'a data folder that others can write',
      () => chmodSync('/var/lib/usher/data', 0o777),
      { about: 'data folder', text: /mode 0777/, fix: /chmod 0711 .*data/ },
    ],
    [
      'a data folder that people cannot reach through',
      () => chmodSync('/var/lib/usher/data', 0o700),
      { about: 'data folder', text: /mode 0700/, fix: /chmod 0711/ },
    ],
    [
      'a state folder of the bot that is not the bot’s',
      () => chownSync('/var/lib/usher-bot', 0, 0),
      { about: "bot's state folder", text: /belongs to uid 0/, fix: /chown/ },
    ],
    [
      'an account of the bot that is gone',
      () => execFileSync('userdel', ['usher'], { stdio: 'ignore' }),
      { about: 'bot.user', text: /no such account/, fix: /edit/ },
    ],
    [
      'a service that nobody can restart here',
      () =>
        writeFileSync('/etc/usher/config.yaml', 'services: [ { unit: agents.service, action: restart } ]\n'),
      { about: 'agents.service', text: /systemd/, fix: /remind/ },
    ],
    [
      'a socket with a wrong mode',
      () => chmodSync('/run/usher/admin.sock', 0o666),
      { about: 'sockets', text: /admin.sock: uid 0, 0666/, fix: /restart the worker/ },
    ],
  ]
  for (const [what, damage, { about, text, fix }] of damages) {
    test(`finds ${what}, and says why it matters and what mends it`, () => {
      damage()
      const { status, problems } = doctor()
      expect(status).toBe(1)
      const found = problems.find((finding) => finding.about === about && text.test(finding.text))
      expect(found, JSON.stringify(problems)).toBeDefined()
      expect(found?.why).toBeTruthy()
      expect(found?.fix).toMatch(fix)
    })
  }

  test('looks for the command of agents as the people who will run it', () => {
    execFileSync('useradd', ['--create-home', '--uid', '4323', 'anna'])
    writeFileSync(
      '/etc/usher/users.yaml',
      'users:\n- { telegram_id: 5, name: A, os_user: anna, role: user }\n',
    )
    const config = (path: string) =>
      writeFileSync(
        '/etc/usher/config.yaml',
        `smoke: { agent_command: [agent, --version], path: ["${path}"] }\n`,
      )
    mkdirSync('/home/anna/bin')
    writeFileSync('/home/anna/bin/agent', '#!/bin/sh\n', { mode: 0o755 })
    config('{home}/bin')
    expect(doctor().problems).toEqual([])
    config('/usr/bin')
    expect(doctor().problems).toMatchObject([
      { about: 'agent command', text: expect.stringContaining('anna') },
    ])
    // Found by root, and yet out of the person's reach.
    mkdirSync('/var/lib/usher/agents', { mode: 0o700 })
    writeFileSync('/var/lib/usher/agents/agent', '#!/bin/sh\n', { mode: 0o755 })
    config('/var/lib/usher/agents')
    expect(doctor().problems).toMatchObject([{ about: 'agent command' }])
  })

  test('notes that there is no admin yet, until the config or the roster has one', () => {
    const admins = () => doctor().findings.filter(({ about }) => about === 'admins')
    expect(admins()).toEqual([])
    writeFileSync('/etc/usher/config.yaml', 'telegram: { admins: [] }\n')
    expect(admins()).toMatchObject([{ level: 'note', fix: expect.stringContaining('telegram.admins') }])
    writeFileSync(
      '/etc/usher/users.yaml',
      'users:\n- { telegram_id: 5, name: A, os_user: anna, role: admin }\n',
    )
    expect(admins()).toEqual([])
  })

  test("never advises to make the bot's token readable for all", () => {
    chownSync('/etc/usher/telegram-token', 0, 0)
    const bot = usherAs(usherUid, 'bot')
    expect(bot.status).toBe(2)
    expect(bot.stderr).toContain('permission denied; it must be yours, with mode 0600')
    expect(bot.stderr).not.toContain('0644')
  })

  test('says what a lowered policy gives away, without calling it a problem', () => {
    writeFileSync('/etc/usher/config.yaml', 'adopt: admin\n')
    const { status, findings } = doctor()
    expect(status).toBe(0)
    expect(findings.find(({ about }) => about === 'adopt: admin')).toMatchObject({ level: 'note' })
  })

  test('says that no worker runs, and how to start one', async () => {
    await worker.kill('SIGTERM')
    const { status, problems } = doctor()
    expect(status).toBe(1)
    expect(problems).toMatchObject([{ about: 'worker', text: expect.stringContaining('no worker runs') }])
    expect(problems[0]?.why).not.toBe('')
    expect(problems[0]?.fix).toContain('usher worker')
  })
})
