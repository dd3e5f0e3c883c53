import type { ArgumentDescription, CommandDescription, OptionDescription } from './command.ts'

/** Columns of a help text. */
const WIDTH = 100

/** How the command is written, with all its options: `Usage: usher init [--admin TELEGRAM_ID]... [--dry-run]`. */
export function usageOf(command: CommandDescription): string {
  const start = `Usage: usher ${command.name}`
  const words = [...shownOptions(command).map(optionUse), ...command.arguments.map(argumentUse)]
  return hanging(start, words, start.length + 1)
}

/** What `--help` prints: usage, what it does, options, examples, exit statuses. */
export function helpOf(command: CommandDescription): string {
  const options: [string, string][] = shownOptions(command).map(([name, option]) => [
    optionSpelling(name, option),
    option.summary,
  ])
  const given = command.arguments.map(({ name, summary }): [string, string] => [name, summary])
  const exits = Object.entries(command.exits)
  const examples = command.examples.map(({ line, why }) =>
    why === undefined ? `  ${line}` : `  ${line}\n      ${why}`,
  )
  const parts = [
    usageOf(command),
    ...command.description.split('\n\n').map((paragraph) => wrapped(paragraph)),
    ...(given.length === 0 ? [] : [`Arguments:\n${table(given)}`]),
    `Options:\n${table([...options, ['-h, --help', 'print this']])}`,
    ...(examples.length === 0 ? [] : [`Examples:\n${examples.join('\n')}`]),
    ...(exits.length === 0 ? [] : [`Exit status:\n${table(exits)}`]),
  ]
  return `${parts.join('\n\n')}\n`
}

/** The options that people are told of, by name. */
export function shownOptions(command: CommandDescription): [string, OptionDescription][] {
  return Object.entries(command.options).filter(([, { hidden }]) => hidden !== true)
}

/** `--admin TELEGRAM_ID`, or `--json`. */
export function optionSpelling(name: string, { value }: OptionDescription): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`
}

/** `[--admin TELEGRAM_ID]...`, as a usage line writes it. */
export function optionUse([name, option]: [string, OptionDescription]): string {
  return `[${optionSpelling(name, option)}]${option.multiple === true ? '...' : ''}`
}

/** `FILE`, or `[FILE]` for one that may be left away. */
export function argumentUse({ name, optional }: ArgumentDescription): string {
  return optional === true ? `[${name}]` : name
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.min(28, Math.max(...rows.map(([left]) => left.length)))
  return rows
    .map(([left, right]) => hanging(`  ${left.padEnd(width)} `, right.split(' '), width + 4))
    .join('\n')
}

function wrapped(paragraph: string): string {
  return hanging('', paragraph.split(/\s+/), 0)
}

/** Words after a beginning, broken at the width; what follows the first line is indented. */
function hanging(start: string, words: readonly string[], indent: number): string {
  const lines: string[] = []
  let line = start
  for (const word of words) {
    const fits = line === '' || line.length + 1 + word.length <= WIDTH
    if (fits) line = line === '' ? word : `${line} ${word}`
    else {
      lines.push(line)
      line = `${' '.repeat(indent)}${word}`
    }
  }
  return [...lines, line].join('\n')
}
