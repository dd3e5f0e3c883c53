import { parseArgs } from 'node:util'
import type { CommandDescription, OptionDescription } from './command.ts'
import { usageOf } from './help.ts'

/** What was given: a switch is true or false, a value is text, and an option that may come more than once is a list. */
type Values<O> = { readonly [K in keyof O]: ValueOf<O[K]> }
type ValueOf<D> = D extends { value: string; multiple: true }
  ? string[]
  : D extends { value: string }
    ? string | undefined
    : boolean

export type CommandLine<C extends CommandDescription> =
  | {
      readonly ok: true
      /** `--help` was asked for: nothing else is to be done, and nothing else was checked. */
      readonly help: boolean
      readonly values: Values<C['options']>
      readonly operands: readonly string[]
    }
  | {
      readonly ok: false
      /** Whether the refusal is to be one JSON document. */
      readonly json: boolean
      /** Why, and how it is written: two lines or more. */
      readonly message: string
    }

/** Reads the arguments of one command, as it is described: an unknown option, a missing or a superfluous argument is refused. */
export function readCommandLine<const C extends CommandDescription>(
  command: C,
  argv: readonly string[],
): CommandLine<C> {
  const refused = (why: string): CommandLine<C> => {
    const message = `cannot understand this: ${why}\n${usageOf(command)}`
    return { ok: false, json: argv.includes('--json'), message }
  }
  const described = Object.entries<OptionDescription>(command.options)
  const options = Object.fromEntries(described.map(([name, option]) => [name, parseOption(option)]))
  try {
    const { values: given, positionals } = parseArgs({
      args: [...argv],
      options: { ...options, help: { type: 'boolean', short: 'h', default: false } },
      allowPositionals: true,
    })
    const { help: asked, ...values } = given
    const help = asked === true
    const needed = command.arguments.filter(({ optional }) => optional !== true)
    const missing = needed[positionals.length]
    const superfluous = positionals[command.arguments.length]
    if (!help && superfluous !== undefined) return refused(`the argument '${superfluous}' is one too many`)
    if (!help && missing !== undefined) return refused(`${missing.name} is missing`)
    // parseArgs gives exactly what `options` asked for, which its types lose when the options are computed.
    return { ok: true, help, values: values as unknown as Values<C['options']>, operands: positionals }
  } catch (error) {
    return refused(complaint(error as NodeJS.ErrnoException))
  }
}

function parseOption({ value, multiple }: OptionDescription) {
  if (value === undefined) return { type: 'boolean', default: false } as const
  return multiple === true
    ? ({ type: 'string', multiple: true, default: [] as string[] } as const)
    : ({ type: 'string' } as const)
}

/** Node's own sentence, without its advice on arguments that begin with a dash. */
function complaint({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? (message.split('. To specify')[0] ?? message) : message
}
