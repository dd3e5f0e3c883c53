/**
 * What a command of `usher` takes and does, said once: its parser, its `--help`, the man page, the completions and
 * docs/commands.md all come from this. The parts that are programs of their own (worker, bot, install, …) have theirs in
 * `parts/`; the verbs that are clients of the worker say the same to commander.
 */
export interface CommandDescription {
  readonly name: string
  /** One line without a full stop, for the list of all commands. */
  readonly summary: string
  /** Whole sentences; paragraphs are apart by an empty line, and no line is broken by hand. */
  readonly description: string
  readonly arguments: readonly ArgumentDescription[]
  /** By long name, without the dashes. `--help` is everybody's and not named. */
  readonly options: Readonly<Record<string, OptionDescription>>
  readonly examples: readonly Example[]
  /** What each exit status says. */
  readonly exits: Readonly<Record<number, string>>
}

export interface ArgumentDescription {
  /** As the help writes it, in capitals: `FILE`. */
  readonly name: string
  readonly summary: string
  readonly optional?: true
  /** What a shell offers for it. */
  readonly offers?: Offers
}

export interface OptionDescription {
  /** One line without a full stop. */
  readonly summary: string
  /** Its value as the help writes it, in capitals; an option without one is a switch. */
  readonly value?: string
  /** May be given more than once. */
  readonly multiple?: true
  /** For programs of this package only: understood, and shown nowhere. */
  readonly hidden?: true
  /** What a shell offers for its value. */
  readonly offers?: Offers
}

/** Files, folders, or one of these words. */
export type Offers = 'file' | 'folder' | readonly string[]

export interface Example {
  /** The whole line, as it is typed: `sudo usher doctor --json`. */
  readonly line: string
  /** What it is for, where the line does not say it. */
  readonly why?: string
}

/** The options of everybody. */
export const CONFIG_OPTION = {
  value: 'FILE',
  summary: 'the config; default: USHER_CONFIG, /etc/usher/config.yaml, or your own',
  offers: 'file',
} as const satisfies OptionDescription
export const JSON_OPTION = {
  summary: 'print exactly one JSON document',
} as const satisfies OptionDescription
export const DEVELOPMENT_OPTION = {
  summary: 'as root: run a checkout although others can change it',
} as const satisfies OptionDescription
