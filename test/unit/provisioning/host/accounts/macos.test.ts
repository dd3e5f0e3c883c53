import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { accountFilesOf } from '../../../../../src/provisioning/host/accounts/account-files.ts'
import { createMacosAccountDatabase } from '../../../../../src/provisioning/host/accounts/create-macos-account-database.ts'
import {
  groupOf,
  isDisabled,
  parseRecords,
  saysMember,
  saysNotFound,
  userOf,
} from '../../../../../src/provisioning/host/accounts/dscl.ts'
import { parsePasswd } from '../../../../../src/provisioning/host/accounts/passwd.ts'
import type { SafeFiles } from '../../../../../src/provisioning/host/files/safe-files.ts'
import type { ProgramResult } from '../../../../../src/provisioning/host/programs/programs.ts'

const recorded = (name: string) =>
  readFileSync(new URL(`../fixtures/macos/${name}.txt`, import.meta.url), 'utf8')

describe('what dscl prints', () => {
  it('is a person with a name that has a blank, and with more attributes than were asked for', () => {
    const [ada] = parseRecords(recorded('read-user'))
    expect(userOf(ada!)).toEqual({
      ...{ name: 'ada', uid: 501, gid: 20, gecos: 'Ada Lovelace' },
      ...{ home: '/Users/ada', shell: '/bin/zsh' },
    })
    const [games] = parseRecords(recorded('read-user-whole'))
    expect(userOf(games!)).toMatchObject({ name: 'games', uid: 505, shell: '/bin/bash' })
    expect(isDisabled(games!)).toBe(false)
  })

  it('is many people, of whom those without a uid of a person are left out', () => {
    const people = parseRecords(recorded('readall-users')).map(userOf)
    expect(people.map((one) => one && `${one.name} ${one.uid}`)).toEqual([
      null,
      'root 0',
      '_usher 448',
      'ada 501',
      'grace 502',
    ])
  })

  it('is a group with the members that it has itself', () => {
    const [agents] = parseRecords(recorded('read-group'))
    expect(groupOf(agents!)).toEqual({ name: 'agents', gid: 700, members: ['grace'] })
    const names = parseRecords(recorded('readall-groups')).map((one) => groupOf(one)?.name)
    expect(names).toEqual(['admin', 'staff', 'agents'])
  })

  it('says that an account is disabled, and that a record is not there', () => {
    expect(isDisabled(parseRecords(recorded('read-user-disabled'))[0]!)).toBe(true)
    expect(saysNotFound(recorded('not-found'))).toBe(true)
    expect(saysNotFound('Operation was canceled because of a timeout')).toBe(false)
  })

  it('answers for a member with a word, and with nothing when it cannot', () => {
    expect(saysMember(recorded('checkmember-yes'))).toBe(true)
    expect(saysMember(recorded('checkmember-no'))).toBe(false)
    expect(saysMember('Record not found.\n')).toBeNull()
  })
})

/** A Mac that answers what was recorded, by the command; and everything that it was asked. */
function mac(
  answers: Readonly<Record<string, string | { status: number; stdout?: string; stderr?: string }>>,
) {
  const asked: string[] = []
  const run = async (program: string, args: string[]): Promise<ProgramResult> => {
    const line = [program.slice(program.lastIndexOf('/') + 1), ...args].join(' ')
    asked.push(line)
    const answer = Object.entries(answers).find(([start]) => line.startsWith(start))?.[1]
    if (typeof answer === 'string') return { ok: true, stdout: answer, stderr: '', durationMs: 1 }
    const { status, stdout = '', stderr = '' } = answer ?? { status: 56, stderr: recorded('not-found') }
    const failure = { code: 'program_failed' as const, params: { program, status } }
    return { ok: false, failure, status, stdout, stderr, durationMs: 1 }
  }
  const files = { readUntrusted: async () => ({ ok: false }) } as unknown as SafeFiles
  return { accounts: createMacosAccountDatabase({ run }, files), asked }
}

const HOST = {
  'dscl . -read /Users/ada RecordName': recorded('read-user'),
  'dscl . -read /Users/ada AuthenticationAuthority': recorded('read-user-disabled'),
  'dscl . -read /Groups/agents': recorded('read-group'),
  'dscl . -readall /Users': recorded('readall-users'),
  'dscl . -readall /Groups': recorded('readall-groups'),
  'dseditgroup -o checkmember -m ada admin': recorded('checkmember-yes'),
  'dseditgroup -o checkmember -m grace admin': { status: 67, stdout: recorded('checkmember-no') },
  'dseditgroup -o edit': '',
  'id -Gn ada': recorded('id-groups'),
}

describe('the account database of macOS', () => {
  it('finds people by name and uid, and nobody by another name of theirs', async () => {
    const { accounts } = mac({ ...HOST, 'dscl . -read /Users/Ada': recorded('read-user') })
    expect(await accounts.byName('ada')).toMatchObject({ uid: 501, home: '/Users/ada' })
    expect(await accounts.byName('Ada')).toBeNull()
    expect(await accounts.byName('ghost')).toBeNull()
    expect(await accounts.byUid(502)).toMatchObject({ name: 'grace', gecos: 'Grace  Hopper' })
    expect(await accounts.namesOf(501)).toEqual(['ada'])
    expect(await accounts.uidsOf(['ada', 'ghost'])).toEqual(new Map([['ada', 501]]))
    expect(await accounts.settings()).toEqual({ uidMin: 501, uidMax: 60_000, homeBase: '/Users' })
  })

  it('never takes a directory that does not answer for an account that is not there', async () => {
    const { accounts } = mac({ dscl: { status: 70, stderr: 'Operation was canceled' } })
    await expect(accounts.byName('ada')).rejects.toThrow('cannot ask the directory for /Users/ada')
    await expect(accounts.all()).rejects.toThrow('cannot ask the directory for /Users')
  })

  it('gives no name to a tool that would be a path or an option', async () => {
    const { accounts, asked } = mac(HOST)
    for (const name of ['../Groups/admin', '-plist', 'a b', ''])
      expect(await accounts.byName(name)).toBeNull()
    expect(asked).toEqual([])
  })

  it('knows the groups that come by a group within a group, and what the account can do', async () => {
    const { accounts } = mac(HOST)
    expect(await accounts.groupsOf('ada')).toEqual([
      'staff',
      'everyone',
      'localaccounts',
      '_appserverusr',
      'admin',
    ])
    const power = await accounts.power((await accounts.byName('ada'))!)
    expect(power).toMatchObject({ linger: false, authorizedKeys: 0 })
    expect(power.groups).toContain('admin')
    expect(await accounts.isLocked('ada')).toBe(true)
  })

  it('adds to a group who is in none of its kind yet, and takes out again only directly', async () => {
    const { accounts, asked } = mac(HOST)
    expect((await accounts.joinGroup('ada', 'admin')).ok).toBe(true)
    expect(asked.filter((line) => line.includes('-o edit'))).toEqual([])
    expect((await accounts.joinGroups('grace', ['admin'])).ok).toBe(true)
    expect((await accounts.leaveGroup('grace', 'admin')).ok).toBe(true)
    expect(asked.filter((line) => line.includes('-o edit'))).toEqual([
      'dseditgroup -o edit -a grace -t user admin',
      'dseditgroup -o edit -d grace -t user admin',
    ])
  })

  it('makes, removes, expires and renames nothing, and runs no program for it', async () => {
    const { accounts, asked } = mac(HOST)
    const account = { name: 'new', uid: 503, home: '/Users/new', shell: '/bin/zsh', gecos: '' }
    const tried = [
      await accounts.create(account),
      await accounts.remove('ada'),
      await accounts.removeRemains({ name: 'ada', uid: 501, gid: 20 }),
      await accounts.setGecos('ada', 'x'),
      await accounts.expire('ada'),
      await accounts.liftExpiry('ada'),
    ]
    for (const result of tried) {
      expect(result.ok ? 'ok' : result.failure.detail).toContain('cannot create accounts on macOS')
    }
    expect(asked).toEqual([])
    expect(await accounts.isExpired('ada')).toBe(false)
  })
})

describe('all accounts at once', () => {
  it('read like passwd(5) and group(5) on macOS', () => {
    const asked: string[] = []
    const files = accountFilesOf('darwin', (program, args) => {
      asked.push([program, ...args].join(' '))
      return recorded(args.includes('/Users') ? 'readall-users' : 'readall-groups')
    })
    expect(parsePasswd(files.passwd()).map(({ name, uid }) => `${name}:${uid}`)).toEqual([
      'root:0',
      '_usher:448',
      'ada:501',
      'grace:502',
    ])
    expect(files.group()).toBe('admin:*:80:root,ada\nstaff:*:20:root\nagents:*:700:grace\n')
    expect(asked[0]).toMatch(/^\/usr\/bin\/dscl \. -readall \/Users RecordName/)
  })

  it('are the files of a Linux host', () => {
    const files = accountFilesOf('linux')
    expect(files.passwd()).toBe(readFileSync('/etc/passwd', 'utf8'))
    expect(files.group()).toBe(readFileSync('/etc/group', 'utf8'))
  })
})
