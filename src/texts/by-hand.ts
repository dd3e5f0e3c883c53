import type { ByHand, ByHandCode } from '../domain/by-hand.ts'
import { shellWord } from '../domain/shell-word.ts'
import type { Line } from './line.ts'
import { type Params, paramsOf } from './params.ts'
import { plain } from './plain.ts'
import { stepTitle } from './steps.ts'

interface Words {
  /** What is left, for whoever accepts it. */
  left: (p: Params) => string
  /** What to do about it. */
  todo: (p: Params) => string
  /** The command that does it, word by word; null where it takes more than one command. */
  command: ((value: (name: string) => string) => string[]) | null
}

const WORDS: Record<ByHandCode, Words> = {
  processes: {
    left: (p) => `processes of ${p.text('os_user')}: ${p.text('pids')}`,
    todo: (p) => `end the processes ${p.text('pids')} of ${p.text('os_user')}`,
    command: (value) => ['kill', '-KILL', ...value('pids').split(/[^0-9]+/)],
  },
  roster_entry: {
    left: (p) => `the entry of ${p.text('os_user')} in ${p.text('path')}`,
    todo: (p) =>
      `remove the entry of ${p.text('os_user')} (Telegram id ${p.text('telegram_id')}) from ${p.text('path')}, with an editor`,
    command: null,
  },
  roster_edit: {
    left: (p) => `the entry of ${p.text('os_user')} in ${p.text('path')}, as the edit left it`,
    todo: (p) =>
      `give the entry of ${p.text('os_user')} (Telegram id ${p.text('telegram_id')}) in ${p.text('path')} its old values, with an editor`,
    command: null,
  },
  access: {
    left: (p) => `an account ${p.text('os_user')} that may be active`,
    todo: (p) => `take the access of the account ${p.text('os_user')} away`,
    command: (value) => ['usermod', '--expiredate', '1', '--', value('os_user')],
  },
  folder: {
    left: (p) => `the folder ${p.text('path')}`,
    todo: (p) => `look at the folder ${p.text('path')} if it is still there, and remove it when it is empty`,
    command: (value) => ['rmdir', '--', value('path')],
  },
  file: {
    left: (p) => `the file ${p.text('path')}`,
    todo: (p) => `remove the file ${p.text('path')} if it is still there`,
    command: (value) => ['rm', '--', value('path')],
  },
  group: {
    left: (p) => `the account ${p.text('os_user')} in the group ${p.text('group')}`,
    todo: (p) => `take ${p.text('os_user')} out of the group ${p.text('group')}`,
    command: (value) => ['gpasswd', '--delete', value('os_user'), value('group')],
  },
  account: {
    left: (p) => `the account ${p.text('os_user')} (uid ${p.text('uid')})`,
    todo: (p) => `remove the account ${p.text('os_user')} (uid ${p.text('uid')}) if it is still there`,
    command: (value) => ['userdel', '--', value('os_user')],
  },
  home: {
    left: (p) => `the home ${p.text('home')}`,
    todo: (p) => `look at the home ${p.text('home')} if it is still there, and move it out of the way`,
    command: (value) => ['mv', '--no-target-directory', '--', value('home'), `${value('home')}.kept`],
  },
  probe: {
    left: (p) => `programs of a proof that runs as ${p.text('os_user')}`,
    todo: (p) => `look at what still runs as ${p.text('os_user')}, and end what the proof left`,
    command: (value) => ['ps', '-fu', value('os_user')],
  },
  service: {
    left: (p) => `the service ${p.text('unit')}, not settled`,
    todo: (p) => `get the service ${p.text('unit')} running again`,
    command: (value) => ['systemctl', 'restart', '--', value('unit')],
  },
  unknown: {
    left: (p) => `what the step '${stepTitle(p.text('step'))}' did`,
    todo: (p) => `look for what the step '${stepTitle(p.text('step'))}' did: its record cannot be used`,
    command: null,
  },
}

/** What is left, in words. */
export function leftText({ code, params }: ByHand): string {
  return WORDS[code].left(paramsOf(params))
}

/** What to do about it, in words. Harmless in a terminal. */
export function todoText({ code, params }: ByHand): string {
  return WORDS[code].todo(paramsOf(params))
}

/**
 * The command that does it, for people to copy: each word is quoted for a shell. Null where there is none, or where a value holds
 * what cannot be shown as it is, so that what is copied would be something else.
 */
export function todoCommand({ code, params }: ByHand): string | null {
  const { command } = WORDS[code]
  if (command === null) return null
  const words = command((name) => String(params[name] ?? ''))
  if (words.some((word) => word === '' || plain(word) !== word)) return null
  return words.map(shellWord).join(' ')
}

/** One line each: what to do, with the command where there is one. */
export function byHandLines(byHand: readonly ByHand[], indent = 1): Line[] {
  return byHand.map((one) => {
    const command = todoCommand(one)
    const text = command === null ? todoText(one) : `${todoText(one)}: ${command}`
    return { mark: 'will', text, indent }
  })
}
