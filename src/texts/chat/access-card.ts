import type { AccessView, BlockView, InvitationView } from '../../protocol/views-access.ts'
import { blockLine, invitationLine } from '../access.ts'
import { actorText } from '../actors.ts'
import { timeText } from '../duration.ts'
import { plain } from '../plain.ts'
import type { Words } from '../words.ts'
import type { CardText } from './cards.ts'
import { EMPTY, type Html, join } from './html.ts'

const NAME_MAX = 64

/** An access request as admins see it: who asks, what of it is proven, and what became of it. */
export function accessCardText(words: Words, access: AccessView): CardText {
  const name = plain(access.name, NAME_MAX)
  return {
    head: join([
      words.html('access.card_head', {
        name,
        id: access.id,
        state: words.say(`access.state.${access.state}`),
      }),
      EMPTY,
      words.html('access.card_telegram', { id: access.telegram_id }),
      ...optional(access.telegram_name === access.name ? '' : access.telegram_name, (value) =>
        words.html('access.card_seen_as', { name: plain(value, NAME_MAX) }),
      ),
      ...optional(access.username, (username) => words.html('access.card_username', { username })),
      ...optional(access.github, (github) => words.html('access.card_github', { github })),
      ...optional(access.note, (note) => words.html('access.card_note', { note: plain(note, 500) })),
      invitedBy(words, access),
    ]),
    lines: [],
    tail: join([{ html: ' ' }, accessOutcome(words, access)]),
  }
}

export function goneAccessCard(words: Words, id: number): CardText {
  return { head: words.html('access.card_gone', { id }), lines: [], tail: EMPTY }
}

/** The same to who asked: that they wait, until when, and what came of it. */
export function ownAccessText(words: Words, access: AccessView): Html {
  const { state, reason } = access
  switch (state) {
    case 'waiting':
      return words.html('access.mine.waiting', { until: timeText(words, access.expires_at) })
    case 'denied':
      return reason === null
        ? words.html('access.mine.denied')
        : words.html('access.mine.denied_because', { reason })
    // Who is blocked is told nothing more; their message stays as it was.
    case 'blocked':
      return words.html('access.mine.waiting', { until: timeText(words, access.expires_at) })
    default:
      return words.html(`access.mine.${state}`)
  }
}

/** To who asked, in a message of its own, when it ended against them; null otherwise. */
export function accessToldText(words: Words, { state, reason }: AccessView): Html | null {
  if (state === 'expired') return words.html('access.told.expired')
  if (state !== 'denied') return null
  return reason === null
    ? words.html('access.told.denied')
    : words.html('access.told.denied_because', { reason })
}

/** For a tap that came late. */
export function accessAlready(words: Words, access: AccessView): string {
  const { state, decided_by: by, decided_at: at } = access
  if (state === 'waiting') return words.say('taps.card_changed')
  const who = by === null ? '' : actorText(words, by)
  return words.say(`access.already.${state}`, { who, at: at === null ? '' : timeText(words, at) })
}

/** What somebody is about to send, once more. */
export function askReview(
  words: Words,
  answers: { name: string; github: string | null; note: string | null },
): Html {
  const fields = (['name', 'github', 'note'] as const).flatMap((field) => {
    const value = answers[field]
    return value === null ? [] : [words.html(`access.field.${field}`, { value: plain(value, 500) })]
  })
  return join([words.html('access.review'), EMPTY, { html: ' ' }, ...fields])
}

/** The invitations that can still be used. */
export function invitationsText(words: Words, invitations: readonly InvitationView[]): Html[] {
  if (invitations.length === 0) return [words.html('invite.none')]
  return [
    words.html('invite.list_head'),
    ...invitations.map((one) => words.html('invite.list_line', { line: invitationLine(words, one) })),
  ]
}

export function blocksText(words: Words, blocks: readonly BlockView[]): Html[] {
  if (blocks.length === 0) return [words.html('block.none')]
  return [
    words.html('block.list_head'),
    ...blocks.map((one) => words.html('block.list_line', { line: blockLine(words, one) })),
  ]
}

function invitedBy(words: Words, { invitation, role, os_user }: AccessView): Html {
  if (invitation === null) return EMPTY
  const values = { who: actorText(words, invitation.by), role: role ?? '' }
  return os_user === null
    ? words.html('access.card_invited', values)
    : words.html('access.card_invited_as', { ...values, os_user })
}

function accessOutcome(words: Words, access: AccessView): Html {
  const { state, reason } = access
  const who = access.decided_by === null ? '' : actorText(words, access.decided_by)
  const at = access.decided_at === null ? '' : timeText(words, access.decided_at)
  const request = access.request_id ?? 0
  switch (state) {
    case 'waiting':
      return words.html('access.card_until', { until: timeText(words, access.expires_at) })
    case 'completed':
      return words.html('access.card_completed', { who, at, request })
    case 'granted':
      return words.html('access.card_granted', { request })
    case 'denied':
      return reason === null
        ? words.html('access.card_denied', { who, at })
        : words.html('access.card_denied_because', { who, at, reason })
    case 'blocked':
      return words.html('access.card_blocked', { who, at })
    default:
      return words.html(`access.card_${state}`)
  }
}

function optional(value: string | null, show: (value: string) => Html): Html[] {
  return value === null || value === '' ? [] : [show(value)]
}
