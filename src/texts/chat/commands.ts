import type { OperationOutput } from '../../protocol/operations.ts'
import type { RequestView } from '../../protocol/views.ts'
import { howItGoes } from '../about.ts'
import { actorText } from '../actors.ts'
import { durationText, sizeText, timeText } from '../duration.ts'
import { plain } from '../plain.ts'
import { requestLine } from '../requests.ts'
import type { Words } from '../words.ts'
import { type Html, h, join, lineHtml } from './html.ts'

/** Every command, in the order of the menu and of `/help`; what each needs stands in the bot's table. */
export const COMMANDS = [
  'adduser',
  'invite',
  'invites',
  'blocked',
  'requests',
  'run',
  'users',
  'user',
  'edituser',
  'reconcile',
  'audit',
  'freeze',
  'unfreeze',
  'status',
  'whoami',
  'language',
  'quiet',
  'cancel',
  'help',
] as const
export type Command = (typeof COMMANDS)[number]

/** One entry of a chat's command menu (Bot API, BotCommand). */
export interface MenuEntry {
  command: string
  description: string
}

/** For whom the bot does not know. */
export const defaultCommands = (words: Words): MenuEntry[] => [
  { command: 'start', description: words.say('commands.menu.start') },
]

export function menuOf(words: Words, commands: readonly Command[]): MenuEntry[] {
  return commands.map((command) => ({ command, description: words.say(`commands.menu.${command}`) }))
}

/** What somebody who may use these commands can do here. */
export function helpText(words: Words, commands: readonly Command[]): Html {
  return join([
    words.html('commands.help_head'),
    ...menuOf(words, commands).map((entry) => words.html('commands.help_line', { ...entry })),
  ])
}

/** What a page of `/requests` shows: what waits or every one, one's own or all; or the newest because nothing waits. */
export type RequestsPage = 'waiting_all' | 'waiting_own' | 'every_all' | 'every_own' | 'latest'

export function requestsPage(words: Words, page: RequestsPage, requests: readonly RequestView[]): Html {
  const isWaiting = page === 'waiting_all' || page === 'waiting_own'
  if (requests.length === 0)
    return words.html(`commands.requests_page.${isWaiting ? 'nothing_waits' : 'none'}`)
  return join([
    words.html(`commands.requests_page.${page}`),
    ...requests.map((request) => h`• ${requestLine(words, request)}`),
  ])
}

/** Says nothing about the host; the id is for the admin, who needs it. */
export function refusalText(words: Words, telegramId: number): Html {
  return words.html('commands.refusal', { id: telegramId })
}

export function whoamiText(words: Words, answer: OperationOutput<'whoami'>): Html {
  const { person, role, admin } = answer
  if (person === null) {
    const who = actorText(words, answer.actor)
    return admin
      ? words.html('commands.whoami_config_admin', { who })
      : words.html('commands.whoami_not_on_roster', { who, role })
  }
  const { telegram_id: id, os_user } = person
  return words.html('commands.whoami', { name: plain(person.name, 64), id, os_user, role })
}

export function statusText(words: Words, status: OperationOutput<'status'>, now: number): Html {
  const { details, host, version } = status
  const head = words.html('commands.status_head', {
    ...{ host, version, ready: status.ready ? 'yes' : 'no' },
    mode: status.mode === 'single-user' ? 'single_user' : 'system',
  })
  if (details === null) return head
  const { started_at: since, running, queued, people, roster_problem: problem } = details
  return join([
    head,
    words.html('commands.status_since', {
      ...{ since: timeText(words, since), duration: durationText(words, Math.max(0, now - since)) },
    }),
    words.html('commands.status_runs', { running, queued }),
    words.html('commands.status_requests', { count: details.open_requests }),
    people === null
      ? words.html('commands.status_people_unknown')
      : words.html('commands.status_people', { count: people }),
    ...(problem === null ? [] : [words.html('commands.status_roster_problem', { problem })]),
    ...howItGoes(words, details).map(lineHtml),
    words.html('commands.status_room', {
      ...{ memory: sizeText(words, details.rss_bytes), disk: sizeText(words, details.disk_free_bytes) },
    }),
  ])
}

/** To the newcomer, in their own chat, while their account waits for their Start. */
export function pressStartText(words: Words, name: string, osUser: string, host: string): Html {
  return words.html('commands.press_start', { name: plain(name, 64), os_user: osUser, host })
}

/** To the newcomer, once their Start has made the account active. */
export function activeText(words: Words, osUser: string, host: string): Html {
  return words.html('commands.active', { os_user: osUser, host })
}

/** To the newcomer, in their own chat. */
export function welcomeText(words: Words, name: string, osUser: string, host: string): Html {
  return words.html('commands.welcome', { name: plain(name, 64), os_user: osUser, host })
}
