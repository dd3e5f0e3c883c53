import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '../../../../src/domain/actor.ts'
import type { RosterEntry } from '../../../../src/domain/person.ts'
import type { Role } from '../../../../src/domain/role.ts'
import { PERMISSIONS } from '../../../../src/protocol/permissions.ts'
import type { Caller } from '../../../../src/worker/caller.ts'
import { EVERYBODY_CEILING, PUBLIC_CEILING } from '../../../../src/worker/gate/access.ts'
import { createAdminHistory } from '../../../../src/worker/gate/admin-history.ts'
import { createPasswd } from '../../../../src/worker/gate/passwd.ts'
import {
  type CallerResult,
  type CallerSources,
  type Claim,
  callerOf,
  resolveCaller,
} from '../../../../src/worker/gate/resolve-caller.ts'
import type { RosterReading } from '../../../../src/worker/gate/roster-view.ts'

let folder: string
let facts: Map<string, string>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-caller-'))
  facts = new Map()
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const PASSWD = `root:x:0:0:root:/root:/bin/bash
usher:x:990:990::/var/lib/usher-bot:/usr/sbin/nologin
witness:x:991:991::/nonexistent:/usr/sbin/nologin
approver:x:992:992::/var/lib/usher-approver:/bin/sh
anna:x:1001:1001:Anna:/home/anna:/bin/bash
boris:x:1002:1002:Boris:/home/boris:/bin/bash
boris-too:x:1002:1002:Boris again:/home/boris:/bin/bash
chen:x:1003:1003:Chen:/home/chen:/bin/bash
`
const role = (name: string, permissions: string[]): Role => ({
  name,
  description: name,
  permissions,
  groups: [],
  shell: '/bin/bash',
  approval: { count: 1, self: true, step_up: 'none', expiresMs: 1 },
})
const entry = (telegram_id: number, os_user: string, roleName = 'user'): RosterEntry => ({
  telegram_id,
  os_user,
  role: roleName,
  name: os_user,
})
const ADMIN = entry(1, 'anna', 'admin')

function sources(roster: RosterEntry[] | RosterReading, extra: Partial<CallerSources> = {}): CallerSources {
  const passwd = join(folder, 'passwd')
  writeFileSync(passwd, PASSWD)
  const reading: RosterReading = Array.isArray(roster)
    ? { ok: true, people: roster.map((person) => ({ entry: person, exactId: true })) }
    : roster
  const roles = [
    role('admin', ['*']),
    role('user', ['requests.read.own', 'requests.approve.own', 'runs.read.own']),
    role('public', ['requests.read.own', 'people.read.all']),
    role('lead', ['requests.approve.all']),
  ]
  return {
    mode: 'system',
    ownUid: 0,
    botUser: 'usher',
    witnessUser: 'witness',
    approverUser: 'approver',
    roles: new Map(roles.map((each) => [each.name, each])),
    firstAdmins: [77],
    isRevoked: () => false,
    passwd: createPasswd(passwd),
    roster: async () => reading,
    adminHistory: createAdminHistory(
      { get: (key) => facts.get(key) ?? null, set: (key, value) => void facts.set(key, value) },
      () => {},
    ),
    ...extra,
  }
}
const BOT = 990
const WITNESS = 991
const APPROVER = 992
async function who(
  from: CallerSources,
  listener: Claim['listener'],
  uid: number,
  behalf?: string,
): Promise<Caller> {
  const result = await resolveCaller(from, { listener, uid, onBehalfOf: behalf ?? null })
  if (!result.ok) throw new Error(result.error.message)
  return result.caller
}
async function refusal(
  from: CallerSources,
  listener: Claim['listener'],
  uid: number,
  behalf?: string,
): Promise<string> {
  const result: CallerResult = await resolveCaller(from, { listener, uid, onBehalfOf: behalf ?? null })
  return result.ok ? 'allowed' : result.error.code
}

describe('on admin.sock', () => {
  test('uid 0 is the operator with every permission and counts as one person', async () => {
    const caller = await who(sources([ADMIN]), 'admin', 0)
    expect(caller).toMatchObject({ actor: { kind: 'operator' }, role: 'operator', personKey: 'operator' })
    expect([...caller.permissions].sort()).toEqual([...PERMISSIONS].sort())
  })

  test('nobody else is served, not even an admin of the roster', async () => {
    expect(await refusal(sources([ADMIN]), 'admin', 1001)).toBe('not_permitted')
    expect(await refusal(sources([ADMIN]), 'admin', BOT)).toBe('not_permitted')
  })

  test('the own uid is the operator in single-user mode, and root is not', async () => {
    const single = sources([entry(5, 'anna')], { mode: 'single-user', ownUid: 1001, botUser: null })
    expect(await who(single, 'admin', 1001)).toMatchObject({ role: 'operator', person: { telegram_id: 5 } })
    expect(await refusal(single, 'admin', 0)).toBe('not_permitted')
  })

  test('an unusable roster leaves the operator in power', async () => {
    expect((await who(sources({ ok: false, why: 'broken' }), 'admin', 0)).permissions.size).toBe(
      PERMISSIONS.length,
    )
  })
})

describe('on bot.sock', () => {
  test('only the uid of the bot is served', async () => {
    expect((await who(sources([]), 'bot', BOT)).actor).toEqual({ kind: 'bot' })
    expect(await refusal(sources([]), 'bot', 0)).toBe('not_permitted')
    expect(await refusal(sources([]), 'bot', 1001, '1')).toBe('not_permitted')
  })

  test('without an account of the bot, or with one that is root, nobody is served', async () => {
    expect(await refusal(sources([], { botUser: 'absent' }), 'bot', BOT)).toBe('not_permitted')
    expect(await refusal(sources([], { botUser: 'root' }), 'bot', 0)).toBe('not_permitted')
  })

  test('the bot itself has no person and may only follow events', async () => {
    const bot = await who(sources([ADMIN]), 'bot', BOT)
    expect([...bot.permissions]).toEqual(['events.follow.all'])
    expect(bot.personKey).toBeNull()
  })

  test('a Telegram user has the role that the roster gives', async () => {
    const caller = await who(sources([ADMIN, entry(2, 'boris')]), 'bot', BOT, '2')
    expect(caller).toMatchObject({ role: 'user', personKey: 'person:2', person: { os_user: 'boris' } })
    expect([...caller.permissions].sort()).toEqual([
      'requests.approve.own',
      'requests.read.own',
      'runs.read.own',
    ])
  })

  test('a stranger has the role public, cut down to what public may ever be', async () => {
    const caller = await who(sources([ADMIN]), 'bot', BOT, '999')
    expect(caller).toMatchObject({ role: 'public', personKey: null, person: null })
    expect([...caller.permissions]).toEqual(['requests.read.own'])
    expect(PUBLIC_CEILING).not.toContain('people.read.all')
  })

  test('an entry with a role that the config does not have is a stranger', async () => {
    expect((await who(sources([entry(2, 'boris', 'lost')]), 'bot', BOT, '2')).role).toBe('public')
  })

  for (const bad of ['0', '-5', '1.5', '007', ' 7', 'abc', '4503599627370496', '99999999999999999999', '']) {
    test(`an assertion of the Telegram id ${JSON.stringify(bad)} is refused`, async () => {
      expect(await refusal(sources([]), 'bot', BOT, bad)).toBe('bad_request')
    })
  }
})

describe('on witness.sock', () => {
  test('only the uid of the witness is served, and it may nothing by permission', async () => {
    const witness = await who(sources([ADMIN]), 'witness', WITNESS)
    expect(witness).toMatchObject({ actor: { kind: 'witness' }, person: null, personKey: null })
    expect(witness.permissions.size).toBe(0)
    for (const uid of [0, BOT, APPROVER, 1001]) {
      expect(await refusal(sources([ADMIN]), 'witness', uid)).toBe('not_permitted')
    }
  })

  test('without an account of the witness, or with one that is root, nobody is served', async () => {
    expect(await refusal(sources([], { witnessUser: null }), 'witness', WITNESS)).toBe('not_permitted')
    expect(await refusal(sources([], { witnessUser: 'absent' }), 'witness', WITNESS)).toBe('not_permitted')
    expect(await refusal(sources([], { witnessUser: 'root' }), 'witness', 0)).toBe('not_permitted')
  })
})

describe('on approver.sock', () => {
  test('only the uid of the approver account is served, for itself without person and permission', async () => {
    const account = await who(sources([ADMIN]), 'approver', APPROVER)
    expect(account).toMatchObject({ actor: { kind: 'approver', telegramId: null }, personKey: null })
    expect(account.permissions.size).toBe(0)
    for (const uid of [0, BOT, WITNESS, 1001]) {
      expect(await refusal(sources([ADMIN]), 'approver', uid, '1')).toBe('not_permitted')
    }
    expect(await refusal(sources([], { approverUser: 'root' }), 'approver', 0)).toBe('not_permitted')
  })

  test('whom it speaks for is the same person as in chat, told apart by the actor', async () => {
    const caller = await who(sources([ADMIN]), 'approver', APPROVER, '1')
    const inChat = await who(sources([ADMIN]), 'bot', BOT, '1')
    expect(caller.actor).toEqual({ kind: 'approver', telegramId: 1 })
    expect(caller.personKey).toBe(inChat.personKey)
    expect(caller.permissions).toEqual(inChat.permissions)
    expect((await who(sources([ADMIN]), 'approver', APPROVER, '999')).role).toBe('public')
    expect(await refusal(sources([ADMIN]), 'approver', APPROVER, '01')).toBe('bad_request')
  })
})

describe('speaking for somebody', () => {
  test('is refused on every socket but those of bot and approver', async () => {
    expect(await refusal(sources([ADMIN]), 'witness', WITNESS, '1')).toBe('bad_request')
    expect(await refusal(sources([ADMIN]), 'admin', 0, '1')).toBe('bad_request')
    expect(await refusal(sources([ADMIN]), 'everybody', 1001, '1')).toBe('bad_request')
    expect(await refusal(sources([ADMIN]), 'everybody', BOT, '1')).toBe('bad_request')
  })
})

describe('on worker.sock', () => {
  test('a uid without a passwd entry is refused', async () => {
    expect(await refusal(sources([]), 'everybody', 100_000)).toBe('not_permitted')
  })

  test('a uid that has just lost its passwd entry is refused by the next request', async () => {
    const from = sources([entry(2, 'boris')])
    expect((await who(from, 'everybody', 1003)).role).toBe('public')
    writeFileSync(join(folder, 'passwd'), PASSWD.replace(/^chen.*\n/m, ''))
    expect(await refusal(from, 'everybody', 1003)).toBe('not_permitted')
  })

  test('an admin is no more than a user, whatever the roster says', async () => {
    const caller = await who(sources([ADMIN]), 'everybody', 1001)
    expect(caller).toMatchObject({ role: 'admin', personKey: 'person:1' })
    expect([...caller.permissions].sort()).toEqual([...EVERYBODY_CEILING].sort())
  })

  test('a person with a weaker role keeps the weaker role', async () => {
    const caller = await who(sources([entry(2, 'boris')]), 'everybody', 1002)
    expect([...caller.permissions].sort()).toEqual(['requests.read.own', 'runs.read.own'])
  })

  test('uid 0 and the uid of the bot are nobody special', async () => {
    expect((await who(sources([ADMIN]), 'everybody', 0)).role).toBe('public')
    expect((await who(sources([ADMIN]), 'everybody', BOT)).role).toBe('public')
  })
})

describe('entries that could be taken for one another', () => {
  const duplicates: [string, RosterEntry[]][] = [
    ['a Telegram id', [entry(1, 'anna', 'admin'), entry(1, 'boris')]],
    ['an OS user', [entry(1, 'anna', 'admin'), entry(2, 'anna')]],
    ['a uid under two names', [entry(1, 'boris', 'admin'), entry(2, 'boris-too')]],
  ]
  for (const [what, roster] of duplicates) {
    test(`sharing ${what} gives privilege to neither`, async () => {
      for (const each of roster) {
        const id = String(each.telegram_id)
        expect((await who(sources(roster), 'bot', BOT, id)).role).toBe('public')
        const uid = createPasswd(join(folder, 'passwd'))().uidOf(each.os_user) ?? -1
        expect((await who(sources(roster), 'everybody', uid)).role).toBe('public')
      }
    })
  }

  test('sharing a Telegram id with one that is text in the file gives privilege to neither', async () => {
    const people = [
      { entry: entry(1, 'anna', 'admin'), exactId: true },
      { entry: entry(1, 'boris'), exactId: false },
    ]
    const from = sources({ ok: true, people })
    expect((await who(from, 'bot', BOT, '1')).role).toBe('public')
    expect((await who(from, 'everybody', 1001)).role).toBe('public')
    expect((await who(from, 'everybody', 1002)).role).toBe('public')
  })

  test('do not touch anybody else', async () => {
    const roster = [entry(1, 'anna', 'admin'), entry(1, 'boris'), entry(3, 'chen')]
    expect((await who(sources(roster), 'bot', BOT, '3')).role).toBe('user')
  })

  test('do not make a first admin of the config out of one of them', async () => {
    const roster = [entry(77, 'boris'), entry(77, 'chen')]
    expect((await who(sources(roster), 'bot', BOT, '77')).role).toBe('public')
  })
})

describe('an actor of earlier', () => {
  const later = (from: CallerSources, actor: Actor) => callerOf(from, actor)

  test('is who they would be now', async () => {
    const from = sources([ADMIN])
    expect(await later(from, { kind: 'operator', uid: 0 })).toMatchObject({ role: 'operator' })
    expect(await later(from, { kind: 'telegram', telegramId: 1 })).toMatchObject({ role: 'admin' })
    expect(await later(from, { kind: 'telegram', telegramId: 2 })).toMatchObject({ role: 'public' })
    expect(await later(from, { kind: 'os', uid: 1001, osUser: 'anna' })).toMatchObject({
      listener: 'everybody',
    })
    expect(await later(from, { kind: 'bot' })).toMatchObject({ actor: { kind: 'bot' } })
    const approver: Actor = { kind: 'approver', telegramId: 1 }
    expect(await later(from, approver)).toMatchObject({ listener: 'approver', role: 'admin' })
  })

  test('is nobody once their account is gone', async () => {
    const from = sources([ADMIN], { botUser: 'gone' })
    expect(await later(from, { kind: 'os', uid: 5555, osUser: 'gone' })).toBeNull()
    expect(await later(from, { kind: 'telegram', telegramId: 1 })).toBeNull()
    const none = sources([ADMIN], { approverUser: null, witnessUser: null })
    expect(await later(none, { kind: 'approver', telegramId: 1 })).toBeNull()
    expect(await later(none, { kind: 'witness' })).toBeNull()
  })
})

describe('a roster that cannot be used', () => {
  test('gives nobody but the operator anything', async () => {
    const broken = sources({ ok: false, why: 'cannot parse' })
    for (const caller of [
      await who(broken, 'bot', BOT, '1'),
      await who(broken, 'bot', BOT, '77'),
      await who(broken, 'everybody', 1001),
    ]) {
      expect(caller.role).toBe('public')
      expect(caller.permissions.size).toBe(0)
    }
  })
})

describe('the first admins of the config', () => {
  test('are admins while the roster has none', async () => {
    const caller = await who(sources([entry(2, 'boris')]), 'bot', BOT, '77')
    expect(caller).toMatchObject({ role: 'admin', personKey: 'person:77' })
    expect(caller.permissions.has('requests.approve.all')).toBe(true)
  })

  test('count no more once the roster has an admin', async () => {
    expect((await who(sources([ADMIN]), 'bot', BOT, '77')).role).toBe('public')
  })

  test('do not come back when the roster loses its admin, nor after a restart', async () => {
    await who(sources([ADMIN]), 'bot', BOT, '1')
    expect((await who(sources([]), 'bot', BOT, '77')).role).toBe('public')
  })

  test('count no more once somebody had a role of another name that approves', async () => {
    await who(sources([entry(2, 'boris', 'lead')]), 'bot', BOT, '2')
    expect((await who(sources([]), 'bot', BOT, '77')).role).toBe('public')
  })

  test('count no more for as long as the worker runs when the fact cannot be stored', async () => {
    const problems: unknown[] = []
    const full = {
      get: () => null,
      set: () => {
        throw new Error('database or disk is full')
      },
    }
    const adminHistory = createAdminHistory(full, (problem) => problems.push(problem))
    await who(sources([ADMIN], { adminHistory }), 'bot', BOT, '1')
    expect((await who(sources([], { adminHistory }), 'bot', BOT, '77')).role).toBe('public')
    expect(problems).toHaveLength(1)
  })
})

test('a Telegram id that root has revoked cannot be spoken for, whatever the roster says', async () => {
  const from = sources([ADMIN], { isRevoked: (telegramId) => telegramId === 1 })
  const claim = { listener: 'bot', uid: BOT, onBehalfOf: '1' } as const
  expect(await resolveCaller(from, claim)).toMatchObject({ ok: false, error: { code: 'not_permitted' } })
  expect(await callerOf(from, { kind: 'telegram', telegramId: 1 })).toBeNull()
  expect((await who(from, 'bot', BOT, '2')).role).toBe('public')
})
