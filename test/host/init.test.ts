import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { readEnvironment } from '../../src/config/environment.ts'
import { loadConfig } from '../../src/config/load.ts'

const FOLDERS = [
  '/etc/usher',
  '/var/lib/usher',
  '/var/lib/usher-bot',
  '/var/lib/usher-witness',
  '/var/lib/usher-approver',
  '/run/usher',
  '/home/solo',
  '/srv/place',
]

afterEach(() => {
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true })
  for (const name of ['usher', 'solo', 'usher-witness', 'usher-approver']) {
    if (readFileSync('/etc/passwd', 'utf8').includes(`\n${name}:`)) {
      execFileSync('userdel', [name], { stdio: 'ignore' })
    }
  }
})

interface Ran {
  status: number | null
  stdout: string
  stderr: string
  document: {
    ok: boolean
    changes: { state: string; subject: string; text: string }[]
    error?: { code: string }
  }
}

function usher(args: string[], as?: { uid: number; gid: number; env: Record<string, string> }): Ran {
  const argv = ['--disable-warning=ExperimentalWarning', 'src/launch.js', ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', ...as?.env },
    ...(as === undefined ? {} : { uid: as.uid, gid: as.gid }),
  })
  return {
    status,
    stdout,
    stderr,
    document: args.includes('--json') && stdout !== '' ? JSON.parse(stdout) : null,
  }
}

/** Owner and mode as `NAME 0755`, for what init is responsible for. */
function facts(path: string): string {
  return execFileSync('stat', ['-c', '%U %04a', path], { encoding: 'utf8' }).trim()
}

describe('usher init as root', () => {
  test('makes accounts, folders and files with the owners and modes that the design names', () => {
    const { status, document } = usher(['init', '--admin', '111111111', '--json'])
    expect({ status, ok: document.ok }).toEqual({ status: 0, ok: true })
    expect(new Set(document.changes.map(({ state }) => state))).toEqual(new Set(['change']))
    const made = {
      '/etc/usher': 'root 0755',
      '/etc/usher/config.yaml': 'root 0644',
      '/etc/usher/users.yaml': 'root 0600',
      '/etc/usher/secrets.yaml': 'root 0600',
      '/etc/usher/MEMORY.md.example': 'root 0644',
      '/var/lib/usher': 'root 0711',
      '/var/lib/usher/data': 'root 0711',
      '/var/lib/usher/data/memory': 'root 0711',
      '/var/lib/usher/data/history': 'root 0711',
      '/var/lib/usher-bot': 'usher 0700',
      '/run/usher': 'root 0755',
    }
    expect(Object.fromEntries(Object.keys(made).map((path) => [path, facts(path)]))).toEqual(made)
    expect(document.changes.map(({ subject }) => subject).sort()).toEqual(
      ['account usher', ...Object.keys(made)].sort(),
    )
    expect(readFileSync('/etc/usher/users.yaml', 'utf8')).toMatch(/^users: \[\]$/m)
    const [, , , , , home, shell] = execFileSync('getent', ['passwd', 'usher'], { encoding: 'utf8' })
      .trim()
      .split(':')
    expect([home, shell]).toEqual(['/nonexistent', '/usr/sbin/nologin'])
    expect(execFileSync('getent', ['shadow', 'usher'], { encoding: 'utf8' })).toMatch(/^usher:!/)
  })

  test('makes accounts for a witness and an approver where the config has them, and the approver can let nobody in', () => {
    usher(['init', '--admin', '5'])
    writeFileSync('/etc/usher/config.yaml', 'witness: {}\napprover: {}\n')
    const { status, document } = usher(['init', '--json'])
    expect({ status, ok: document.ok }).toEqual({ status: 0, ok: true })
    expect(document.changes.filter(({ state }) => state === 'change').map(({ subject }) => subject)).toEqual([
      ...['account usher-witness', 'account usher-approver'],
      ...['/var/lib/usher-witness', '/var/lib/usher-approver'],
    ])
    expect(facts('/var/lib/usher-witness')).toBe('usher-witness 0700')
    expect(facts('/var/lib/usher-approver')).toBe('root 0755')
    const lineOf = (database: string, name: string) =>
      execFileSync('getent', [database, name], { encoding: 'utf8' }).trim().split(':')
    expect(lineOf('passwd', 'usher-witness').slice(5)).toEqual(['/nonexistent', '/usr/sbin/nologin'])
    expect(lineOf('passwd', 'usher-approver').slice(5)).toEqual(['/var/lib/usher-approver', '/bin/sh'])
    expect([lineOf('shadow', 'usher-witness')[1], lineOf('shadow', 'usher-approver')[1]]).toEqual(['!', '*'])
    const again = usher(['init', '--json'])
    expect(new Set(again.document.changes.map(({ state }) => state))).toEqual(new Set(['already']))
  })

  test('writes a config that loads, with the admins in it', () => {
    usher(['init', '--admin', '111111111', '--admin', '222'])
    const loaded = loadConfig({ environment: readEnvironment({}), uid: 0 })
    expect(loaded).toMatchObject({
      ok: true,
      config: {
        mode: 'system',
        telegram: { admins: [111_111_111, 222] },
        memoryTemplate: '/etc/usher/MEMORY.md.example',
      },
    })
  })

  test('says "already" throughout the second time, and changes nothing', () => {
    usher(['init', '--admin', '5'])
    const tree = () =>
      execFileSync('find', [
        '/etc/usher',
        '/var/lib/usher',
        '/var/lib/usher-bot',
        '/run/usher',
        '-printf',
        '%p %u %g %m %T@ %C@\n',
      ]).toString()
    const before = tree()
    const passwd = readFileSync('/etc/passwd', 'utf8')
    const { status, document } = usher(['init', '--json'])
    expect(status).toBe(0)
    expect(new Set(document.changes.map(({ state }) => state))).toEqual(new Set(['already']))
    expect(tree()).toBe(before)
    expect(readFileSync('/etc/passwd', 'utf8')).toBe(passwd)
  })

  test('only says what it would do in a dry run', () => {
    const dry = usher(['init', '--admin', '5', '--dry-run', '--json'])
    expect(dry.status).toBe(0)
    for (const folder of ['/etc/usher', '/var/lib/usher', '/run/usher'])
      expect(existsSync(folder)).toBe(false)
    expect(readFileSync('/etc/passwd', 'utf8')).not.toMatch(/^usher:/m)
    const real = usher(['init', '--admin', '5', '--json'])
    expect(real.document.changes.map(({ subject }) => subject)).toEqual(
      dry.document.changes.map(({ subject }) => subject),
    )
  })

  test('narrows what is too wide and keeps what is written in it', () => {
    usher(['init'])
    writeFileSync('/etc/usher/users.yaml', '# mine\nusers: []\n')
    chmodSync('/etc/usher/users.yaml', 0o644)
    chmodSync('/var/lib/usher/data', 0o777)
    const { status, document } = usher(['init', '--json'])
    expect(status).toBe(0)
    const changed = document.changes.filter(({ state }) => state === 'change').map(({ subject }) => subject)
    expect(changed).toEqual(['/etc/usher/users.yaml', '/var/lib/usher/data'])
    expect(facts('/etc/usher/users.yaml')).toBe('root 0600')
    expect(facts('/var/lib/usher/data')).toBe('root 0711')
    expect(readFileSync('/etc/usher/users.yaml', 'utf8')).toContain('# mine')
  })

  test('leaves links, files in the place of folders and what belongs to others as they are, and exits 1', () => {
    usher(['init'])
    rmSync('/var/lib/usher/data/memory', { recursive: true })
    mkdirSync('/srv/place', { mode: 0o755 })
    symlinkSync('/srv/place', '/var/lib/usher/data/memory')
    rmSync('/var/lib/usher/data/history', { recursive: true })
    writeFileSync('/var/lib/usher/data/history', 'not a folder')
    execFileSync('chown', ['nobody', '/etc/usher/secrets.yaml'])
    const { status, document } = usher(['init', '--json'])
    expect(status).toBe(1)
    const problems = document.changes.filter(({ state }) => state === 'problem').map(({ subject }) => subject)
    expect(problems).toEqual([
      '/etc/usher/secrets.yaml',
      '/var/lib/usher/data/memory',
      '/var/lib/usher/data/history',
    ])
    expect(facts('/srv/place')).toBe('root 0755')
    expect(lstatSync('/var/lib/usher/data/memory').isSymbolicLink()).toBe(true)
    expect(facts('/etc/usher/secrets.yaml')).toBe('nobody 0600')
  })

  test('never narrows a folder that others use, whatever the config says', () => {
    usher(['init'])
    writeFileSync('/etc/usher/config.yaml', 'paths: { data: /srv }\n')
    const before = facts('/srv')
    const { status, document } = usher(['init', '--json'])
    expect(status).toBe(1)
    expect(document.changes.find(({ subject }) => subject === '/srv')).toMatchObject({ state: 'problem' })
    expect(facts('/srv')).toBe(before)
    for (const name of ['memory', 'history']) rmSync(`/srv/${name}`, { recursive: true, force: true })
  })

  test('refuses before any change: an id that is none, an admin that the config lacks, a config that is wrong', () => {
    for (const id of ['0', '-1', 'true', '1.5', 'x']) {
      expect(usher(['init', `--admin=${id}`, '--json'])).toMatchObject({
        status: 2,
        document: { ok: false, error: { code: 'bad_request', violations: [] } },
      })
    }
    expect(existsSync('/etc/usher')).toBe(false)
    usher(['init', '--admin', '5'])
    const lacking = usher(['init', '--admin', '6', '--json'])
    expect(lacking).toMatchObject({
      status: 2,
      document: { ok: false, error: { code: 'invalid', violations: [{ field: 'telegram.admins' }] } },
    })
    rmSync('/run/usher', { recursive: true })
    writeFileSync('/etc/usher/config.yaml', 'telegrm: {}\n')
    const wrong = usher(['init'])
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain('telegrm: cannot use the unknown key')
    expect(usher(['init', '--json'])).toMatchObject({
      status: 2,
      document: { error: { violations: [{ field: 'telegrm', code: 'config_invalid' }] } },
    })
    expect(existsSync('/run/usher')).toBe(false)
  })
})

describe('the advice after usher init', () => {
  test('names what is to be done, and nothing that is done already', () => {
    const first = usher(['init']).stdout
    expect(first).toContain('telegram.admins')
    expect(first).toContain('install -m 0600 -o usher /dev/stdin /etc/usher/telegram-token')
    expect(first).toContain('  usher worker\n')
    expect(first).toContain('  runuser -u usher -- usher bot\n')
    expect(first).toContain('  usher doctor\n')
    writeFileSync('/etc/usher/config.yaml', 'telegram: { admins: [5] }\n')
    writeFileSync('/etc/usher/telegram-token', '123456:abcdefghijklmnopqrstuvwxyz\n', { mode: 0o600 })
    writeFileSync('/run/usher/admin.sock', '')
    const later = usher(['init']).stdout
    expect(later).not.toMatch(/telegram\.admins|telegram-token|usher worker|usher bot/)
    expect(later).toContain('  usher doctor\n')
  })

  test('asks for no first admin when somebody is on the roster', () => {
    usher(['init'])
    const entry = '- { telegram_id: 5, name: A, os_user: a, role: admin }'
    writeFileSync('/etc/usher/users.yaml', `users:\n${entry}\n`, { mode: 0o600 })
    expect(usher(['init']).stdout).not.toContain('telegram.admins')
  })
})

describe('--help of the verbs that are no client of the worker', () => {
  test.each(['init', 'doctor', 'worker', 'bot'])(
    'usher %s --help says what it does and does nothing',
    (verb) => {
      for (const flag of ['--help', '-h']) {
        const { status, stdout, stderr } = usher([verb, flag])
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
        expect(stdout).toMatch(new RegExp(`^usage: usher ${verb} `, 'i'))
      }
      expect(existsSync('/etc/usher')).toBe(false)
    },
  )
})

describe('usher init without root', () => {
  test("makes the caller's own folders, for the caller alone", () => {
    execFileSync('useradd', ['--create-home', '--uid', '4321', 'solo'])
    const as = { uid: 4321, gid: 4321, env: { HOME: '/home/solo' } }
    expect(usher(['init', '--admin', '5', '--json'], as)).toMatchObject({ status: 0, document: { ok: true } })
    for (const [path, wanted] of Object.entries({
      '/home/solo/.config/usher': 'solo 0700',
      '/home/solo/.config/usher/config.yaml': 'solo 0600',
      '/home/solo/.config/usher/users.yaml': 'solo 0600',
      '/home/solo/.local/share/usher/memory': 'solo 0700',
      '/home/solo/.local/state/usher': 'solo 0700',
      '/home/solo/.local/state/usher/run': 'solo 0700',
    })) {
      expect(`${path} ${facts(path)}`).toBe(`${path} ${wanted}`)
    }
    const again = usher(['init', '--json'], as)
    expect(new Set(again.document.changes.map(({ state }) => state))).toEqual(new Set(['already']))
    expect(readFileSync('/etc/passwd', 'utf8')).not.toMatch(/^usher:/m)
  })
})
