import { actorKey } from '../../../domain/actor.ts'
import type { Invitation } from '../../../domain/invitation.ts'
import { isSensitiveRole } from '../../../domain/role.ts'
import type { Violation } from '../../../domain/violation.ts'
import type { OperationArguments, OperationOutput } from '../../../protocol/operations.ts'
import type { Caller } from '../../caller.ts'
import { because, type EngineContext, type Operation, type Refusal, refusal } from '../../context.ts'
import { osUserProblems } from '../../validation/validate-answers.ts'
import { refuseAccess } from '../ownership.ts'
import { readNames } from '../roster-names.ts'
import { refuseText } from '../text-of-decision.ts'
import { botUsername } from './introduce.ts'
import { hashInvitationCode, makeInvitationCode } from './invitation-code.ts'
import { invitationView } from './views.ts'

const DAY = 24 * 3_600_000

/** A link for one person. Opening it makes nobody anything: it fills an access request in. */
export const inviteCreate: Operation<'invite.create'> = async (context, caller, input) => {
  const refused = refuseAccess('invite.create', caller, 'none', 'anybody to invite')
  if (refused !== null) return refused
  const wrong = refuseText('note', input.note) ?? refuseInvitation(context, caller, input)
  if (wrong !== null) return wrong
  const { store, events, clock, limits } = context
  const names = await readNames(context.host)
  return {
    effect() {
      const by = actorKey(caller.actor)
      const now = clock()
      if (caller.actor.kind !== 'operator') {
        const today = store.invitations.countSince(by, now - DAY)
        const isMany =
          today >= limits.invitationsPerDay || store.invitations.countPending() >= limits.invitationsPending
        if (isMany)
          return refusal(
            'too_many',
            'cannot invite more people now: revoke some, or wait a day',
            because('invitations_capped'),
          )
      }
      const code = makeInvitationCode()
      const id = store.invitations.insert({
        codeHash: hashInvitationCode(code),
        role: input.role,
        osUser: input.os_user ?? null,
        note: input.note ?? null,
        createdBy: by,
        createdAt: now,
        expiresAt: now + input.expires_in,
      })
      events.append('invite.created', nobody, by, { invitation: id, role: input.role })
      return {
        ok: true,
        output: shownOnce(context, invitationView(names, reloadInvitation(context, id)), code),
      }
    },
  }
}

/** The first answer again: its code is nowhere any more, so while nobody has opened the invitation it gets a fresh one. */
export function inviteAgain(
  context: EngineContext,
  { invitation }: Pick<OperationOutput<'invite.create'>, 'invitation'>,
): OperationOutput<'invite.create'> {
  const code = makeInvitationCode()
  const isFresh = context.store.invitations.setCode(invitation.id, hashInvitationCode(code))
  return shownOnce(context, invitation, isFresh ? code : null)
}

export const inviteList: Operation<'invite.list'> = async (context, caller, { open, limit, before }) => {
  const refused = refuseAccess('invite.list', caller, 'none', 'invitations')
  if (refused !== null) return refused
  const names = await readNames(context.host)
  return {
    effect() {
      const page = { open, limit: limit + 1, ...(before === undefined ? {} : { before }) }
      const found = context.store.invitations.list(page)
      const invitations = found.slice(0, limit).map((one) => invitationView(names, one))
      return { ok: true, output: { invitations, more: found.length > limit } }
    },
  }
}

export const inviteRevoke: Operation<'invite.revoke'> = async (context, caller, { id }) => {
  const { store, events, clock } = context
  const refused = refuseAccess(
    'invite.revoke',
    caller,
    store.invitations.get(id) === null ? 'absent' : 'foreign',
    `invitation ${id}`,
  )
  if (refused !== null) return refused
  const names = await readNames(context.host)
  return {
    effect() {
      const invitation = reloadInvitation(context, id)
      const { state, openedBy } = invitation
      if (state !== 'open' && state !== 'opened') {
        return refusal(
          'wrong_state',
          `cannot revoke invitation ${id}: it is ${state}`,
          because('invitation_closed', { invitation: id, state }),
        )
      }
      store.invitations.transition(id, state, 'revoked', { endedAt: clock() })
      events.append('invite.revoked', { ...nobody, telegramId: openedBy }, actorKey(caller.actor), {
        invitation: id,
      })
      return { ok: true, output: { invitation: invitationView(names, reloadInvitation(context, id)) } }
    },
  }
}

/**
 * Binds an invitation to who opens it first. INVARIANT: unknown, used, expired, revoked and foreign codes get one and the same
 * refusal, and who is blocked or tries too often the one that is not answered at all.
 */
export const inviteRedeem: Operation<'invite.redeem'> = async (context, caller, { code }) => {
  const refused = refuseAccess('invite.redeem', caller, 'own', 'you')
  if (refused !== null) return refused
  const { store, events, clock, config } = context
  if (caller.actor.kind !== 'telegram') throw new Error('a code was let through without a Telegram user')
  const { telegramId } = caller.actor
  const isMute = store.blocks.get(telegramId) !== null || config.access.ask === 'nobody'
  if (isMute || !context.redeemAttempts.take(String(telegramId), clock())) {
    return refusal('too_many', 'cannot open invitations now')
  }
  // Before the code is looked at: whoever has access learns nothing about it.
  const roster = await context.host.readRoster()
  const isKnown = roster.ok && roster.entries.some((entry) => entry.telegram_id === telegramId)
  if (isKnown)
    return refusal(
      'wrong_state',
      'cannot open an invitation: you are on the roster already',
      because('on_roster_already'),
    )
  return {
    effect() {
      const now = clock()
      const invitation = store.invitations.find(hashInvitationCode(code))
      if (invitation === null || !roster.ok || !isTheirs(invitation, telegramId, now)) {
        return refusal('invite_refused', 'cannot open this invitation: the link is not valid, or not for you')
      }
      const { id, role, expiresAt } = invitation
      const by = actorKey(caller.actor)
      const about = { requestId: null, runId: null, telegramId }
      if (invitation.state === 'open') {
        store.invitations.transition(id, 'open', 'opened', { openedBy: telegramId, openedAt: now })
        events.append('invite.opened', about, by, { invitation: id })
      }
      // Who asked before the link reached them need not ask again.
      const waiting = store.access.openOf(telegramId)
      if (waiting?.state === 'waiting' && waiting.invitationId === null) {
        store.access.fillIn(waiting.id, { role, osUser: invitation.osUser, invitationId: id })
        store.invitations.transition(id, 'opened', 'used', { endedAt: now, accessId: waiting.id })
        events.append('invite.used', about, by, { invitation: id, access: waiting.id })
      }
      return { ok: true, output: { role, expires_at: expiresAt } }
    },
  }
}

const nobody = { requestId: null, runId: null, telegramId: null }

function isTheirs({ state, openedBy, expiresAt }: Invitation, telegramId: number, now: number): boolean {
  if (expiresAt <= now) return false
  return state === 'open' || (state === 'opened' && openedBy === telegramId)
}

function reloadInvitation({ store }: EngineContext, id: number): Invitation {
  const invitation = store.invitations.get(id)
  if (invitation === null) throw new Error(`invitation ${id} disappeared`)
  return invitation
}

/** With the link where the bot's name is known. */
function shownOnce(
  context: EngineContext,
  invitation: OperationOutput<'invite.create'>['invitation'],
  code: string | null,
): OperationOutput<'invite.create'> {
  const username = botUsername(context)
  const link = code === null || username === null ? null : `https://t.me/${username}?start=${code}`
  return { invitation, code, link }
}

/** What an invitation cannot give, or this caller cannot give by it. */
function refuseInvitation(
  { config }: EngineContext,
  caller: Caller,
  { role: name, os_user: osUser }: OperationArguments<'invite.create'>,
): Refusal | null {
  const role = config.roles.get(name)
  const violations: Violation[] = osUser === undefined ? [] : osUserProblems(osUser, config)
  if (name === 'public')
    violations.push({ field: 'role', code: 'role_not_grantable', params: { value: name } })
  else if (role === undefined) {
    const known = [...config.roles.keys()].filter((one) => one !== 'public').join(', ')
    violations.push({ field: 'role', code: 'role_unknown', params: { value: name.toWellFormed(), known } })
  }
  if (violations.length > 0) {
    return refusal('invalid', 'cannot invite like this: nothing was changed', { violations })
  }
  if (role !== undefined && isSensitiveRole(role) && caller.actor.kind !== 'operator') {
    return refusal(
      'not_permitted',
      `cannot invite for the role ${name} by chat: it is sensitive; use 'sudo usher invite --role ${name}'`,
      because('role_by_terminal_only', { role: name }),
    )
  }
  return null
}
