import type { ByHand, ByHandCode } from '../domain/by-hand.ts'
import { shellWord } from '../domain/shell-word.ts'
import type { Line } from './line.ts'
import { plain } from './plain.ts'
import { stepTitle } from './steps.ts'
import type { Params, Values, Words } from './words.ts'

type Command = (value: (name: string) => string) => string[]

/** The command that does it, word by word; null where it takes more than one command. */
const COMMANDS: Record<ByHandCode, Command | null> = {
  processes: (value) => ['kill', '-KILL', ...value('pids').split(/[^0-9]+/)],
  roster_entry: null,
  roster_edit: null,
  access: (value) => ['usermod', '--expiredate', '1', '--', value('os_user')],
  folder: (value) => ['rmdir', '--', value('path')],
  file: (value) => ['rm', '--', value('path')],
  group: (value) => ['gpasswd', '--delete', value('os_user'), value('group')],
  account: (value) => ['userdel', '--', value('os_user')],
  home: (value) => ['mv', '--no-target-directory', '--', value('home'), `${value('home')}.kept`],
  probe: (value) => ['ps', '-fu', value('os_user')],
  service: (value) => ['systemctl', 'restart', '--', value('unit')],
  unknown: null,
}

/** What is left, in words, for whoever accepts it. */
export function leftText(words: Words, { code, params }: ByHand): string {
  return words.coded(`left.${code}`, params, inWords(words, params))
}

/** What to do about it, in words. Harmless in a terminal. */
export function todoText(words: Words, { code, params }: ByHand): string {
  return words.coded(`to_do.${code}`, params, inWords(words, params))
}

function inWords(words: Words, params: Params): Values {
  const step = params['step']
  return step === undefined ? {} : { step: stepTitle(words, String(step)) }
}

/**
 * The command that does it, for people to copy: each word is quoted for a shell. Null where there is none, or where a value holds
 * what cannot be shown as it is, so that what is copied would be something else.
 */
export function todoCommand({ code, params }: ByHand): string | null {
  const command = COMMANDS[code]
  if (command === null) return null
  const parts = command((name) => String(params[name] ?? ''))
  if (parts.some((part) => part === '' || plain(part) !== part)) return null
  return parts.map(shellWord).join(' ')
}

/** One line each: what to do, with the command where there is one. */
export function byHandLines(words: Words, byHand: readonly ByHand[], indent = 1): Line[] {
  return byHand.map((one) => {
    const command = todoCommand(one)
    const to_do = todoText(words, one)
    const text = command === null ? to_do : words.say('to_do_with_command', { to_do, command })
    return { mark: 'will', text, indent }
  })
}
