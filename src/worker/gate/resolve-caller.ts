import { type Actor, personKeyOf } from '../../domain/actor.ts'
import type { RosterEntry } from '../../domain/person.ts'
import type { Role } from '../../domain/role.ts'
import { isTelegramId } from '../../domain/telegram-id.ts'
import type { ApiError } from '../../protocol/errors.ts'
import { PERMISSIONS, type Permission } from '../../protocol/permissions.ts'
import type { Caller, Listener } from '../caller.ts'
import { EVERYBODY_CEILING, PUBLIC_CEILING } from './access.ts'
import { type People, type PeopleSources, readPeople } from './people.ts'

/** Where identity comes from; each is asked anew for every request. */
export interface CallerSources extends PeopleSources {
  mode: 'system' | 'single-user'
  /** The worker's own uid: the operator of single-user mode. */
  ownUid: number
  /** Account of the bot; null in single-user mode, where the bot is oneself. */
  botUser: string | null
  /** Accounts of witness and approver; null where there is none. */
  witnessUser: string | null
  approverUser: string | null
  /** Telegram ids of the config's first admins. */
  firstAdmins: readonly number[]
  /** Whether uid 0 has revoked this Telegram id: nobody can be spoken for with it. */
  isRevoked: (telegramId: number) => boolean
}

/** What the connection proves: its listener and the kernel's uid; and whom bot or approver say they speak for. */
export interface Claim {
  listener: Listener
  uid: number
  /** The header as sent; null when absent. */
  onBehalfOf: string | null
}

export type CallerResult = { ok: true; caller: Caller } | { ok: false; error: ApiError }

/**
 * Who asks, from listener, kernel and roster as they are now. Must not be kept: the next request asks again.
 *
 * - The listener sets the ceiling; a role can only lower it.
 * - Roster entries that share a Telegram id, an OS user or a uid give privilege to nobody.
 * - A roster that cannot be used leaves the operator alone with privileges.
 * - The config's first admins count only while the roster has never had an admin.
 */
export async function resolveCaller(sources: CallerSources, claim: Claim): Promise<CallerResult> {
  const { listener, uid, onBehalfOf } = claim
  if (onBehalfOf !== null && listener !== 'bot' && listener !== 'approver') {
    return refused('bad_request', 'cannot speak for somebody else here: only the bot can, on its own socket')
  }
  switch (listener) {
    case 'admin':
      if (uid !== operatorUid(sources)) {
        return refused('not_permitted', `cannot serve uid ${uid} on this socket: it is the operator's`)
      }
      return operator(sources, uid)
    case 'bot':
      if (uid !== botUid(sources)) {
        return refused('not_permitted', `cannot serve uid ${uid} on this socket: it is the bot's`)
      }
      return onBehalfOf === null ? theBot() : telegramUser(sources, 'telegram', onBehalfOf)
    case 'witness':
      if (uid !== accountUid(sources, sources.witnessUser)) {
        return refused('not_permitted', `cannot serve uid ${uid} on this socket: it is the witness's`)
      }
      return nobodyInParticular({ kind: 'witness' }, 'witness')
    case 'approver':
      if (uid !== accountUid(sources, sources.approverUser)) {
        return refused(
          'not_permitted',
          `cannot serve uid ${uid} on this socket: it is the approver account's`,
        )
      }
      return onBehalfOf === null
        ? nobodyInParticular({ kind: 'approver', telegramId: null }, 'approver')
        : telegramUser(sources, 'approver', onBehalfOf)
    case 'metrics':
      return scraper(sources, uid)
    case 'everybody':
      return osUser(sources, uid)
  }
}

/** Who an actor of earlier would be if they asked now; null when nobody. For approvals that were given before. */
export async function callerOf(sources: CallerSources, actor: Actor): Promise<Caller | null> {
  const claim = claimOf(sources, actor)
  const result = claim === null ? null : await resolveCaller(sources, claim)
  return result?.ok === true ? result.caller : null
}

function claimOf(sources: CallerSources, actor: Actor): Claim | null {
  switch (actor.kind) {
    case 'operator':
      return { listener: 'admin', uid: operatorUid(sources), onBehalfOf: null }
    case 'os':
      return { listener: 'everybody', uid: actor.uid, onBehalfOf: null }
    case 'telegram':
    case 'bot': {
      const uid = botUid(sources)
      const onBehalfOf = actor.kind === 'telegram' ? String(actor.telegramId) : null
      return uid === null ? null : { listener: 'bot', uid, onBehalfOf }
    }
    case 'witness':
    case 'approver': {
      const user = actor.kind === 'witness' ? sources.witnessUser : sources.approverUser
      const uid = accountUid(sources, user)
      const asserted = actor.kind === 'approver' ? actor.telegramId : null
      const onBehalfOf = asserted === null ? null : String(asserted)
      return uid === null ? null : { listener: actor.kind, uid, onBehalfOf }
    }
    case 'scraper':
    case 'worker':
      return null
  }
}

/** The uid that may use `admin.sock`. */
export function operatorUid(sources: Pick<CallerSources, 'mode' | 'ownUid'>): number {
  return sources.mode === 'system' ? 0 : sources.ownUid
}

/** The uid that may use `bot.sock`; null when its account does not exist, or is root's, so that nobody may. */
export function botUid(
  sources: Pick<CallerSources, 'mode' | 'ownUid' | 'botUser' | 'passwd'>,
): number | null {
  if (sources.botUser === null) return sources.mode === 'single-user' ? sources.ownUid : null
  return accountUid(sources, sources.botUser)
}

/** The uid of an account of Usher's own; null when there is none, when it does not exist, or is root's, so that nobody may. */
export function accountUid({ passwd }: Pick<CallerSources, 'passwd'>, user: string | null): number | null {
  const uid = user === null ? null : passwd().uidOf(user)
  return uid === 0 ? null : uid
}

function refused(code: 'bad_request' | 'not_permitted', message: string): CallerResult {
  return { ok: false, error: { code, message } }
}

async function operator(sources: CallerSources, uid: number): Promise<CallerResult> {
  const people = await readPeople(sources)
  return resolved({
    actor: { kind: 'operator', uid },
    listener: 'admin',
    // uid 0 is no particular human; in single-user mode it is one.
    person: sources.mode === 'single-user' ? (people.byUid(uid) ?? null) : null,
    role: 'operator',
    permissions: new Set(PERMISSIONS),
    personKey: 'operator',
  })
}

function theBot(): CallerResult {
  return resolved({
    actor: { kind: 'bot' },
    listener: 'bot',
    person: null,
    role: 'bot',
    permissions: new Set<Permission>(['events.follow.all']),
    personKey: null,
  })
}

/** Witness and approver account for themselves: what they may is theirs by the way they came, and no permission's. */
function nobodyInParticular(actor: Actor & { kind: 'witness' | 'approver' }, role: string): CallerResult {
  return resolved({
    actor,
    listener: actor.kind,
    person: null,
    role,
    permissions: new Set<Permission>(),
    personKey: null,
  })
}

/** The kernel let it connect, by the group of the socket: what it may is what that socket answers. */
function scraper(sources: CallerSources, uid: number): CallerResult {
  if (sources.passwd().namesOf(uid).length === 0) {
    return refused('not_permitted', `cannot serve uid ${uid}: no account on this host has it`)
  }
  return resolved({
    actor: { kind: 'scraper', uid },
    listener: 'metrics',
    person: null,
    role: 'scraper',
    permissions: new Set<Permission>(),
    personKey: null,
  })
}

async function osUser(sources: CallerSources, uid: number): Promise<CallerResult> {
  const name = sources.passwd().namesOf(uid)[0]
  if (name === undefined) {
    return refused('not_permitted', `cannot serve uid ${uid}: no account on this host has it`)
  }
  const actor: Actor = { kind: 'os', uid, osUser: name }
  const people = await readPeople(sources)
  const person = people.usable ? people.byUid(uid) : null
  return resolved(asPerson(sources, people, actor, 'everybody', person, EVERYBODY_CEILING))
}

/** Whom the bot asserts, or the approver account: the same person with the same role, told apart by the actor. */
async function telegramUser(
  sources: CallerSources,
  kind: 'telegram' | 'approver',
  text: string,
): Promise<CallerResult> {
  const listener = kind === 'telegram' ? 'bot' : 'approver'
  const telegramId = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : Number.NaN
  if (!isTelegramId(telegramId)) {
    return refused('bad_request', 'cannot speak for this Telegram user: the id must be a positive integer')
  }
  if (sources.isRevoked(telegramId)) {
    return refused('not_permitted', 'cannot speak for this Telegram user: the id is revoked')
  }
  const actor: Actor = { kind, telegramId }
  const people = await readPeople(sources)
  const person = people.byTelegramId(telegramId)
  const first =
    people.usable &&
    !sources.adminHistory.hadAdmin() &&
    sources.firstAdmins.includes(telegramId) &&
    !people.ambiguousTelegramId(telegramId)
  const admin = first ? sources.roles.get('admin') : undefined
  if (admin === undefined) return resolved(asPerson(sources, people, actor, listener, person, PERMISSIONS))
  return resolved({
    actor,
    listener,
    person,
    role: admin.name,
    permissions: permissionsOf(admin, PERMISSIONS),
    personKey: personKeyOf(telegramId),
  })
}

function resolved(caller: Caller): CallerResult {
  return { ok: true, caller }
}

/** A caller with the role that the roster gives, cut down to `ceiling`; without a person the role is `public`. */
function asPerson(
  sources: CallerSources,
  people: People,
  actor: Actor,
  listener: Listener,
  person: RosterEntry | null,
  ceiling: readonly Permission[],
): Caller {
  const known = person === null ? undefined : sources.roles.get(person.role)
  if (person !== null && known !== undefined && known.name !== 'public') {
    const permissions = permissionsOf(known, ceiling)
    return {
      actor,
      listener,
      person,
      role: known.name,
      permissions,
      personKey: personKeyOf(person.telegram_id),
    }
  }
  const stranger = sources.roles.get('public')
  const limit = ceiling.filter((permission) => PUBLIC_CEILING.includes(permission))
  // With a roster that cannot be used nobody can be told from a stranger, so nobody gets even a stranger's permissions.
  const permissions =
    people.usable && stranger !== undefined ? permissionsOf(stranger, limit) : new Set<Permission>()
  return { actor, listener, person, role: 'public', permissions, personKey: null }
}

function permissionsOf(role: Role, ceiling: readonly Permission[]): Set<Permission> {
  const all = role.permissions.includes('*')
  return new Set(ceiling.filter((permission) => all || role.permissions.includes(permission)))
}
