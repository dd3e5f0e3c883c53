import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FactsQuery } from '../../src/domain/facts.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'

const query: FactsQuery = {
  osUser: 'una',
  telegramId: 77,
  groups: ['games', 'no-such-group'],
  owners: ['daemon', 'no-such-user'],
  paths: ['/home/una', '/srv', '/srv/link', '/srv/link/below', '/etc/hostname/below', '/nowhere/at/all'],
  shell: '/bin/sh',
  programs: ['/usr/bin/env', '/usr/bin/no-such-program'],
}
let host: Host

beforeEach(() => {
  host = makeTestHost()
  symlinkSync('/etc', '/srv/link')
})
afterEach(() => {
  for (const path of ['/etc/usher', places.dataDir, places.stateDir, '/srv/link'])
    rmSync(path, { recursive: true })
})

describe('observing', () => {
  test('a person who does not exist yet', async () => {
    expect(await host.observe(query)).toEqual({
      host: 'testhost',
      mode: 'system',
      personUids: { min: 1000, max: 60000 },
      ownUid: null,
      createsAccounts: true,
      homeBase: '/home',
      account: null,
      accountExpired: false,
      power: null,
      lastLoginAt: null,
      sameNamedGroup: null,
      roleGroups: { games: { gid: 60, member: false }, 'no-such-group': null },
      owners: { daemon: { uid: 1, gid: 1 }, 'no-such-user': null },
      paths: {
        '/home/una': { kind: 'absent' },
        '/srv': { kind: 'directory', uid: 0, gid: 0, mode: 0o755 },
        '/srv/link': { kind: 'symlink', uid: 0, gid: 0, mode: 0o777 },
        '/srv/link/below': { kind: 'unreadable', errno: 'ELOOP' },
        '/etc/hostname/below': { kind: 'unreadable', errno: 'ENOTDIR' },
        '/nowhere/at/all': { kind: 'absent' },
      },
      rosterMatches: [],
      rosterProblem: null,
      shellExists: true,
      missingPrograms: ['/usr/bin/no-such-program'],
    })
  })

  test('a person with an account, a group and roster entries by id, by name and by uid', async () => {
    execFileSync('useradd', ['--uid', '4601', '-G', 'games', '--create-home', 'una'])
    execFileSync('useradd', ['--uid', '4601', '--non-unique', '--no-user-group', '--gid', '4601', 'una-too'])
    const person = (id: string, osUser: string) =>
      `- {telegram_id: ${id}, name: X, os_user: ${osUser}, role: user}\n`
    writeFileSync(
      places.rosterFile,
      `users:\n${person('"77"', 'ole')}${person('78', 'una')}${person('79', 'una-too')}${person('80', 'pia')}`,
    )
    const facts = await host.observe(query)
    expect(facts.account).toMatchObject({ name: 'una', uid: 4601, gid: 4601, home: '/home/una' })
    expect(facts.accountExpired).toBe(true) // useradd locks the password
    expect(facts.power).toMatchObject({ groups: ['una', 'games'] })
    expect(facts.roleGroups['games']).toEqual({ gid: 60, member: true })
    expect(facts.sameNamedGroup).toEqual({ name: 'una', gid: 4601, members: [] })
    expect(facts.rosterMatches.map(({ entry, by }) => [entry.telegram_id, by])).toEqual([
      [77, ['telegram_id']],
      [78, ['os_user']],
      [79, ['uid']],
    ])
    execFileSync('userdel', ['una-too'])
    execFileSync('userdel', ['-r', 'una'], { stdio: 'ignore' })
  })

  test('a roster that cannot be used is told as such, never as an empty one', async () => {
    chmodSync(places.rosterFile, 0o666)
    expect(await host.observe(query)).toMatchObject({
      rosterMatches: [],
      rosterProblem: 'others can write to it',
    })
  })

  test('reads files only: it takes milliseconds, not processes', async () => {
    await host.observe(query)
    const begun = performance.now()
    for (let count = 0; count < 20; count++) await host.observe(query)
    expect((performance.now() - begun) / 20).toBeLessThan(250)
  })
})
