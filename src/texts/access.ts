import type { AccessView, BlockView, InvitationView } from '../protocol/views-access.ts'
import { actorText } from './actors.ts'
import { timeText } from './duration.ts'
import type { Line } from './line.ts'
import { plain } from './plain.ts'
import type { Words } from './words.ts'

const NAME_MAX = 64

/** An access request as one line: who asks, and how far it is. */
export function accessLine(words: Words, access: AccessView): string {
  const { id, telegram_id, invitation } = access
  return words.say('access.line', {
    ...{
      id,
      telegram_id,
      name: plain(access.name, NAME_MAX),
      state: words.say(`access.state.${access.state}`),
    },
    invited: invitation === null ? 'no' : 'yes',
    who: invitation === null ? '' : actorText(words, invitation.by),
    role: access.role ?? '',
  })
}

/** Everything about it, for the terminal. */
export function accessLines(words: Words, access: AccessView): Line[] {
  const { id, invitation } = access
  const lines = [
    words.say('access.show.asked', {
      at: timeText(words, access.asked_at),
      until: timeText(words, access.expires_at),
    }),
    words.say('access.show.name', { value: plain(access.name, NAME_MAX) }),
    words.say('access.show.telegram', { id: access.telegram_id, name: plain(access.telegram_name, 128) }),
    ...optional(access.username, (value) => words.say('access.show.username', { value })),
    ...optional(access.github, (value) => words.say('access.show.github', { value })),
    ...optional(access.note, (value) => words.say('access.show.note', { value })),
    ...(invitation === null
      ? []
      : [
          words.say('access.show.invited', {
            ...{ id: invitation.id, who: actorText(words, invitation.by), role: access.role ?? '' },
          }),
        ]),
    ...optional(access.os_user, (value) => words.say('access.show.os_user', { value })),
    ...(access.decided_by === null || access.decided_at === null
      ? []
      : [
          words.say('access.show.decided', {
            who: actorText(words, access.decided_by),
            at: timeText(words, access.decided_at),
          }),
        ]),
    ...optional(access.reason, (value) => words.say('access.show.reason', { value })),
    ...(access.request_id === null ? [] : [words.say('access.show.request', { id: access.request_id })]),
    ...(access.state === 'waiting' ? [words.say('access.show.complete', { id })] : []),
  ]
  return [
    {
      mark: 'none',
      text: words.say('access.show.head', { id, state: words.say(`access.state.${access.state}`) }),
    },
    ...lines.map((text): Line => ({ mark: 'none', text, indent: 1 })),
  ]
}

/** An invitation as one line. */
export function invitationLine(words: Words, invitation: InvitationView): string {
  const { id, role, os_user, opened_by, note } = invitation
  const line = words.say('invite.line', {
    ...{ id, role, os_user: os_user ?? '', state: words.say(`invite.state.${invitation.state}`) },
    has_os_user: os_user === null ? 'no' : 'yes',
    has_opener: opened_by === null ? 'no' : 'yes',
    opener: opened_by === null ? '' : actorText(words, opened_by),
    who: actorText(words, invitation.created_by),
    until: timeText(words, invitation.expires_at),
  })
  return note === null ? line : words.say('invite.line_note', { line, note: plain(note, 200) })
}

/** A block as one line. */
export function blockLine(words: Words, { telegram_id: id, by, at, reason }: BlockView): string {
  const values = { id, who: actorText(words, by), at: timeText(words, at) }
  return reason === null
    ? words.say('block.line', values)
    : words.say('block.line_reason', { ...values, reason: plain(reason, 200) })
}

function optional(value: string | null, say: (value: string) => string): string[] {
  return value === null ? [] : [say(plain(value, 1000))]
}
