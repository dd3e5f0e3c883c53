import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAccountDatabase } from '../../src/provisioning/host/accounts/create-account-database.ts'
import { createSafeFiles } from '../../src/provisioning/host/files/create-safe-files.ts'
import { createPrograms } from '../../src/provisioning/host/programs/create-programs.ts'

const files = createSafeFiles({ mode: 'system', dataDir: '/srv/data' })
const accounts = createAccountDatabase(createPrograms('system'), files)
const FILES = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`)
const nia = {
  name: 'nia',
  uid: 4501,
  gid: 4501,
  home: '/home/nia',
  shell: '/bin/sh',
  gecos: 'usher run 0123',
}
const none = { passwd: false, shadow: false, group: false, gshadow: false, subuid: false, subgid: false }
let before: Record<string, string>

const snapshot = () => Object.fromEntries(FILES.map((file) => [file, readFileSync(file, 'utf8')]))
const dropLine = (file: string, name: string) =>
  writeFileSync(file, readFileSync(file, 'utf8').replace(new RegExp(`^${name}:.*\\n`, 'm'), ''))

beforeEach(() => {
  before = snapshot()
})
afterEach(() => {
  for (const [file, text] of Object.entries(before)) writeFileSync(file, text)
  rmSync('/etc/passwd.lock', { force: true })
})

describe('the account database', () => {
  test('creates an account with its own group, locked, expired and marked; removing it restores every file', async () => {
    expect(await accounts.create(nia)).toMatchObject({ ok: true })
    expect(await accounts.byName('nia')).toEqual({
      ...{ name: 'nia', uid: 4501, gid: 4501, gecos: 'usher run 0123', home: '/home/nia', shell: '/bin/sh' },
    })
    expect(await accounts.byUid(4501)).toMatchObject({ name: 'nia' })
    expect(await accounts.group('nia')).toEqual({ name: 'nia', gid: 4501, members: [] })
    expect(await accounts.groupsOf('nia')).toEqual(['nia'])
    expect(await accounts.isExpired('nia')).toBe(true)
    expect(await accounts.isLocked('nia')).toBe(true)
    expect(await accounts.isNeverActivated('nia')).toBe(true)
    expect(Object.values(await accounts.traces('nia'))).toEqual([true, true, true, true, true, true])
    expect((await accounts.allUids()).has(4501)).toBe(true)
    expect((await accounts.allGids()).has(4501)).toBe(true)
    expect(await accounts.remove('nia')).toMatchObject({ ok: true })
    expect(snapshot()).toEqual(before)
  })

  test('lifts the expiry with the name in one stroke, and knows an account that has been active', async () => {
    await accounts.create(nia)
    expect(await accounts.liftExpiry('nia', 'Nia N')).toMatchObject({ ok: true })
    expect(await accounts.byName('nia')).toMatchObject({ gecos: 'Nia N' })
    expect(await accounts.isExpired('nia')).toBe(false)
    expect(await accounts.isNeverActivated('nia')).toBe(false)
    expect(await accounts.expire('nia')).toMatchObject({ ok: true })
    expect(await accounts.isExpired('nia')).toBe(true)
    expect(await accounts.isNeverActivated('nia')).toBe(false)
  })

  test('expiring an account that was never active leaves it so', async () => {
    await accounts.create(nia)
    await accounts.expire('nia')
    expect(await accounts.isNeverActivated('nia')).toBe(true)
  })

  test('joins several groups at once, keeps the others and leaves one by one', async () => {
    await accounts.create(nia)
    expect(await accounts.joinGroups('nia', ['games', 'users'])).toMatchObject({ ok: true })
    expect(await accounts.joinGroup('nia', 'audio')).toMatchObject({ ok: true })
    expect((await accounts.groupsOf('nia')).sort()).toEqual(['audio', 'games', 'nia', 'users'])
    expect(await accounts.leaveGroup('nia', 'games')).toMatchObject({ ok: true })
    expect((await accounts.groupsOf('nia')).sort()).toEqual(['audio', 'nia', 'users'])
  })

  test('eight accounts at once all come to be', async () => {
    const names = Array.from({ length: 8 }, (_, index) => ({
      ...nia,
      name: `nia${index}`,
      uid: 4510 + index,
    }))
    const results = await Promise.all(names.map((account) => accounts.create(account)))
    expect(results.every((result) => result.ok)).toBe(true)
  })

  test('a lock that another program holds is told as such', async () => {
    writeFileSync('/etc/passwd.lock', 'garbage')
    expect(await accounts.create(nia)).toMatchObject({
      ok: false,
      failure: { code: 'account_locked_by_other' },
    })
    expect(snapshot()).toEqual(before)
  })

  test.each([
    ['nothing but passwd', ['shadow', 'group', 'gshadow', 'subuid', 'subgid']],
    ['no group', ['group', 'gshadow', 'subuid', 'subgid']],
    ['no subordinate ids', ['subuid', 'subgid']],
  ])('removes an account that was made by half, with %s', async (_title, missing) => {
    await accounts.create(nia)
    for (const file of missing) dropLine(`/etc/${file}`, 'nia')
    expect(await accounts.remove('nia')).toMatchObject({ ok: true })
    await accounts.removeRemains(nia)
    expect(await accounts.traces('nia')).toEqual(none)
    expect(snapshot()).toEqual(before)
  })

  test.each([
    ['passwd', ['passwd']],
    ['passwd and shadow', ['passwd', 'shadow']],
    ['passwd, shadow and group', ['passwd', 'shadow', 'group']],
    ['everything but the subordinate ids', ['passwd', 'shadow', 'group', 'gshadow']],
  ])('removes the remains of an account whose removal got as far as %s', async (_title, gone) => {
    await accounts.create(nia)
    for (const file of gone) dropLine(`/etc/${file}`, 'nia')
    expect(await accounts.removeRemains(nia)).toMatchObject({ ok: true })
    expect(await accounts.traces('nia')).toEqual(none)
    expect(snapshot()).toEqual(before)
  })

  test('a group of that name that is not its own stays', async () => {
    execFileSync('groupadd', ['--gid', '4777', 'nia'])
    await accounts.removeRemains(nia)
    expect(await accounts.group('nia')).toMatchObject({ gid: 4777 })
  })

  test('tells what an account can do already, without following links in its home', async () => {
    execFileSync('useradd', ['--uid', '4502', '--create-home', 'ola'])
    const ola = (await accounts.byName('ola'))!
    expect(await accounts.power(ola)).toEqual({
      groups: ['ola'],
      sudoRules: [],
      linger: false,
      authorizedKeys: 0,
    })
    mkdirSync('/etc/sudoers.d', { recursive: true })
    writeFileSync('/etc/sudoers', '@includedir /etc/sudoers.d\n')
    writeFileSync('/etc/sudoers.d/ola', 'ola ALL=(ALL) NOPASSWD: ALL\n')
    writeFileSync('/etc/sudoers.d/ola.off', 'ola ALL=(ALL) /bin/off\n')
    mkdirSync('/var/lib/systemd/linger', { recursive: true })
    writeFileSync('/var/lib/systemd/linger/ola', '')
    mkdirSync('/home/ola/.ssh')
    writeFileSync('/home/ola/.ssh/authorized_keys', '# mine\nssh-ed25519 AAAA a\n\n  ssh-rsa BBBB b\n')
    chownSync('/home/ola/.ssh', 4502, 4502)
    symlinkSync('/etc/passwd', '/home/ola/.ssh/authorized_keys2')
    await accounts.joinGroups('ola', ['games'])
    expect(await accounts.power(ola)).toEqual({
      groups: ['ola', 'games'],
      sudoRules: ['ola ALL=(ALL) NOPASSWD: ALL'],
      linger: true,
      authorizedKeys: 2,
    })
    const record = Buffer.alloc(292)
    record.writeUInt32LE(1_700_000_000)
    writeFileSync('/var/log/lastlog', Buffer.concat([Buffer.alloc(292 * 4502), record]))
    expect(await accounts.lastLoginAt(ola)).toBe(1_700_000_000_000)
    expect(await accounts.lastLoginAt(nia)).toBe(null)
    for (const path of ['/home/ola', '/etc/sudoers.d', '/etc/sudoers', '/var/lib/systemd/linger/ola']) {
      rmSync(path, { recursive: true })
    }
  })
})
