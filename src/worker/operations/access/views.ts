import type { AccessRequest } from '../../../domain/access-request.ts'
import type { Block } from '../../../domain/block.ts'
import type { Invitation } from '../../../domain/invitation.ts'
import type { AccessView, BlockView, InvitationView } from '../../../protocol/views-access.ts'
import type { Store } from '../../../store/store.ts'
import type { Names } from '../roster-names.ts'

/** An access request as admins see it. */
export function accessView(store: Store, names: Names, access: AccessRequest): AccessView {
  const { invitationId, decidedBy } = access
  const inviter = invitationId === null ? null : (store.invitations.get(invitationId)?.createdBy ?? null)
  return {
    ...ownAccessView(access),
    invitation:
      invitationId === null || inviter === null ? null : { id: invitationId, by: names.key(inviter) },
    decided_by: decidedBy === null ? null : names.key(decidedBy),
  }
}

/** The same as its asker sees it: nothing about anybody else. */
export function ownAccessView(access: AccessRequest): AccessView {
  return {
    id: access.id,
    telegram_id: access.telegramId,
    name: access.name,
    telegram_name: access.telegramName,
    username: access.username,
    github: access.github,
    note: access.note,
    language: access.language,
    role: access.role,
    os_user: access.osUser,
    invitation: null,
    state: access.state,
    asked_at: access.askedAt,
    expires_at: access.expiresAt,
    decided_at: access.decidedAt,
    decided_by: null,
    reason: access.reason,
    request_id: access.requestId,
  }
}

export function invitationView(names: Names, invitation: Invitation): InvitationView {
  const { openedBy } = invitation
  return {
    id: invitation.id,
    role: invitation.role,
    os_user: invitation.osUser,
    note: invitation.note,
    state: invitation.state,
    created_by: names.key(invitation.createdBy),
    created_at: invitation.createdAt,
    expires_at: invitation.expiresAt,
    opened_by: openedBy === null ? null : names.key(`telegram:${openedBy}`),
    opened_at: invitation.openedAt,
    ended_at: invitation.endedAt,
    access_id: invitation.accessId,
  }
}

export function blockView(names: Names, { telegramId, by, at, reason }: Block): BlockView {
  return { telegram_id: telegramId, by: names.key(by), at, reason }
}
