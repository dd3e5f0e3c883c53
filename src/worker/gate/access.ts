import type { OperationName } from '../../protocol/operations.ts'
import type { Permission } from '../../protocol/permissions.ts'
import type { AccessDecision, Caller, Ownership } from '../caller.ts'

/** What access is decided about: every operation, following the stream of events, and reading the metrics. */
export type AccessSubject = OperationName | 'events.follow' | 'metrics.read'

/**
 * How a caller came in: the operator (uid 0 on `admin.sock`), an OS user on `worker.sock`, a Telegram user that the bot
 * speaks for, or the bot for itself; the witness for itself, and a person whom the approver account speaks for on a terminal;
 * and whoever the kernel lets connect to the socket of the metrics.
 */
type Way = 'operator' | 'os' | 'on-behalf' | 'bot' | 'witness' | 'approver' | 'scraper'

/** One of these permissions is needed; `anyone`: none is. */
type Need = readonly Permission[] | 'anyone'

interface AccessRule {
  /** Ways that are open at all; every other is refused whatever the caller's role permits. */
  ways: readonly Way[]
  /** For what is the caller's own, and for operations that are about no particular thing. */
  own: Need
  /** For what is somebody else's. */
  foreign: Need
  /** Who may know that somebody else's exists: they get a plain refusal, all others the answer for "absent". */
  seenWith: Permission | null
}

const EVERY_PERSON: readonly Way[] = ['operator', 'os', 'on-behalf']
const DECIDING: readonly Way[] = ['operator', 'on-behalf']
const READING: readonly Way[] = [...EVERY_PERSON, 'approver']

const EDITING: AccessRule = {
  ways: DECIDING,
  own: ['requests.draft.all'],
  foreign: ['requests.draft.all'],
  seenWith: 'people.read.all',
}

/**
 * The matrix of docs/security.md as data: one row per operation, default deny. "On behalf" is a ceiling: the Telegram
 * user's own role limits it first, the row second.
 */
export const ACCESS: Readonly<Record<AccessSubject, AccessRule>> = {
  whoami: {
    ways: [...EVERY_PERSON, 'bot', 'witness', 'approver'],
    own: 'anyone',
    foreign: [],
    seenWith: null,
  },
  status: { ways: EVERY_PERSON, own: 'anyone', foreign: [], seenWith: null },
  'onboarding.options': {
    ways: EVERY_PERSON,
    own: ['requests.draft.own', 'requests.draft.all'],
    foreign: [],
    seenWith: null,
  },
  'host.check-account': { ways: DECIDING, own: ['host.check'], foreign: ['host.check'], seenWith: null },
  // Own: a draft about oneself.
  'request.draft': {
    ways: EVERY_PERSON,
    own: ['requests.draft.own', 'requests.draft.all'],
    foreign: ['requests.draft.all'],
    seenWith: 'people.read.all',
  },
  'run.undo': { ways: DECIDING, own: ['runs.undo'], foreign: ['runs.undo'], seenWith: 'runs.read.all' },
  'run.retry': { ways: DECIDING, own: ['runs.retry'], foreign: ['runs.retry'], seenWith: 'runs.read.all' },
  'run.keep': { ways: DECIDING, own: ['runs.retry'], foreign: ['runs.retry'], seenWith: 'runs.read.all' },
  // What is left on the host is for who can look at it.
  'run.resume': { ways: ['operator'], own: ['runs.undo'], foreign: ['runs.undo'], seenWith: null },
  'run.abandon': { ways: ['operator'], own: ['runs.undo'], foreign: ['runs.undo'], seenWith: null },
  'request.submit': {
    ways: EVERY_PERSON,
    own: ['requests.draft.own', 'requests.draft.all'],
    foreign: ['requests.draft.all'],
    seenWith: 'requests.read.all',
  },
  // A uid proves a uid, never a human's intent: no deciding on worker.sock, not even on what is one's own.
  'request.approve': {
    ways: DECIDING,
    own: ['requests.approve.own', 'requests.approve.all'],
    foreign: ['requests.approve.all'],
    seenWith: 'requests.read.all',
  },
  'request.confirm': {
    ways: ['operator', 'approver'],
    own: ['requests.approve.all'],
    foreign: ['requests.approve.all'],
    seenWith: null,
  },
  'request.deny': {
    ways: [...DECIDING, 'approver'],
    own: ['requests.deny'],
    foreign: ['requests.deny'],
    seenWith: 'requests.read.all',
  },
  'request.cancel': {
    ways: EVERY_PERSON,
    own: ['requests.cancel.own', 'requests.cancel.all'],
    foreign: ['requests.cancel.all'],
    seenWith: 'requests.read.all',
  },
  // Own: the account that would be adopted is the one of the kernel's uid. Consent is a uid's to give, nobody else's.
  'claim.show': { ways: ['os'], own: 'anyone', foreign: [], seenWith: null },
  'claim.accept': { ways: ['os'], own: 'anyone', foreign: [], seenWith: null },
  // That somebody wrote to the bot is the bot's to say, of nobody but the one it speaks for: neither a uid nor root can press Start.
  'person.started': { ways: ['on-behalf'], own: 'anyone', foreign: [], seenWith: null },
  // Who somebody is and what they may do is others' to ask for, even of one's own entry; never a uid's.
  'person.edit': EDITING,
  'person.check-edit': EDITING,
  'person.retest': EDITING,
  'reconcile.check': {
    ways: DECIDING,
    own: ['reconcile.run'],
    foreign: ['reconcile.run'],
    seenWith: null,
  },
  'reconcile.run': {
    ways: DECIDING,
    own: ['reconcile.run'],
    foreign: ['reconcile.run'],
    seenWith: null,
  },
  'reconcile.get': {
    ways: DECIDING,
    own: ['reconcile.run'],
    foreign: ['reconcile.run'],
    seenWith: null,
  },
  // Each of its requests is decided by the rule of request.approve besides.
  'reconcile.approve': {
    ways: DECIDING,
    own: ['requests.approve.all'],
    foreign: ['requests.approve.all'],
    seenWith: 'requests.read.all',
  },
  // As for request.approve: it begins one. What is then to be sent is the witness's alone.
  'witness.ask': {
    ways: ['on-behalf'],
    own: ['requests.approve.own', 'requests.approve.all'],
    foreign: ['requests.approve.all'],
    seenWith: 'requests.read.all',
  },
  'witness.pending': { ways: ['witness'], own: 'anyone', foreign: [], seenWith: null },
  'witness.sent': { ways: ['witness'], own: 'anyone', foreign: [], seenWith: null },
  'witness.cleared': { ways: ['witness'], own: 'anyone', foreign: [], seenWith: null },
  'request.list': {
    ways: READING,
    own: ['requests.read.own', 'requests.read.all'],
    foreign: ['requests.read.all'],
    seenWith: null,
  },
  'request.get': {
    ways: READING,
    own: ['requests.read.own', 'requests.read.all'],
    foreign: ['requests.read.all'],
    seenWith: null,
  },
  'run.get': {
    ways: EVERY_PERSON,
    own: ['runs.read.own', 'runs.read.all'],
    foreign: ['runs.read.all'],
    seenWith: null,
  },
  'people.list': {
    ways: EVERY_PERSON,
    own: ['people.read.own', 'people.read.all'],
    foreign: ['people.read.all'],
    seenWith: null,
  },
  'people.get': {
    ways: EVERY_PERSON,
    own: ['people.read.own', 'people.read.all'],
    foreign: ['people.read.all'],
    seenWith: null,
  },
  // No uid on worker.sock reads everybody's history, and only root reads what every event rests on.
  'audit.list': { ways: DECIDING, own: ['audit.read'], foreign: ['audit.read'], seenWith: null },
  'audit.verify': { ways: ['operator'], own: ['audit.read'], foreign: ['audit.read'], seenWith: null },
  // Whoever writes to the bot is proven by Telegram: nobody asks, opens or takes back for somebody else.
  'access.mine': { ways: ['on-behalf'], own: 'anyone', foreign: [], seenWith: null },
  'access.ask': { ways: ['on-behalf'], own: 'anyone', foreign: [], seenWith: null },
  'access.withdraw': { ways: ['on-behalf'], own: 'anyone', foreign: [], seenWith: null },
  'access.get': { ways: DECIDING, own: 'anyone', foreign: ['access.decide'], seenWith: null },
  'access.list': { ways: DECIDING, own: 'anyone', foreign: ['access.decide'], seenWith: null },
  'access.deny': { ways: DECIDING, own: ['access.decide'], foreign: ['access.decide'], seenWith: null },
  'access.complete': { ways: DECIDING, own: ['access.decide'], foreign: ['access.decide'], seenWith: null },
  // Which roles is decided by the operation: sensitive ones only by uid 0.
  'invite.create': { ways: DECIDING, own: ['invites.manage'], foreign: ['invites.manage'], seenWith: null },
  'invite.list': { ways: DECIDING, own: ['invites.manage'], foreign: ['invites.manage'], seenWith: null },
  'invite.revoke': { ways: DECIDING, own: ['invites.manage'], foreign: ['invites.manage'], seenWith: null },
  'invite.redeem': { ways: ['on-behalf'], own: 'anyone', foreign: [], seenWith: null },
  'block.add': { ways: DECIDING, own: ['blocks.manage'], foreign: ['blocks.manage'], seenWith: null },
  'block.remove': { ways: DECIDING, own: ['blocks.manage'], foreign: ['blocks.manage'], seenWith: null },
  'block.list': { ways: DECIDING, own: ['blocks.manage'], foreign: ['blocks.manage'], seenWith: null },
  'bot.introduce': { ways: ['bot'], own: 'anyone', foreign: [], seenWith: null },
  // A challenge is for approving, by whoever could.
  'request.challenge': {
    ways: ['on-behalf'],
    own: ['requests.approve.own', 'requests.approve.all'],
    foreign: ['requests.approve.all'],
    seenWith: 'requests.read.all',
  },
  'reconcile.challenge': {
    ways: ['on-behalf'],
    own: ['requests.approve.all'],
    foreign: ['requests.approve.all'],
    seenWith: 'requests.read.all',
  },
  // Stopping is any admin's, going on is root's: whoever took the bot must not end what was done against them.
  'chat.freeze': { ways: DECIDING, own: ['requests.deny'], foreign: ['requests.deny'], seenWith: null },
  'chat.unfreeze': { ways: ['operator'], own: 'anyone', foreign: [], seenWith: null },
  'chat.alarm': { ways: ['bot'], own: 'anyone', foreign: [], seenWith: null },
  // Who hands out second factors decides who approves.
  'totp.enroll': { ways: ['operator'], own: 'anyone', foreign: [], seenWith: null },
  'totp.prove': { ways: ['operator'], own: 'anyone', foreign: [], seenWith: null },
  'totp.reset': { ways: ['operator'], own: 'anyone', foreign: [], seenWith: null },
  'totp.remove': { ways: ['operator'], own: 'anyone', foreign: [], seenWith: null },
  'totp.list': { ways: ['operator'], own: 'anyone', foreign: [], seenWith: null },
  'telegram.revoke': { ways: ['operator'], own: 'anyone', foreign: [], seenWith: null },
  'telegram.restore': { ways: ['operator'], own: 'anyone', foreign: [], seenWith: null },
  'telegram.list': { ways: ['operator'], own: 'anyone', foreign: [], seenWith: null },
  'events.follow': {
    ways: [...EVERY_PERSON, 'bot'],
    own: ['events.follow.own', 'events.follow.all'],
    foreign: ['events.follow.all'],
    seenWith: null,
  },
  // Figures of everybody together; a socket and a group of their own keep programs that collect them away from all else.
  'metrics.read': { ways: ['operator', 'scraper'], own: 'anyone', foreign: [], seenWith: null },
}

/** The most that a uid gets on `worker.sock`, whatever roster and config say: the column `user` without deciding. */
export const EVERYBODY_CEILING: readonly Permission[] = [
  'requests.draft.own',
  'requests.read.own',
  'requests.cancel.own',
  'runs.read.own',
  'people.read.own',
  'events.follow.own',
]

/** The most that somebody gets whom the roster does not name: the column `public`. */
export const PUBLIC_CEILING: readonly Permission[] = [
  'requests.draft.own',
  'requests.read.own',
  'requests.cancel.own',
  'runs.read.own',
  'events.follow.own',
]

/**
 * Decides one operation on something that stands in `ownership` to the caller. `deny` never depends on whether the
 * thing exists unless the caller may see it; `hide` is answered, byte for byte, like what does not exist.
 *
 * - `none`: nothing particular is meant (a list, a check before the thing is looked up): whether the caller may ever.
 * - `absent`: there is no such thing.
 */
export function decide(operation: AccessSubject, caller: Caller, ownership: Ownership): AccessDecision {
  const rule = Object.hasOwn(ACCESS, operation) ? ACCESS[operation] : undefined
  const way = wayOf(caller)
  if (rule === undefined || way === null || !rule.ways.includes(way)) return 'deny'
  const own = holds(caller, rule.own)
  const foreign = holds(caller, rule.foreign)
  if (!own && !foreign) return 'deny'
  switch (ownership) {
    case 'none':
      return 'allow'
    case 'own':
      return own ? 'allow' : 'deny'
    case 'absent':
      return 'hide'
    case 'foreign':
      if (foreign) return 'allow'
      return rule.seenWith !== null && caller.permissions.has(rule.seenWith) ? 'deny' : 'hide'
  }
}

function holds(caller: Caller, need: Need): boolean {
  return need === 'anyone' || need.some((permission) => caller.permissions.has(permission))
}

/** Listener and actor must agree; a pair that cannot be is no way in. */
function wayOf(caller: Caller): Way | null {
  const { actor, listener } = caller
  if (listener === 'admin' && actor.kind === 'operator') return 'operator'
  if (listener === 'everybody' && actor.kind === 'os') return 'os'
  if (listener === 'bot' && actor.kind === 'telegram') return 'on-behalf'
  if (listener === 'bot' && actor.kind === 'bot') return 'bot'
  if (listener === 'witness' && actor.kind === 'witness') return 'witness'
  if (listener === 'approver' && actor.kind === 'approver') return 'approver'
  if (listener === 'metrics' && actor.kind === 'scraper') return 'scraper'
  return null
}
