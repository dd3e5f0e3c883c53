import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RosterEntry } from '../../src/domain/person.ts'
import { createHost } from '../../src/provisioning/create-host.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { appendEntry } from '../../src/provisioning/roster/edit.ts'
import { parseRosterTree } from '../../src/provisioning/roster/parse.ts'
import { createRememberedParse } from '../../src/provisioning/roster/remembered-parse.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'

const { rosterFile, stateDir } = places
const entryOf = (id: number): RosterEntry => ({
  telegram_id: id,
  name: `P${id}`,
  os_user: `p${id}`,
  role: 'user',
})
const append = (host: Host, id: number) =>
  host.roster.edit(({ text }) => {
    const appended = appendEntry(text, entryOf(id))
    if (!appended.ok) throw new Error(appended.why)
    return { ok: true, text: appended.text, insertion: appended.insertion }
  })
let host: Host

beforeEach(() => {
  host = makeTestHost()
})
afterEach(() => {
  for (const path of ['/etc/usher', places.dataDir, stateDir]) rmSync(path, { recursive: true })
})

describe('reading the roster', () => {
  test('does not parse anew what was parsed before the host was there', async () => {
    const text = 'users:\n- {telegram_id: 5, name: A, os_user: root, role: admin}\n'
    writeFileSync(rosterFile, text)
    const parsed: string[] = []
    const parse = createRememberedParse((one) => {
      parsed.push(one)
      return parseRosterTree(one)
    })
    parse(text)
    const later = createHost(host.environment, undefined, parse)
    expect(await later.readRoster()).toMatchObject({ ok: true, entries: [{ telegram_id: 5 }] })
    expect(parsed).toEqual([text])
  })

  test('gives the people with an exact Telegram id; the others are found by observing', async () => {
    writeFileSync(
      rosterFile,
      'users:\n- {telegram_id: 5, name: A, os_user: root, role: admin}\n- {telegram_id: "6", role: admin}\n',
    )
    expect(await host.readRoster()).toEqual({
      ok: true,
      entries: [{ telegram_id: 5, name: 'A', os_user: 'root', role: 'admin' }],
    })
    const query = {
      osUser: 'nobody',
      telegramId: 6,
      groups: [],
      owners: [],
      paths: [],
      shell: '/bin/sh',
      programs: [],
    }
    expect((await host.observe(query)).rosterMatches).toEqual([
      { entry: { telegram_id: 6, name: '', os_user: '', role: 'admin' }, by: ['telegram_id'] },
    ])
  })

  test.each([
    ['is absent', /missing/, () => rmSync(rosterFile)],
    [
      'is a link',
      /symbolic link/,
      () => {
        renameSync(rosterFile, `${rosterFile}.x`)
        symlinkSync(`${rosterFile}.x`, rosterFile)
      },
    ],
    ['belongs to somebody else', /belongs to somebody else/, () => chownSync(rosterFile, 4242, 0)],
    ['can be written by its group', /others can write/, () => chmodSync(rosterFile, 0o660)],
    [
      'is in a folder that others can write to',
      /\/etc\/usher: others can write/,
      () => chmodSync('/etc/usher', 0o777),
    ],
    ['is empty', /empty/, () => writeFileSync(rosterFile, '')],
    ['is malformed', /line 1/, () => writeFileSync(rosterFile, 'users: [')],
    ['is not UTF-8', /UTF-8/, () => writeFileSync(rosterFile, Buffer.from([0xff]))],
    ['is too large', /too large/, () => writeFileSync(rosterFile, Buffer.alloc(8 * 1024 * 1024 + 1, 0x23))],
    [
      'is a pipe',
      /not a regular file/,
      () => {
        rmSync(rosterFile)
        execFileSync('mkfifo', [rosterFile])
      },
    ],
  ])('that %s is a problem with its cause, and no edit is made', async (_title, why, arrange) => {
    arrange()
    const read = await host.readRoster()
    expect(read.ok).toBe(false)
    if (!read.ok) expect(read.why).toMatch(why)
    expect(await append(host, 7)).toMatchObject({ ok: false, failure: { code: 'roster_unusable' } })
  })
})

describe('editing the roster', () => {
  test('twenty edits at once all arrive, with owner and mode kept and nothing left beside the file', async () => {
    chownSync(rosterFile, 0, 7)
    const results = await Promise.all(Array.from({ length: 20 }, (_, index) => append(host, index + 1)))
    expect(results.every((result) => result.ok)).toBe(true)
    const read = await host.readRoster()
    expect(read.ok && read.entries.map((entry) => entry.telegram_id)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
    const { uid, gid, mode } = statSync(rosterFile)
    expect([uid, gid, mode & 0o7777]).toEqual([0, 7, 0o640])
    expect(readdirSync('/etc/usher')).toEqual(['users.yaml'])
    expect(readdirSync(`${stateDir}/locks`)).toEqual([])
    expect(statSync(`${stateDir}/locks`).mode & 0o7777).toBe(0o700)
  })

  test('sees an edit that somebody made with an editor a moment ago', async () => {
    await host.readRoster()
    writeFileSync(rosterFile, 'users:\n- {telegram_id: 9, name: H, os_user: h, role: user} # by hand\n')
    await append(host, 10)
    expect(readFileSync(rosterFile, 'utf8')).toBe(
      'users:\n- {telegram_id: 9, name: H, os_user: h, role: user} # by hand\n- telegram_id: 10\n  name: P10\n  os_user: p10\n  role: user\n',
    )
  })

  test('takes over the lock of a process that is gone, whatever is in the file', async () => {
    mkdirSync(`${stateDir}/locks`, { mode: 0o700 })
    for (const text of ['', 'garbage', '999999 5', `${process.pid} 1`, `${process.ppid} 1234567890`]) {
      writeFileSync(`${stateDir}/locks/roster.lock`, text)
      expect(await append(host, 100 + text.length)).toMatchObject({ ok: true })
    }
  })

  test('takes over a lock of its own that it could not remove', async () => {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    mkdirSync(`${stateDir}/locks`, { mode: 0o700 })
    writeFileSync(`${stateDir}/locks/roster.lock`, `${process.pid} ${startTime}\n`, { mode: 0o600 })
    expect(await append(host, 1)).toMatchObject({ ok: true })
    expect(existsSync(`${stateDir}/locks/roster.lock`)).toBe(false)
  })

  test('waits for a process that holds the lock', async () => {
    const holder = spawn('sleep', ['30'])
    const stat = readFileSync(`/proc/${holder.pid}/stat`, 'latin1')
    mkdirSync(`${stateDir}/locks`, { mode: 0o700 })
    writeFileSync(
      `${stateDir}/locks/roster.lock`,
      `${holder.pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}\n`,
    )
    const edit = append(host, 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(readFileSync(rosterFile, 'utf8')).not.toContain('P1')
    holder.kill('SIGKILL')
    await new Promise((resolve) => holder.once('close', resolve))
    expect(await edit).toMatchObject({ ok: true })
    expect(existsSync(`${stateDir}/locks/roster.lock`)).toBe(false)
  })
})
