import { describe, expect, test } from 'vitest'
import type { Actor } from '../../../../src/domain/actor.ts'
import { OPERATION_NAMES } from '../../../../src/protocol/operations.ts'
import { PERMISSIONS, type Permission } from '../../../../src/protocol/permissions.ts'
import type { Caller, Ownership } from '../../../../src/worker/caller.ts'
import { ACCESS, type AccessSubject, decide, EVERYBODY_CEILING } from '../../../../src/worker/gate/access.ts'

/** What the roles give, as the design's matrix has them; written here anew, not taken from the code. */
const ROLES: Record<string, readonly Permission[]> = {
  public: [
    'requests.draft.own',
    'requests.read.own',
    'requests.cancel.own',
    'runs.read.own',
    'events.follow.own',
  ],
  user: [
    ...(['requests.draft.own', 'requests.read.own', 'requests.cancel.own', 'requests.approve.own'] as const),
    ...(['runs.read.own', 'people.read.own', 'events.follow.own'] as const),
  ],
  admin: PERMISSIONS,
}

/**
 * The columns: how somebody comes in. `p` public, `u` user, `a` admin; `S` directly on worker.sock, `B` on behalf on
 * bot.sock, `A` on approver.sock; `0` uid 0 on admin.sock; `bot` the bot for itself, `wit` the witness, `app` the approver account
 * before it says whom it serves; `met` whoever may connect to the socket of the metrics.
 */
const COLUMNS = [
  'Sp',
  'Su',
  'Sa',
  'Bp',
  'Bu',
  'Ba',
  '0',
  'bot',
  'wit',
  'app',
  'Ap',
  'Au',
  'Aa',
  'met',
] as const
type Column = (typeof COLUMNS)[number]

/**
 * Each cell: the answers for own, foreign, absent, none. y allow · n deny · h hide.
 * On worker.sock an admin's uid is never more than a user's.
 */
const EXPECTED: Record<AccessSubject, string> = {
  //                      Sp    Su    Sa    Bp    Bu    Ba    0     bot   wit   app   Ap    Au    Aa    met
  whoami: /*          */ 'yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  nnnn',
  status: /*          */ 'yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'onboarding.options': 'yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'host.check-account': 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'request.draft': /* */ 'yhhy  yhhy  yhhy  yhhy  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'run.undo': /*      */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'run.retry': /*     */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'run.keep': /*      */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'run.resume': /*    */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'run.abandon': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'request.submit': /**/ 'yhhy  yhhy  yhhy  yhhy  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'request.approve':
    /**/ 'nnnn  nnnn  nnnn  nnnn  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'request.confirm':
    /**/ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  nnnn',
  'request.deny': /*  */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  nnnn',
  'request.cancel': /**/ 'yhhy  yhhy  yhhy  yhhy  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'claim.show': /*    */ 'yhhy  yhhy  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'claim.accept': /*  */ 'yhhy  yhhy  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'person.started': /**/ 'nnnn  nnnn  nnnn  yhhy  yhhy  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'person.edit': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'person.check-edit': 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'person.retest': /* */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'reconcile.check':
    /**/ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'reconcile.run': /* */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'reconcile.get': /* */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'reconcile.approve': 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'request.list': /*  */ 'yhhy  yhhy  yhhy  yhhy  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  yhhy  yhhy  yyhy  nnnn',
  'request.get': /*   */ 'yhhy  yhhy  yhhy  yhhy  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  yhhy  yhhy  yyhy  nnnn',
  'run.get': /*       */ 'yhhy  yhhy  yhhy  yhhy  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'people.list': /*   */ 'nnnn  yhhy  yhhy  nnnn  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'people.get': /*    */ 'nnnn  yhhy  yhhy  nnnn  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'audit.list': /*    */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'audit.verify': /*  */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'access.mine': /*   */ 'nnnn  nnnn  nnnn  yhhy  yhhy  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'access.ask': /*    */ 'nnnn  nnnn  nnnn  yhhy  yhhy  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'access.withdraw':
    /**/ 'nnnn  nnnn  nnnn  yhhy  yhhy  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'access.get': /*    */ 'nnnn  nnnn  nnnn  yhhy  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'access.list': /*   */ 'nnnn  nnnn  nnnn  yhhy  yhhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'access.deny': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'access.complete':
    /**/ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'invite.create': /* */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'invite.list': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'invite.revoke': /* */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'invite.redeem': /* */ 'nnnn  nnnn  nnnn  yhhy  yhhy  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'block.add': /*     */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'block.remove': /*  */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'block.list': /*    */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'bot.introduce': /* */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'request.challenge': 'nnnn  nnnn  nnnn  nnnn  yhhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'reconcile.challenge': 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'chat.freeze': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'chat.unfreeze': /* */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'chat.alarm': /*    */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'totp.enroll': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'totp.prove': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'totp.reset': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'totp.remove': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'totp.list': /*   */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'telegram.revoke':
    /**/ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'telegram.restore': 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'telegram.list': /* */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'witness.ask': /*   */ 'nnnn  nnnn  nnnn  nnnn  yhhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'witness.pending':
    /**/ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn',
  'witness.sent': /*  */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn',
  'witness.cleared':
    /**/ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn',
  'events.follow': /* */ 'yhhy  yhhy  yhhy  yhhy  yhhy  yyhy  yyhy  yyhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn',
  'metrics.read': /* */ 'nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy  nnnn  nnnn  nnnn  nnnn  nnnn  nnnn  yhhy',
}

const OWNERSHIPS: readonly Ownership[] = ['own', 'foreign', 'absent', 'none']
const LETTERS = { y: 'allow', n: 'deny', h: 'hide' } as const

function caller(column: Column): Caller {
  const base = { person: null, role: '-', personKey: null }
  if (column === '0') {
    const actor: Actor = { kind: 'operator', uid: 0 }
    return { ...base, actor, listener: 'admin', permissions: new Set(PERMISSIONS) }
  }
  if (column === 'bot') {
    return { ...base, actor: { kind: 'bot' }, listener: 'bot', permissions: new Set(['events.follow.all']) }
  }
  if (column === 'wit') {
    return { ...base, actor: { kind: 'witness' }, listener: 'witness', permissions: new Set() }
  }
  if (column === 'app') {
    const actor: Actor = { kind: 'approver', telegramId: null }
    return { ...base, actor, listener: 'approver', permissions: new Set() }
  }
  if (column === 'met') {
    return { ...base, actor: { kind: 'scraper', uid: 990 }, listener: 'metrics', permissions: new Set() }
  }
  const role = { p: 'public', u: 'user', a: 'admin' }[column[1] as 'p' | 'u' | 'a']
  const permissions = ROLES[role] ?? []
  if (column.startsWith('A')) {
    const actor: Actor = { kind: 'approver', telegramId: 42 }
    return { ...base, actor, listener: 'approver', permissions: new Set(permissions) }
  }
  return column.startsWith('S')
    ? {
        ...base,
        actor: { kind: 'os', uid: 1001, osUser: 'anna' },
        listener: 'everybody',
        permissions: new Set(permissions.filter((permission) => EVERYBODY_CEILING.includes(permission))),
      }
    : {
        ...base,
        actor: { kind: 'telegram', telegramId: 42 },
        listener: 'bot',
        permissions: new Set(permissions),
      }
}

describe('the access table', () => {
  test('has a row for every operation, for the stream of events and for the metrics, and no other', () => {
    expect(Object.keys(ACCESS).sort()).toEqual([...OPERATION_NAMES, 'events.follow', 'metrics.read'].sort())
    expect(Object.keys(EXPECTED).sort()).toEqual(Object.keys(ACCESS).sort())
  })

  for (const [operation, row] of Object.entries(EXPECTED) as [AccessSubject, string][]) {
    test(`decides ${operation} for every role, listener and ownership as the design says`, () => {
      const cells = row.split(/ +/)
      expect(cells).toHaveLength(COLUMNS.length)
      const decided = COLUMNS.map((column) =>
        OWNERSHIPS.map((ownership) => decide(operation, caller(column), ownership)),
      )
      const expected = cells.map((cell) => [...cell].map((letter) => LETTERS[letter as keyof typeof LETTERS]))
      expect(decided).toEqual(expected)
    })
  }

  test('denies an operation that has no row', () => {
    for (const name of ['request.grant', 'toString', '__proto__', 'constructor']) {
      expect(decide(name as AccessSubject, caller('0'), 'own')).toBe('deny')
    }
  })

  test('denies every pair of listener and actor that cannot be, whatever the permissions', () => {
    const actors: Actor[] = [
      { kind: 'operator', uid: 0 },
      { kind: 'os', uid: 0, osUser: 'root' },
      { kind: 'telegram', telegramId: 1 },
      { kind: 'bot' },
      { kind: 'witness' },
      { kind: 'approver', telegramId: 1 },
      { kind: 'scraper', uid: 0 },
      { kind: 'worker' },
    ]
    const possible = new Set([
      ...['admin operator', 'everybody os', 'bot telegram', 'bot bot'],
      ...['witness witness', 'approver approver', 'metrics scraper'],
    ])
    for (const listener of ['admin', 'everybody', 'bot', 'witness', 'approver', 'metrics'] as const) {
      for (const actor of actors) {
        if (possible.has(`${listener} ${actor.kind}`)) continue
        const odd = { ...caller('0'), listener, actor }
        for (const operation of OPERATION_NAMES) expect(decide(operation, odd, 'own')).toBe('deny')
      }
    }
  })

  test('gives no more than a user on worker.sock, even to a caller that carries every permission', () => {
    const closed = Object.entries(EXPECTED).filter(
      ([, row]) => row.split(/ +/)[COLUMNS.indexOf('Sa')] === 'nnnn',
    )
    expect(closed.length).toBeGreaterThan(10)
    const admin: Caller = { ...caller('Sa'), permissions: new Set(PERMISSIONS) }
    for (const [operation] of closed as [AccessSubject, string][]) {
      for (const ownership of OWNERSHIPS) expect(decide(operation, admin, ownership), operation).toBe('deny')
    }
  })

  test('never answers absent otherwise than foreign to somebody who may not see the foreign one', () => {
    for (const operation of Object.keys(ACCESS) as AccessSubject[]) {
      for (const column of ['Sp', 'Su', 'Sa', 'Bp', 'Bu', 'bot', 'wit', 'app', 'Ap', 'Au'] as const) {
        if (operation === 'events.follow' && column === 'bot') continue
        expect(decide(operation, caller(column), 'foreign'), `${operation} ${column}`).toBe(
          decide(operation, caller(column), 'absent'),
        )
      }
    }
  })

  test('refuses plainly what somebody may see but not do', () => {
    const reader: Caller = {
      ...caller('Bu'),
      permissions: new Set<Permission>(['requests.read.all', 'requests.cancel.own']),
    }
    expect(decide('request.cancel', reader, 'foreign')).toBe('deny')
    expect(decide('request.cancel', reader, 'absent')).toBe('hide')
  })
})
