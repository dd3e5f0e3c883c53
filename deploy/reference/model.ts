import type { Command, Option } from 'commander'
import { examplesOf } from '../../src/cli/examples.ts'
import { createProgram, forEachCommand, verbOf } from '../../src/cli/program.ts'
import type { CommandDescription, Example, Offers } from '../../src/command/command.ts'
import { shownOptions } from '../../src/command/help.ts'
import { PARTS } from '../../src/command/parts.ts'

/** One command as man page, completions and docs/commands.md describe it. */
export interface ReferenceCommand {
  /** Its words after `usher`: `request approve`. */
  readonly verb: string
  readonly summary: string
  /** Whole sentences, for those that have more to say than the summary; paragraphs are apart by an empty line. */
  readonly description: string | null
  readonly arguments: readonly ReferenceArgument[]
  readonly options: readonly ReferenceOption[]
  readonly examples: readonly Example[]
  /** Its own exit statuses; null: those of every client of the worker. */
  readonly exits: Readonly<Record<number, string>> | null
  /** The verbs below it, such as `approve` of `request`. */
  readonly below: readonly string[]
  /** Only a group of others: it does nothing itself. */
  readonly group: boolean
}

export interface ReferenceArgument {
  /** In capitals. */
  readonly name: string
  readonly summary: string
  readonly optional: boolean
  readonly offers: Offers | null
}

export interface ReferenceOption {
  /** With its dashes. */
  readonly name: string
  /** Its value in capitals; null for a switch. */
  readonly value: string | null
  /** Whether the value may be left away; one that is given follows an equals sign then. */
  readonly valueOptional: boolean
  readonly required: boolean
  readonly multiple: boolean
  readonly summary: string
  readonly default: string | null
  readonly offers: Offers | null
}

export interface Reference {
  readonly summary: string
  /** What every client of the worker takes. */
  readonly common: readonly ReferenceOption[]
  readonly commands: readonly ReferenceCommand[]
}

/** Everything that the command line understands, read from the parsers themselves. */
export function reference(): Reference {
  const nothing = async () => {}
  const program = createProgram('0', () => nothing, nothing)
  const parts = new Map(PARTS.map((part) => [part.name, part]))
  const commands: ReferenceCommand[] = []
  forEachCommand(program, (command) => {
    const verb = verbOf(command)
    const part = parts.get(verb)
    if (part !== undefined) commands.push(ofPart(part))
    else if (verb !== '') commands.push(ofCommander(command))
  })
  return {
    summary: program.description(),
    common: program.options.filter(isNoVersion).map(ofOption),
    commands,
  }
}

/** `request approve [--digest DIGEST] [--wait] ID`: how it is written, after `usher`. */
export function usageWords({ verb, options, arguments: given }: ReferenceCommand): string[] {
  const taken = options.map((option) => {
    const spelling = `${spellingOf(option)}${option.multiple ? '...' : ''}`
    return option.required ? spelling : `[${spellingOf(option)}]${option.multiple ? '...' : ''}`
  })
  return [...verb.split(' '), ...taken, ...given.map(({ name, optional }) => (optional ? `[${name}]` : name))]
}

/** `--digest DIGEST`, `--wait`, or `--approve[=DIGEST]`. */
export function spellingOf({ name, value, valueOptional }: ReferenceOption): string {
  if (value === null) return name
  return valueOptional ? `${name}[=${value}]` : `${name} ${value}`
}

function ofPart(part: CommandDescription): ReferenceCommand {
  const { name, summary, description, examples, exits } = part
  return {
    ...{ verb: name, summary, description, examples, exits, below: [], group: false },
    arguments: part.arguments.map((one) => ({
      name: one.name,
      summary: one.summary,
      optional: one.optional === true,
      offers: one.offers ?? null,
    })),
    options: shownOptions(part).map(([long, option]) => ({
      name: `--${long}`,
      value: option.value ?? null,
      valueOptional: false,
      required: false,
      multiple: option.multiple === true,
      summary: option.summary,
      default: null,
      offers: option.offers ?? null,
    })),
  }
}

function ofCommander(command: Command): ReferenceCommand {
  const verb = verbOf(command)
  const below = command.commands.map((child) => child.name())
  return {
    ...{ verb, summary: command.description(), description: null, exits: null, below },
    group: below.length > 0 && examplesOf(verb).length === 0,
    examples: examplesOf(verb),
    arguments: command.registeredArguments.map((one) => ({
      name: capitals(one.name()),
      summary: one.description,
      optional: !one.required,
      offers: null,
    })),
    options: command.options.filter(({ hidden }) => !hidden).map(ofOption),
  }
}

function ofOption(option: Option): ReferenceOption {
  // Commander writes a value as `<file>` where it must be there and as `[digest]` where it need not.
  const value = /[<[](.+?)(?:\.\.\.)?[>\]]$/.exec(option.flags)?.[1] ?? null
  const words = option.argChoices ?? (value?.includes('|') ? value.split('|') : null)
  return {
    name: option.long ?? option.flags,
    value: value === null ? null : words === null ? capitals(value) : words.join('|'),
    valueOptional: option.optional,
    required: option.mandatory,
    multiple: false,
    summary: option.description,
    default: typeof option.defaultValue === 'string' ? option.defaultValue : null,
    offers: words ?? (value === 'file' ? 'file' : null),
  }
}

function isNoVersion(option: Option): boolean {
  return option.long !== '--version'
}

function capitals(name: string): string {
  return name.replaceAll('-', '_').toUpperCase()
}
