import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../../config/duration.ts'
import { INVITATION_MAX_MS } from '../../protocol/operations-access.ts'
import { invitationLine } from '../../texts/access.ts'
import { timeText } from '../../texts/duration.ts'
import type { Line } from '../../texts/line.ts'
import { done, type Outcome, refused } from '../outcome.ts'
import type { Session } from '../session.ts'
import type { AddVerb } from './act.ts'
import { parseId } from './arguments.ts'

interface InviteOptions {
  role: string
  expires?: number
  osUser?: string
  note?: string
}

export const addInvite: AddVerb = (program, act) => {
  const invite = program
    .command('invite')
    .description('makes a link with which one person can ask for access, filled in; it is shown once')
    .option('--role <role>', 'a role of the config', 'user')
    .option('--expires <duration>', 'how long it is good: 12h, 7d, at most 30d', parseExpiry)
    .option('--os-user <name>', 'the account that they shall have')
    .option('--note <text>', 'whom it is for; only admins see it')
    .action(act((session, options: InviteOptions) => make(session, options)))
  invite
    .command('revoke')
    .description('takes an invitation back that was not used yet')
    .argument('<id>', 'number of the invitation', parseId)
    .action(
      act(async ({ client, signal, words }, id: number) => {
        const answer = await client.call('invite.revoke', { id }, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const text = words.say('invite.cli_revoked', { id })
        return done({ invitation: answer.invitation }, [{ mark: 'done', text }])
      }),
    )
}

export const addInvites: AddVerb = (program, act) => {
  program
    .command('invites')
    .description('invitations that can still be used; with --all, those that are over too')
    .option('--all', 'used, revoked and expired ones too')
    .option('--before <id>', 'only older ones than this', parseId)
    .action(
      act(async ({ client, signal, words }, options: { all?: true; before?: number }) => {
        const { all, before } = options
        const input = { open: all !== true, ...(before === undefined ? {} : { before }) }
        const answer = await client.call('invite.list', input, { signal })
        if (!answer.ok) return refused(words, answer.error)
        const { invitations, more } = answer
        const lines = invitations.map((one): Line => ({ mark: 'none', text: invitationLine(words, one) }))
        const oldest = invitations.at(-1)
        if (oldest === undefined) lines.push({ mark: 'none', text: words.say('invite.none_listed') })
        else if (more) {
          const text = words.say('invite.older', { id: oldest.id, all: all ? 'yes' : 'no' })
          lines.push({ mark: 'none', text })
        }
        return done({ invitations, more }, lines)
      }),
    )
}

async function make({ client, signal, words }: Session, options: InviteOptions): Promise<Outcome> {
  const { role, expires, osUser, note } = options
  const input = {
    role,
    ...(expires === undefined ? {} : { expires_in: expires }),
    ...(osUser === undefined ? {} : { os_user: osUser }),
    ...(note === undefined ? {} : { note }),
  }
  const made = await client.call('invite.create', input, { signal })
  if (!made.ok) return refused(words, made.error)
  const { invitation, code, link } = made
  const until = timeText(words, invitation.expires_at)
  const lines: Line[] = [
    { mark: 'done', text: words.say('invite.cli_made', { id: invitation.id, role: invitation.role, until }) },
    ...(link === null
      ? [{ mark: 'none' as const, text: words.say('invite.cli_code', { code: code ?? '' }), indent: 1 }]
      : [{ mark: 'none' as const, text: link, indent: 1 }]),
    { mark: 'info', text: words.say('invite.cli_first') },
  ]
  return done({ invitation, code, link }, lines)
}

/** A duration as an argument, in milliseconds. */
function parseExpiry(text: string): number {
  const ms = parseDuration(text)
  if (ms === null || ms < 60_000 || ms > INVITATION_MAX_MS) {
    throw new InvalidArgumentError('give a duration from 1m to 30d, such as 12h or 7d.')
  }
  return ms
}
