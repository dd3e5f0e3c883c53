import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Host } from '../../src/provisioning/host/host.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../support/host/test-machine.ts'

let host: Host
let forget: () => void
beforeEach(() => {
  forget = rememberMachine()
  host = makeTestHost()
})
afterEach(() => forget())

describe('a snapshot of the host', () => {
  test('says of every account and group what the host itself says', async () => {
    addAccount('hana', 4501)
    execFileSync('usermod', ['--append', '--groups', 'games,audio', 'hana'])
    execFileSync('chage', ['-E', '1970-01-02', 'hana'])
    addAccount('olle', 4502)
    execFileSync('chage', ['-E', '2000-01-01', 'olle'])
    // A second name for one uid, as only an editor makes it; and a second line of one name, which does not count.
    writeFileSync(
      '/etc/passwd',
      `${readFileSync('/etc/passwd', 'utf8')}twin:x:4501:4501::/home/hana:/bin/sh\nhana:x:9999:9999::/:/bin/sh\n`,
    )
    const snapshot = await host.snapshot()
    const names = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':')[0] ?? '')
    const groups = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .map((line) => line.split(':')[0] ?? '')
    for (const name of [...names, 'nobody-at-all']) {
      const entry = await host.accounts.byName(name)
      expect(await snapshot.accounts.byName(name)).toEqual(entry)
      for (const question of ['groupsOf', 'isExpired', 'isNeverActivated', 'isLocked'] as const) {
        expect(await snapshot.accounts[question](name), `${question} ${name}`).toEqual(
          await host.accounts[question](name),
        )
      }
      const uid = entry?.uid ?? 123_456
      expect(await snapshot.accounts.namesOf(uid)).toEqual(await host.accounts.namesOf(uid))
      expect(await snapshot.accounts.byUid(uid)).toEqual(await host.accounts.byUid(uid))
    }
    for (const name of [...groups, 'no-such-group']) {
      expect(await snapshot.accounts.group(name)).toEqual(await host.accounts.group(name))
    }
    for (const question of ['all', 'allUids', 'allGids', 'settings'] as const) {
      expect(await snapshot.accounts[question]()).toEqual(await host.accounts[question]())
    }
    expect(await snapshot.accounts.isNeverActivated('hana')).toBe(true)
  })

  test('says of every path what the host itself says, and follows no link', async () => {
    const at = `${places.dataDir}/zoo`
    mkdirSync(`${at}/folder/inner`, { recursive: true })
    writeFileSync(`${at}/file`, 'text')
    symlinkSync(`${at}/folder`, `${at}/link`)
    symlinkSync(`${at}/link`, `${at}/loop-a`)
    symlinkSync(`${at}/nowhere`, `${at}/dangling`)
    execFileSync('mkfifo', [`${at}/fifo`])
    chmodSync(`${at}/folder`, 0o2750)
    chownSync(`${at}/file`, 4711, 4712)
    const snapshot = await host.snapshot()
    const paths = [
      'folder',
      'folder/inner',
      'file',
      'link',
      'link/inner',
      'loop-a/inner',
      'dangling',
      'dangling/x',
    ]
    const odd = [
      'fifo',
      'fifo/x',
      'file/x',
      'absent',
      'absent/x/y',
      '../zoo/file',
      'folder/../file',
      './file',
      'a//b',
    ]
    for (const path of [
      '/',
      '/etc',
      'relative',
      '',
      '/etc/\0',
      ...[...paths, ...odd].map((name) => `${at}/${name}`),
    ]) {
      const { identity: _, ...fact } = await host.files.stat(path)
      expect(await snapshot.files.stat(path), path).toEqual(fact)
    }
  })

  test('stays what it was, while the host goes on', async () => {
    const snapshot = await host.snapshot()
    expect(await snapshot.files.stat(`${places.dataDir}/later`)).toEqual({ kind: 'absent' })
    mkdirSync(`${places.dataDir}/later`)
    addAccount('hana', 4501)
    writeFileSync(places.rosterFile, 'users:\n  - {telegram_id: 1, name: N, os_user: hana, role: user}\n')
    expect(await snapshot.files.stat(`${places.dataDir}/later`)).toEqual({ kind: 'absent' })
    expect((await snapshot.accounts.all()).some(({ name }) => name === 'hana')).toBe(false)
    expect(await snapshot.readRoster()).toEqual({ ok: true, entries: [] })
    rmSync(places.rosterFile)
    expect((await host.snapshot().then((other) => other.readRoster())).ok).toBe(false)
  })

  test('changes nothing: whatever could throws', async () => {
    const { accounts, files, roster, services } = await host.snapshot()
    expect(() => accounts.liftExpiry('root')).toThrow(/accounts\.liftExpiry cannot be used on a snapshot/)
    expect(() => files.makeDirectory('/srv/x', { uid: 0, gid: 0 }, 0o700, 'x')).toThrow(/snapshot/)
    expect(() => roster.edit(() => ({ ok: true, text: '' }))).toThrow(/snapshot/)
    expect(() => services.perform('x.service', 'restart', AbortSignal.abort())).toThrow(/snapshot/)
  })
})
