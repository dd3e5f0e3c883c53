import { CONFIG_OPTION, JSON_OPTION } from '../../src/command/command.ts'
import { EXIT_STATUSES } from '../../src/command/exit-statuses.ts'
import { renewed, table } from './blocks.ts'
import {
  type Reference,
  type ReferenceCommand,
  type ReferenceOption,
  reference,
  spellingOf,
  usageWords,
} from './model.ts'

/** Columns of a usage line. */
const WIDTH = 110

/** docs/commands.md with what the command line itself says: usage, options, examples and exit statuses. */
export function commandsDocument(page: string): string {
  const all = reference()
  return renewed(page, (name) => {
    if (name === 'commands') return list(all)
    if (name === 'exit statuses') return statuses(EXIT_STATUSES)
    if (name === 'common options') return table(['option', 'meaning'], [...all.common, ...STANDARD].map(row))
    const command = all.commands.find(({ verb }) => `usher ${verb}` === name)
    return command === undefined ? null : described(command)
  })
}

const STANDARD: readonly ReferenceOption[] = [
  ['--help', 'print what the command takes'],
  ['--version', 'print the version'],
].map(([name = '', summary = '']) => ({
  ...{ name, summary, value: null, valueOptional: false, required: false, multiple: false },
  ...{ default: null, offers: null },
}))

/** Each command in one line, with a link to its part of the page. */
function list({ commands }: Reference): string {
  const shown = commands.filter(({ group }) => !group)
  return table(
    ['command', 'what it does'],
    shown.map(({ verb, summary }) => [`[usher ${verb}](#usher-${verb.replaceAll(' ', '-')})`, summary]),
  )
}

function described(command: ReferenceCommand): string {
  const rows = [
    ...command.arguments.map(({ name, summary }) => [`\`${name}\``, summary]),
    ...command.options.filter(isItsOwn).map(row),
  ]
  const { summary, description, examples, exits } = command
  return [
    `\`\`\`text\n${usage(command)}\n\`\`\``,
    description ?? `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    ...(rows.length === 0 ? [] : [table(['option', 'meaning'], rows)]),
    ...(examples.length === 0
      ? []
      : [
          `\`\`\`sh\n${examples
            .map(({ line, why }) => (why === undefined ? line : `${line}    # ${why}`))
            .join('\n')}\n\`\`\``,
        ]),
    ...(exits === null ? [] : [statuses(exits)]),
  ].join('\n\n')
}

/** What every command takes is said once. */
function isItsOwn({ name, summary }: ReferenceOption): boolean {
  const common = [
    ['--config', CONFIG_OPTION.summary],
    ['--json', JSON_OPTION.summary],
  ]
  return !common.some(([known, said]) => name === known && summary === said)
}

function row(option: ReferenceOption): string[] {
  const notes = [
    ...(option.required ? ['required'] : []),
    ...(option.default === null ? [] : [`default: ${option.default}`]),
    ...(option.multiple ? ['may be given more than once'] : []),
  ]
  return [`\`${spellingOf(option)}\``, [option.summary, ...notes].join('; ')]
}

function statuses(exits: Readonly<Record<number, string>>): string {
  return table(['status', 'meaning'], Object.entries(exits))
}

function usage(command: ReferenceCommand): string {
  const lines = ['usher']
  for (const word of usageWords(command)) {
    const last = lines.at(-1) ?? ''
    if (last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`      ${word}`)
  }
  return lines.join('\n')
}
