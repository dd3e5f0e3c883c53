import { renderUnicodeCompact } from 'uqr'
import { shellWord } from '../../domain/shell-word.ts'
import type { Line } from '../../texts/line.ts'
import { plain } from '../../texts/plain.ts'
import type { Outcome } from '../ensure.ts'
import { commandText } from './agent-command.ts'
import { grouped } from './code.ts'
import type { FoundPeople } from './people.ts'
import type { ProvenPerson } from './prove-admin.ts'
import type { Situation } from './situation.ts'
import type { BotIdentity } from './telegram-calls.ts'

const SHOWN = 20

/** What is set on this host now. */
export function situationLines(situation: Situation): Line[] {
  const { config, places, token, admins, system, witnessToken } = situation
  const isThere = config?.file != null
  const lines: Line[] = [
    info(
      `${system ? 'the whole system' : 'your own account only (single-user mode)'}; config ${isThere ? '' : 'will be made: '}${plain(places.configFile)}`,
    ),
    tokenLine("bot's token", token),
  ]
  if (places.witness !== null) lines.push(tokenLine("witness's token", witnessToken))
  const ids = admins.config.join(', ')
  const known = [
    ...(ids === '' ? [] : [`${ids} (telegram.admins)`]),
    ...(admins.roster === 0 ? [] : [`${admins.roster} on the roster`]),
  ]
  lines.push(known.length > 0 ? already(`admins: ${known.join(', ')}`) : info('admins: none yet'))
  if (isThere) {
    const services = config.services.map(({ unit, action }) => `${unit} (${action})`).join(', ')
    lines.push(already(`services told about new people: ${services === '' ? 'none' : services}`))
    const { agentCommand } = config.smoke
    lines.push(already(`agent command: ${agentCommand === null ? 'none' : plain(commandText(agentCommand))}`))
  }
  return lines
}

function tokenLine(about: string, token: Situation['token']): Line {
  if (token === null) return info(`${about}: none yet`)
  if (token.problem !== null) return { mark: 'failed', text: `${about}: ${plain(token.problem)}` }
  return already(`${about}: of the bot ${token.botId}, in ${plain(token.file)}`)
}

/** Who is there, what could be adopted, and how: nothing of it is done here. */
export function peopleLines(
  { roster, accounts, withoutEntry, withoutAccount }: FoundPeople,
  file: string,
): Line[] {
  const lines: Line[] = []
  if (roster.state === 'unusable') {
    lines.push({ mark: 'failed', text: `roster: ${plain(roster.message)}` })
    lines.push({ mark: 'info', text: `mend: ${plain(roster.fix)}`, indent: 1 })
  } else if (roster.state === 'absent') lines.push(info(`roster: none yet at ${plain(file)}`))
  else
    lines.push(
      already(
        `roster: ${plain(file)}, ${counted(roster.people.length, 'person', 'people')}; it stays as it is`,
      ),
    )
  if (accounts.length === 0) return lines
  lines.push(
    info(
      `accounts of people on this host: ${accounts.length}; on the roster: ${accounts.length - withoutEntry.length}`,
    ),
  )
  if (withoutEntry.length > 0 && roster.state !== 'unusable') {
    lines.push(info('could be adopted, each by a request of its own that their owner agrees to:'))
    for (const { name, uid } of withoutEntry.slice(0, SHOWN)) {
      lines.push(indented(`${plain(name)} (uid ${uid})`))
    }
    if (withoutEntry.length > SHOWN) lines.push(indented(`and ${withoutEntry.length - SHOWN} more`))
    const example = shellWord(withoutEntry[0]?.name ?? '')
    lines.push(
      indented(
        `how: sudo usher adduser --adopt --os-user ${example} --telegram-id ID --name NAME --role user`,
      ),
    )
  }
  for (const { name, os_user } of withoutAccount.slice(0, SHOWN)) {
    const text = `on the roster without an account: ${plain(name, 64)} (${plain(os_user, 64)}); sudo usher reconcile asks to make it`
    lines.push({ mark: 'kept', text })
  }
  return lines
}

/** The one-time code, in every form in which it can be sent. */
export function codeLines(bot: BotIdentity, code: string, isTelegram: boolean): Line[] {
  const link = `https://t.me/${bot.username}?start=${code}`
  const qr = isTelegram
    ? renderUnicodeCompact(link, { border: 2 })
        .split('\n')
        .map((text): Line => ({ mark: 'none', text }))
    : []
  return [
    none(`Who sends this code to @${plain(bot.username, 64)} from their Telegram becomes an admin:`),
    none(''),
    none(`    ${grouped(code)}`),
    none(''),
    none(`by typing it there, or by opening ${link}`),
    ...qr,
    none('It counts once and for 10 minutes. Waiting ... (Ctrl-C leaves)'),
  ]
}

export function personText({ id, name, username }: ProvenPerson): string {
  return `${plain(name, 64)}${username === null ? '' : ` (@${plain(username, 64)})`}, Telegram id ${id}`
}

export function wrongCodeText(from: ProvenPerson, left: number): string {
  return `a wrong code came from ${personText(from)}; ${counted(left, 'try is', 'tries are')} left`
}

/** What the bot says in the chat that the code came from. English: before the first start nobody has chosen a language. */
export function welcomeText(host: string): string {
  return `This chat is now an admin of Usher on ${host}. If that was not you, tell the operator of that host.\n\nOnce the bot runs, /help shows what you can do, /adduser brings the first person.`
}

/** What was or would be done. Problems come last, where they are read. */
export function outcomeLines(outcomes: readonly Outcome[], dryRun: boolean): Line[] {
  const changed = dryRun ? ('will' as const) : ('done' as const)
  const marks = { already: 'already', change: changed, problem: 'failed' } as const
  const told = outcomes.filter(({ state }) => state !== 'already')
  const quiet = outcomes.length - told.length
  return [
    ...told.map(
      ({ state, subject, text }): Line => ({ mark: marks[state], text: `${plain(subject)}: ${plain(text)}` }),
    ),
    ...(quiet === 0
      ? []
      : [already(`${counted(quiet, 'thing is', 'things are')} as they should be already`)]),
  ]
}

export function counted(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`
}

const info = (text: string): Line => ({ mark: 'info', text })
const already = (text: string): Line => ({ mark: 'already', text })
const none = (text: string): Line => ({ mark: 'none', text })
const indented = (text: string): Line => ({ mark: 'none', text, indent: 2 })
