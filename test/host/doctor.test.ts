import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readEnvironment } from '../../src/config/environment.ts'
import { examine } from '../../src/setup/examine.ts'
import type { Finding } from '../../src/setup/finding.ts'
import { type BotApiServer, createBotApiServer } from '../support/bot-api-server/server.ts'
import { startWorkerProcess, type WorkerProcess } from '../worker/support/worker-process.ts'

const ACCOUNTS = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`)
const ANNA = 4323
const CONFIG = '/etc/usher/config.yaml'
const ROSTER = '/etc/usher/users.yaml'
const SECRETS = '/etc/usher/secrets.yaml'
const TOKEN = '/etc/usher/telegram-token'
const GOOD_TOKEN = '123456:abcdefghijklmnopqrstuvwxyz'
const DATA = '/var/lib/usher/data'

let worker: WorkerProcess
let backup: string
let bin: string
let usherUid: number
let api: BotApiServer

beforeAll(async () => {
  api = await createBotApiServer({ token: GOOD_TOKEN, botUsername: 'acme_usher_bot', botName: 'Acme Usher' })
  bin = mkdtempSync('/tmp/bin-')
  chmodSync(bin, 0o755)
  symlinkSync(resolve('usher'), `${bin}/usher`)
  expect(usher('init', '--admin', '77').status).toBe(0)
  for (const id of [77, 88]) await api.control.createUser({ id, first_name: `Admin ${id}` })
  await api.control.pressStart({ user: 77 })
  writeFileSync(
    CONFIG,
    readFileSync(CONFIG, 'utf8').replace(/^ {2}# api_root: .*$/m, `  api_root: ${api.url}`),
  )
  expect(readFileSync(CONFIG, 'utf8')).toContain(api.url)
  writeFileSync(TOKEN, `${GOOD_TOKEN}\n`, { mode: 0o600 })
  usherUid = Number(execFileSync('id', ['-u', 'usher'], { encoding: 'utf8' }))
  chownSync(TOKEN, usherUid, usherUid)
  execFileSync('useradd', ['--create-home', '--uid', String(ANNA), 'anna'])
  roster('- { telegram_id: 5, name: Anna, os_user: anna, role: user }')
  for (const kind of ['memory', 'history']) {
    mkdirSync(`${DATA}/${kind}/5`, { mode: 0o700 })
    chownSync(`${DATA}/${kind}/5`, ANNA, ANNA)
  }
  backup = mkdtempSync('/tmp/doctor-')
  execFileSync('cp', ['-a', '/etc/usher', '/etc/nsswitch.conf', ...ACCOUNTS, backup])
  worker = await startWorkerProcess()
})
afterEach(() => {
  rmSync('/etc/usher', { recursive: true })
  execFileSync('cp', ['-a', `${backup}/usher`, '/etc/usher'])
  for (const file of [...ACCOUNTS, '/etc/nsswitch.conf'])
    execFileSync('cp', ['-a', `${backup}/${basename(file)}`, file])
  rmSync('/etc/passwd.lock', { force: true })
  for (const [path, mode] of [
    ['/etc', 0o755],
    ['/etc/usher', 0o755],
    ['/run/usher', 0o755],
    ['/run/usher/admin.sock', 0o600],
    ['/var/lib/usher', 0o711],
    [DATA, 0o711],
    [`${DATA}/memory/5`, 0o700],
  ] as const) {
    if (existsSync(path)) chmodSync(path, mode)
  }
  chownSync(`${DATA}/memory/5`, ANNA, ANNA)
  chownSync('/var/lib/usher-bot', usherUid, usherUid)
  chmodSync('/var/lib/usher-bot', 0o700)
})
afterAll(async () => {
  await worker.kill('SIGKILL')
  await api.close()
  for (const folder of ['/etc/usher', '/var/lib/usher', '/var/lib/usher-bot', '/run/usher', backup, bin])
    rmSync(folder, { recursive: true, force: true })
  for (const user of ['usher', 'anna']) execFileSync('userdel', ['-r', user], { stdio: 'ignore' })
})

function roster(...lines: string[]) {
  writeFileSync(ROSTER, `users:\n${lines.join('\n')}\n`)
}

function config(text: string) {
  const kept = readFileSync(`${backup}/usher/config.yaml`, 'utf8')
  writeFileSync(CONFIG, `${kept}\n${text}\n`)
}

function usher(...args: string[]) {
  return usherAs(0, ...args)
}

function usherAs(uid: number, ...args: string[]) {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/launch.js', ...args], {
    encoding: 'utf8',
    ...{ uid, gid: uid },
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: uid === 0 ? '/root' : '/nonexistent' },
    timeout: 60_000,
  })
}

/** What `usher doctor` finds as root, without the start of a process. */
async function doctor() {
  const environment = readEnvironment({ HOME: '/root' })
  const findings = await examine({ environment, uid: 0, launch: { development: null, distrust: null } })
  return { findings, problems: findings.filter(({ severity }) => severity === 'problem') }
}

/** What the command prints as JSON; that its parts agree is looked at each time. */
function doctorAs(uid: number): { findings: Finding[]; problems: Finding[] } {
  const { status, stdout, stderr } = usherAs(uid, 'doctor', '--json')
  expect(stderr).toBe('')
  const document = JSON.parse(stdout) as {
    ok: boolean
    findings: Finding[]
    summary: Record<Finding['severity'], number>
    error?: { violations: object[] }
  }
  const { findings, error, summary } = document
  const of = (severity: Finding['severity']) => findings.filter((finding) => finding.severity === severity)
  const problems = of('problem')
  expect(document.ok).toBe(problems.length === 0)
  expect(status).toBe(problems.length === 0 ? 0 : 1)
  expect(summary).toEqual({ problem: problems.length, note: of('note').length, ok: of('ok').length })
  const named = problems.map(({ code, subject, what }) => ({ field: subject, code, message: what }))
  expect(error?.violations ?? []).toEqual(named)
  return { findings, problems }
}

/** Does what the finding says, word for word. */
function mend({ fix = '' }: Finding) {
  const env = { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: '/root' }
  // What is to be pasted comes by a pipe, as from a terminal.
  const script = `echo 123456:abcdefghijklmnopqrstuvwxyz | (\n${fix}\n)`
  execFileSync('/bin/sh', ['-c', script], { env, stdio: ['ignore', 'ignore', 'pipe'] })
}

describe('usher doctor', () => {
  test('finds nothing after init, with a token, somebody on the roster and a running worker, and exits 0', async () => {
    const { problems, findings } = await doctor()
    expect(problems).toEqual([])
    expect(findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        ...[
          'mode.system',
          'config.ok',
          'roster.ok',
          'secrets.ok',
          'token.ok',
          'token.accepted',
          'admins.ok',
          'template.ok',
          'folder.ok',
        ],
        ...[
          'person-folder.ok',
          'disk.ok',
          'programs.ok',
          'accounts.ok',
          'sockets.ok',
          'worker.ok',
          'peer.ok',
        ],
      ]),
    )
    const { stdout } = usher('doctor')
    expect(stdout).toMatch(/\nNo problem found; \d+ notes?, \d+ as they should be\.\n$/)
    expect(stdout).not.toContain('\x1b')
  })

  test('says problems first, then notes, and the most important of each first', async () => {
    chmodSync('/etc/usher/users.yaml', 0o666)
    config('adopt: admin')
    chmodSync(`${DATA}/memory/5`, 0o755)
    const { findings } = await doctor()
    const order = findings.map(({ severity }) => ['problem', 'note', 'ok'].indexOf(severity))
    expect(order).toEqual([...order].sort())
    const codes = findings.map(({ code }) => code)
    expect(codes.indexOf('roster.untrusted')).toBe(0)
    expect(codes).toContain('policy.adopt-admin')
  })

  /** What breaks it, which code says so about which subject, and whether the printed command mends it as it stands. */
  const damages: [string, string, RegExp, () => void, 'mends' | 'says', (() => void)?][] = [
    ['a config with an unknown key', 'config.invalid', /telegrm/, () => config('telegrm: {}'), 'says'],
    ['a missing config', 'config.missing', /file/, () => rmSync(CONFIG), 'mends'],
    [
      'a config that others can write',
      'config.untrusted',
      /config.yaml/,
      () => chmodSync(CONFIG, 0o666),
      'mends',
    ],
    [
      'a config of somebody else',
      'config.untrusted',
      /config.yaml/,
      () => chownSync(CONFIG, ANNA, 0),
      'mends',
    ],
    [
      'a folder above everything that others can write',
      'ground.untrusted',
      /^\/etc$/,
      () => chmodSync('/etc', 0o775),
      'mends',
    ],
    [
      'a config folder of somebody else',
      'ground.untrusted',
      /^\/etc\/usher$/,
      () => chownSync('/etc/usher', ANNA, 0),
      'mends',
    ],
    [
      'a roster that is broken',
      'roster.broken',
      /users.yaml/,
      () => writeFileSync(ROSTER, 'users: {\n'),
      'says',
    ],
    ['a missing roster', 'roster.missing', /users.yaml/, () => rmSync(ROSTER), 'mends'],
    [
      'a roster that others can write',
      'roster.untrusted',
      /users.yaml/,
      () => chmodSync(ROSTER, 0o666),
      'mends',
    ],
    [
      'a roster that others can read',
      'roster.readable',
      /users.yaml/,
      () => chmodSync(ROSTER, 0o644),
      'mends',
    ],
    [
      'two people with one Telegram id',
      'roster.duplicate',
      /Bob/,
      () =>
        roster(
          '- { telegram_id: 5, name: Anna, os_user: anna, role: user }',
          '- { telegram_id: 5, name: Bob, os_user: bob, role: user }',
        ),
      'says',
    ],
    [
      'a Telegram id that is text',
      'roster.id-is-text',
      /Anna/,
      () => roster('- { telegram_id: "5", name: Anna, os_user: anna, role: user }'),
      'says',
    ],
    [
      'a role that the config does not have',
      'roster.unknown-role',
      /Anna/,
      () => roster('- { telegram_id: 5, name: Anna, os_user: anna, role: king }'),
      'says',
    ],
    [
      'somebody without an account',
      'roster.account-missing',
      /Bob/,
      () => roster('- { telegram_id: 6, name: Bob, os_user: bob, role: user }'),
      'says',
    ],
    [
      'folders of a person that are not there',
      'person-folder.missing',
      /people/,
      () => roster('- { telegram_id: 6, name: Anna, os_user: anna, role: user }'),
      'says',
    ],
    [
      'secrets that others can read',
      'secrets.untrusted',
      /secrets.yaml/,
      () => chmodSync(SECRETS, 0o644),
      'mends',
    ],
    [
      'secrets that others can write',
      'secrets.untrusted',
      /secrets.yaml/,
      () => chmodSync(SECRETS, 0o660),
      'mends',
    ],
    ['a token that others can read', 'token.owner', /telegram-token/, () => chmodSync(TOKEN, 0o644), 'mends'],
    [
      "a token that is root's, with no unit to hand it over",
      'token.owner',
      /telegram-token/,
      () => chownSync(TOKEN, 0, 0),
      'mends',
    ],
    ['a missing token', 'token.missing', /telegram-token/, () => rmSync(TOKEN), 'mends'],
    [
      'a token that is none',
      'token.missing',
      /telegram-token/,
      () => writeFileSync(TOKEN, 'nonsense\n'),
      'mends',
    ],
    [
      'a missing template',
      'template.unusable',
      /MEMORY/,
      () => rmSync('/etc/usher/MEMORY.md.example'),
      'mends',
    ],
    [
      'a missing secret of the webhook',
      'webhook.secret',
      /webhook-secret/,
      () =>
        writeFileSync(
          CONFIG,
          `telegram:\n  admins: [77]\n  api_root: ${api.url}\n  webhook: { url: "https://bot.example.org/hook", listen: "127.0.0.1:8443", secret_file: /etc/usher/webhook-secret }\n`,
        ),
      'mends',
    ],
    ['a data folder that others can write', 'folder.mode', /data$/, () => chmodSync(DATA, 0o777), 'mends'],
    [
      'a data folder that people cannot reach through',
      'folder.mode',
      /data$/,
      () => chmodSync(DATA, 0o700),
      'mends',
    ],
    [
      'a state folder of the bot that is not the bot’s',
      'folder.owner',
      /usher-bot$/,
      () => chownSync('/var/lib/usher-bot', 0, 0),
      'mends',
    ],
    [
      'a missing folder',
      'folder.missing',
      /usher-bot$/,
      () => renameSync('/var/lib/usher-bot', '/var/lib/usher-bot.gone'),
      'mends',
      () => {
        rmSync('/var/lib/usher-bot', { recursive: true, force: true })
        renameSync('/var/lib/usher-bot.gone', '/var/lib/usher-bot')
      },
    ],
    [
      'a file in the place of a folder',
      'folder.kind',
      /usher-bot$/,
      () => {
        renameSync('/var/lib/usher-bot', '/var/lib/usher-bot.gone')
        writeFileSync('/var/lib/usher-bot', '')
      },
      'mends',
      () => {
        for (const name of ['usher-bot', 'usher-bot.aside'])
          rmSync(`/var/lib/${name}`, { recursive: true, force: true })
        renameSync('/var/lib/usher-bot.gone', '/var/lib/usher-bot')
      },
    ],
    [
      'a folder of a person that others can read',
      'person-folder.mode',
      /memory\/5/,
      () => chmodSync(`${DATA}/memory/5`, 0o755),
      'mends',
    ],
    [
      'a folder of a person that is somebody else’s',
      'person-folder.owner',
      /memory\/5/,
      () => chownSync(`${DATA}/memory/5`, usherUid, 0),
      'mends',
    ],
    [
      'an account of the bot that is gone',
      'config.host',
      /bot.user/,
      () => execFileSync('userdel', ['usher'], { stdio: 'ignore' }),
      'says',
    ],
    [
      'a service that nobody can restart here',
      'service.no-systemd',
      /agents.service/,
      () => config('services: [ { unit: agents.service, action: restart } ]'),
      'says',
    ],
    [
      'a socket with a wrong mode',
      'sockets.permissions',
      /admin.sock/,
      () => chmodSync('/run/usher/admin.sock', 0o666),
      'mends',
    ],
    [
      'a folder of sockets that others can write',
      'sockets.folder',
      /run\/usher/,
      () => chmodSync('/run/usher', 0o777),
      'mends',
    ],
    [
      'a socket that is gone',
      'sockets.missing',
      /bot.sock/,
      () => renameSync('/run/usher/bot.sock', '/run/usher/gone'),
      'says',
      () => renameSync('/run/usher/gone', '/run/usher/bot.sock'),
    ],
    [
      'a config that means another mode than the worker’s',
      'worker.other-mode',
      /worker/,
      () =>
        config(
          'mode: single-user\npaths: { run: /run/usher, roster: /etc/usher/users.yaml, secrets: /etc/usher/secrets.yaml, data: /var/lib/usher/data, state: /var/lib/usher, bot_state: /var/lib/usher/bot }',
        ),
      'says',
    ],
    ['a lowered policy', 'policy.adopt-admin', /adopt: admin/, () => config('adopt: admin'), 'mends'],
    [
      'a config without an admin',
      'admins.none',
      /admins/,
      () => writeFileSync(CONFIG, `telegram: { admins: [], api_root: "${api.url}" }\n`),
      'says',
    ],
    [
      'a line of /etc/passwd that is none',
      'accounts.broken',
      /passwd/,
      () => appendFileSync('/etc/passwd', 'half:x:77\n'),
      'says',
    ],
    [
      'a name that is twice in /etc/group',
      'accounts.broken',
      /group/,
      () => appendFileSync('/etc/group', 'usher:x:7654:\n'),
      'says',
    ],
    [
      'a lock that somebody left',
      'accounts.locked',
      /passwd.lock/,
      () => {
        writeFileSync('/etc/passwd.lock', '')
        utimesSync('/etc/passwd.lock', 1e9, 1e9)
      },
      'mends',
    ],
    [
      'accounts from elsewhere',
      'accounts.other-sources',
      /nsswitch/,
      () => writeFileSync('/etc/nsswitch.conf', 'passwd: files ldap\n'),
      'says',
    ],
    [
      'a cache of accounts',
      'accounts.cached',
      /nscd/,
      () => {
        mkdirSync('/run/nscd', { recursive: true })
        writeFileSync('/run/nscd/socket', '')
      },
      'says',
      () => rmSync('/run/nscd', { recursive: true }),
    ],
    [
      'a database from the future',
      'clock.jumped-back',
      /clock/,
      () => utimesSync('/var/lib/usher/usher.db', Date.now() / 1000 + 3600, Date.now() / 1000 + 3600),
      'says',
      () => utimesSync('/var/lib/usher/usher.db', Date.now() / 1000, Date.now() / 1000),
    ],
    ...(['size=1m', 'nr_inodes=50'] as const).map((option): (typeof damages)[number] => [
      `a disk with ${option}`,
      option === 'size=1m' ? 'disk.full' : 'disk.inodes',
      /data$/,
      () => execFileSync('mount', ['-t', 'tmpfs', '-o', `${option},mode=711`, 'tmpfs', DATA]),
      'says',
      () => execFileSync('umount', [DATA]),
    ]),
    [
      'a disk that can only be read',
      'disk.read-only',
      /data$/,
      () => execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,mode=711', 'tmpfs', DATA]),
      'mends',
      () => execFileSync('umount', [DATA]),
    ],
    [
      'a kernel that follows anybody’s links',
      'kernel.weak',
      /protected_symlinks/,
      () => {
        writeFileSync('/tmp/zero', '0\n')
        execFileSync('mount', ['--bind', '/tmp/zero', '/proc/sys/fs/protected_symlinks'])
      },
      'says',
      () => execFileSync('umount', ['/proc/sys/fs/protected_symlinks']),
    ],
    [
      'a program that steps need and that is gone',
      'programs.missing',
      /useradd/,
      () => {
        // An empty folder in its place is no program that can be started, and no more there for whoever looks.
        execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/usr/sbin'])
      },
      'says',
      () => execFileSync('umount', ['/usr/sbin']),
    ],
  ]
  /** Damages that do not touch each other: looked for and mended side by side, because each look starts programs. */
  const together = [
    [
      ...[
        'a roster that others can read',
        'secrets that others can read',
        'a token that others can read',
        'a missing template',
      ],
      ...[
        'a data folder that others can write',
        'a state folder of the bot that is not the bot’s',
        'a lowered policy',
      ],
      ...[
        'a folder of a person that others can read',
        'a socket with a wrong mode',
        'a folder of sockets that others can write',
      ],
      ...[
        'a lock that somebody left',
        'a cache of accounts',
        'accounts from elsewhere',
        'a kernel that follows anybody’s links',
      ],
    ],
    [
      ...[
        'two people with one Telegram id',
        'a missing token',
        'a missing secret of the webhook',
        'a missing folder',
      ],
      ...[
        'a database from the future',
        'a data folder that people cannot reach through',
        'a line of /etc/passwd that is none',
      ],
      ...[
        'secrets that others can write',
        'a folder of a person that is somebody else’s',
        'a name that is twice in /etc/group',
      ],
    ],
    [
      ...[
        "a token that is root's, with no unit to hand it over",
        'a file in the place of a folder',
        'a socket that is gone',
      ],
      ...[
        'a service that nobody can restart here',
        'a role that the config does not have',
        'a program that steps need and that is gone',
      ],
    ],
  ]
  const grouped = together.map((titles) => titles.map((title) => damages.find(([what]) => what === title)!))
  const alone = damages.filter((damage) => !grouped.flat().includes(damage)).map((damage) => [damage])
  for (const batch of [...alone, ...grouped]) {
    const titles = batch.map(
      ([what, , , , how]) => `${what}${how === 'mends' ? ', which its command mends' : ''}`,
    )
    test(`finds ${titles.join('; ')}`, { timeout: 60_000 }, async () => {
      for (const [, , , damage] of batch) damage()
      try {
        const { findings } = await doctor()
        const found = batch.map(([what, code, subject]) => {
          const one = findings.find((finding) => finding.code === code && subject.test(finding.subject))
          expect(
            one,
            `${what}: ${JSON.stringify(findings.filter(({ severity }) => severity !== 'ok'))}`,
          ).toBeDefined()
          expect(one?.why, what).toBeTruthy()
          return one as Finding
        })
        const mendable = batch.flatMap(([, code, subject, , how], index) =>
          how === 'mends' ? [{ code, subject, index }] : [],
        )
        if (mendable.length === 0) return
        for (const { index } of mendable) mend(found[index] as Finding)
        const after = (await doctor()).findings
        for (const { code, subject, index } of mendable)
          expect(
            after.filter((one) => one.code === code && subject.test(one.subject)),
            found[index]?.fix,
          ).toEqual([])
      } finally {
        for (const [, , , , , restore] of batch) restore?.()
      }
    })
  }

  test('names a witness without a token, and each key of the approver account that is not tied to its command', {
    timeout: 90_000,
  }, async () => {
    config('witness: {}\napprover: {}')
    expect(usher('init').status).toBe(0)
    const keys = '/var/lib/usher-approver/.ssh/authorized_keys'
    const about = async (area: string) =>
      (await doctor()).findings.filter(({ code, severity }) => code.startsWith(area) && severity !== 'ok')
    expect(await about('approver')).toMatchObject([{ code: 'approver.no-keys', severity: 'note' }])
    mkdirSync(dirname(keys), { mode: 0o755 })
    const tied = 'command="/usr/bin/usher approver --as 42",restrict,pty ssh-ed25519 AAAA ada@laptop'
    writeFileSync(keys, `# admins\n${tied}\n`, { mode: 0o644 })
    expect(await about('approver')).toEqual([])
    const [token] = await about('witness')
    expect(token).toMatchObject({ code: 'witness.token', fix: expect.stringContaining('-o usher-witness') })
    mend(token as Finding)
    expect(await about('witness')).toEqual([])
    chmodSync('/var/lib/usher-witness', 0o755)
    const [folder] = await about('witness')
    expect(folder).toMatchObject({ code: 'witness.folder' })
    mend(folder as Finding)
    expect(await about('witness')).toEqual([])
    const free = [
      'ssh-ed25519 AAAA eve@laptop',
      'restrict,pty ssh-ed25519 AAAA command="/usr/bin/usher approver --as 42"',
      'command="/bin/sh",restrict ssh-ed25519 AAAA',
      'command="/usr/bin/usher approver --as 42" ssh-ed25519 AAAA',
      'command="/usr/bin/usher approver --as 42; sh",restrict ssh-ed25519 AAAA',
    ]
    for (const line of free) {
      writeFileSync(keys, `${tied}\n${line}\n`)
      expect(await about('approver'), line).toMatchObject([
        { code: 'approver.free-key', subject: keys, what: "line 2 is not tied to 'usher approver'" },
      ])
    }
    writeFileSync(keys, `${tied}\n`)
    chmodSync(keys, 0o666)
    const [loose] = await about('approver')
    expect(loose).toMatchObject({ code: 'approver.keys-untrusted', subject: keys })
    mend(loose as Finding)
    expect(await about('approver')).toEqual([])
    for (const folder of ['/var/lib/usher-witness', '/var/lib/usher-approver'])
      rmSync(folder, { recursive: true })
  })

  test('asks Telegram about the token, as the bot’s account, without a message, and whether it can write to the admins', {
    timeout: 60_000,
  }, async () => {
    const about = async () =>
      (await doctor()).findings.filter(({ code }) => /^(token|admins)/.test(code) && code !== 'token.ok')
    await api.control.inject({ method: 'getMe', fault: { kind: 'delay', ms: 10 } })
    expect((await about()).map(({ code }) => code)).toEqual(['token.accepted', 'admins.ok'])
    const telegram = (admins: string, more = '') =>
      writeFileSync(CONFIG, `telegram: { admins: [${admins}], api_root: "${api.url}"${more} }\n`)
    telegram('77, 88')
    expect(await about()).toMatchObject([
      { code: 'admins.unreachable', severity: 'note' },
      { code: 'token.accepted' },
    ])
    telegram('88', ', bot_username: another_bot')
    expect(await about()).toMatchObject([
      { code: 'token.other-bot', severity: 'problem' },
      {
        code: 'admins.unreachable',
        severity: 'problem',
        fix: expect.stringContaining('https://t.me/acme_usher_bot'),
      },
    ])
    writeFileSync(TOKEN, '654321:abcdefghijklmnopqrstuvwxyz\n')
    telegram('77')
    const refused = await about()
    expect(refused).toMatchObject([{ code: 'token.refused', severity: 'problem' }])
    expect(JSON.stringify(refused)).not.toContain('abcdefghijklmnop')
    writeFileSync(CONFIG, 'telegram: { admins: [77], api_root: "http://127.0.0.1:9" }\n')
    expect(await about()).toMatchObject([{ code: 'token.not-asked', severity: 'note' }])
    const { messages } = await api.control.chat({ chat: 77 })
    expect(messages.filter(({ from_bot: fromBot }) => fromBot)).toEqual([])
  })

  test('looks for the command of agents as the people who will run it', async () => {
    const smoke = (path: string) => config(`smoke: { agent_command: [agent, --version], path: ["${path}"] }`)
    const agent = async () => (await doctor()).findings.filter(({ code }) => code.startsWith('agent'))
    mkdirSync('/home/anna/bin')
    writeFileSync('/home/anna/bin/agent', '#!/bin/sh\n', { mode: 0o755 })
    smoke('{home}/bin')
    expect(await agent()).toMatchObject([{ code: 'agent.ok', what: expect.stringContaining('anna') }])
    smoke('/usr/bin')
    expect(await agent()).toMatchObject([{ code: 'agent.missing', what: expect.stringContaining('anna') }])
    // Found by root, and yet out of the person's reach.
    mkdirSync('/var/lib/usher/agents', { mode: 0o700 })
    writeFileSync('/var/lib/usher/agents/agent', '#!/bin/sh\n', { mode: 0o755 })
    smoke('/var/lib/usher/agents')
    expect(await agent()).toMatchObject([{ code: 'agent.missing' }])
    roster()
    writeFileSync(ROSTER, 'users: []\n')
    expect(await agent()).toMatchObject([{ code: 'agent.nobody', severity: 'note' }])
    rmSync('/var/lib/usher/agents', { recursive: true })
  })

  test("never advises to make the bot's token readable for all", () => {
    chownSync(TOKEN, 0, 0)
    const bot = usherAs(usherUid, 'bot')
    expect(bot.status).toBe(2)
    expect(bot.stderr).toContain('permission denied; it must be yours, with mode 0600')
    expect(bot.stderr).not.toContain('0644')
  })

  test('says as a plain user, and as nobody, what it could not look at, and looks at the rest', async () => {
    for (const uid of [ANNA, 65_534]) {
      const { findings, problems } = doctorAs(uid)
      expect(problems, JSON.stringify(problems)).toEqual([])
      expect(findings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['reach.limited', 'sockets.ok']),
      )
    }
    expect(doctorAs(ANNA).findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['worker.ok', 'peer.ok']),
    )
  })

  test('says what is wrong although nothing is there: no config, no worker, no systemd', async () => {
    for (const path of ['/etc/usher', '/run/usher']) renameSync(path, `${path}.gone`)
    try {
      const { problems, findings } = await doctor()
      expect(problems.map(({ code }) => code)).toContain('config.missing')
      expect(findings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['reach.no-config', 'accounts.ok', 'clock.unknown']),
      )
      expect(doctorAs(65_534).findings.map(({ code }) => code)).toContain('mode.single-user')
    } finally {
      for (const path of ['/etc/usher', '/run/usher']) renameSync(`${path}.gone`, path)
    }
  })

  test('says that a worker does not answer', async () => {
    worker.child.kill('SIGSTOP')
    try {
      expect((await doctor()).problems).toMatchObject([{ code: 'worker.unreachable' }])
    } finally {
      worker.child.kill('SIGCONT')
    }
  }, 60_000)

  test('says that approvals in chat are frozen, and its command thaws them', async () => {
    expect(usher('freeze').status).toBe(0)
    const [frozen] = (await doctor()).findings.filter(({ code }) => code === 'chat.frozen')
    expect(frozen).toMatchObject({ severity: 'note' })
    mend(frozen as Finding)
    expect((await doctor()).findings.map(({ code }) => code)).not.toContain('chat.frozen')
  })

  test('says that no worker runs, and how to start one', async () => {
    await worker.kill('SIGTERM')
    const { problems } = await doctor()
    expect(problems).toMatchObject([
      { code: 'worker.not-running', what: expect.stringContaining('no worker runs') },
    ])
    expect(problems[0]?.fix).toContain('usher worker')
  })
})
