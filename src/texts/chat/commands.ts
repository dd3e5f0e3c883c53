import type { OperationOutput } from '../../protocol/operations.ts'
import { actorText } from '../actors.ts'
import { durationText, sizeText, timeText } from '../duration.ts'
import { plain } from '../plain.ts'
import { type Html, h, join } from './html.ts'

/** Commands with one line each: the menu of the chat and `/help` in one. */
export const ADMIN_COMMANDS = [
  { command: 'adduser', description: 'Give somebody access' },
  { command: 'requests', description: 'What waits for a decision' },
  { command: 'users', description: 'Who has access' },
  { command: 'reconcile', description: 'Who differs from roster and roles on the host' },
  { command: 'audit', description: 'What happened, and who did it' },
  { command: 'status', description: 'How the host is doing' },
  { command: 'whoami', description: 'Who you are to me' },
  { command: 'cancel', description: 'End what is under way' },
  { command: 'help', description: 'What I understand' },
] as const
export const MEMBER_COMMANDS = ADMIN_COMMANDS.filter(({ command }) =>
  ['requests', 'status', 'whoami', 'help'].includes(command),
)
export const DEFAULT_COMMANDS = ADMIN_COMMANDS.filter(({ command }) => ['whoami', 'help'].includes(command))

export function helpText(admin: boolean): Html {
  const commands = admin ? ADMIN_COMMANDS : MEMBER_COMMANDS
  return join([
    h`<b>Usher</b> gives people access to this host.`,
    ...commands.map(({ command, description }) => h`/${command}: ${description}`),
  ])
}

/** Says nothing about the host; the id is for the admin, who needs it. */
export function refusalText(telegramId: number): Html {
  return h`Sorry, I only work for people who have access here. If you should have it, give this number to your admin: <code>${telegramId}</code>`
}

export function whoamiText(answer: OperationOutput<'whoami'>): Html {
  const { person, role, admin } = answer
  if (person === null) {
    return h`You are ${actorText(answer.actor)}, ${admin ? 'an admin by the config' : `role ${role}`}; you are not on the roster.`
  }
  return h`You are <b>${plain(person.name, 64)}</b>, Telegram id <code>${person.telegram_id}</code>, account <code>${person.os_user}</code>, role ${role}.`
}

export function statusText(status: OperationOutput<'status'>, now: number): Html {
  const { details } = status
  const head = h`<b>${status.host}</b>: Usher ${status.version} is ${status.ready ? 'ready' : 'starting'}${status.mode === 'single-user' ? ' (single-user mode)' : ''}.`
  if (details === null) return head
  return join([
    head,
    h`Up since ${timeText(details.started_at)} (${durationText(Math.max(0, now - details.started_at))})`,
    h`Runs: ${details.running} running, ${details.queued} waiting`,
    h`Open requests: ${details.open_requests}`,
    h`People: ${details.people ?? 'unknown'}`,
    ...(details.roster_problem === null ? [] : [h`❌ Roster: ${details.roster_problem}`]),
    h`Memory ${sizeText(details.rss_bytes)}, free disk ${sizeText(details.disk_free_bytes)}`,
  ])
}

export const NOTHING_TO_CANCEL = 'There is nothing to cancel.'
export const NO_REQUESTS = 'There are no requests.'
export const NOTHING_WAITS = 'Nothing waits for a decision. The last ones were:'
export const NO_PEOPLE = 'There is nobody on the roster yet. /adduser begins.'
export const MORE_REQUESTS = 'There are older ones; see usher requests in the terminal.'
export const MORE_PEOPLE = 'There are more; see usher users in the terminal, or /users NAME for one of them.'
export const FOR_ADMINS = 'Only admins can do that here. /help lists what you can do.'
export const DID_NOT_UNDERSTAND = 'I did not understand that. /help lists what I understand.'
export const WORKER_AWAY =
  'The worker does not answer right now. Nothing was changed or lost; please try again in a moment.'
export const DIALOGUE_OUTDATED =
  'Usher was updated, and the questions have changed since you began. Please begin again with /adduser; nothing was changed.'
export const DIALOGUE_LOST =
  'Something went wrong on my side, and I have lost the thread. Nothing was changed; please begin again with /adduser.'
export const SOMETHING_WENT_WRONG = 'Something went wrong on my side. Please try again.'

export function openLabel(requestId: number): string {
  return `Open ${requestId}`
}

/** Start was pressed, and an account has waited for it. */
export const ACTIVATING = 'Thank you! Your account becomes active in a moment; I will tell you here.'

/** To the newcomer, in their own chat, while their account waits for their Start. */
export function pressStartText(name: string, osUser: string, host: string): Html {
  return h`Welcome, ${plain(name, 64)}! Your account <code>${osUser}</code> on ${host} is made. Press /start here, and it becomes active.`
}

/** To the newcomer, once their Start has made the account active. */
export function activeText(osUser: string, host: string): Html {
  return h`Your account <code>${osUser}</code> on ${host} is active now. /whoami shows how I know you, /help what I understand.`
}

/** To the newcomer, in their own chat. */
export function welcomeText(name: string, osUser: string, host: string): Html {
  return h`Welcome, ${plain(name, 64)}! Your account <code>${osUser}</code> on ${host} is ready. /whoami shows how I know you, /help what I understand.`
}
