import { CONFIG_OPTION, type Example, JSON_OPTION } from '../../src/command/command.ts'
import { EXIT_STATUSES } from '../../src/command/exit-statuses.ts'
import {
  type Reference,
  type ReferenceCommand,
  type ReferenceOption,
  reference,
  usageWords,
} from './model.ts'
import { ENVIRONMENT, FILES } from './places.ts'

/** What the header and the footer of the page say. */
export interface ManPageRelease {
  readonly version: string
  /** `2026-11-21`: the day of the sources, so that the same sources make the same page. */
  readonly date: string
}

/** The manual page usher(8), in the man macros that every man program knows (man(7), groff_man(7)). */
export function manPage(release: ManPageRelease): string {
  const all = reference()
  return `${[
    String.raw`.\" Generated from the command line itself; do not edit.`,
    `.TH USHER 8 "${release.date}" ${quoted(`usher ${release.version}`)} ${quoted('System administration')}`,
    // Neither hyphens nor stretched blanks in what is to be copied.
    '.nh',
    '.ad l',
    ...section('NAME', [text('usher - gives people access to this machine, and proves that it works')]),
    ...section('SYNOPSIS', synopsis()),
    ...section('DESCRIPTION', DESCRIPTION.flatMap(paragraph)),
    ...section('OPTIONS', commonOptions(all)),
    ...section('COMMANDS', all.commands.filter(({ group }) => !group).flatMap(command)),
    ...section('EXIT STATUS', [
      ...paragraph('Commands that name none of their own end with:'),
      ...Object.entries(EXIT_STATUSES).flatMap(([status, meaning]) => item(bold(status), meaning)),
    ]),
    ...section(
      'ENVIRONMENT',
      ENVIRONMENT.flatMap(([names, reader, meaning]) =>
        item(names.map(bold).join(', '), `${meaning} (${reader})`),
      ),
    ),
    ...section(
      'FILES',
      FILES.flatMap(([path, meaning]) => item(italic(path), meaning)),
    ),
    ...section('SEE ALSO', SEE_ALSO.flatMap(paragraph)),
  ].join('\n')}\n`
}

const DESCRIPTION = [
  'Usher lets people onto a shared machine from a Telegram chat. Somebody asks for access, an admin sees exactly what will change on the host and approves it, and gets a person whose account, folders, roster entry and agent service are ready and proven to work as that person. If the proof fails, everything that was made is taken back.',
  'Two services share the work. The bot talks to Telegram and decides nothing; the worker is root, has no network, and alone changes the host. This command is a client of the worker, like the bot: whatever an admin can do in the chat, root can do here.',
  'As root you are the operator and may do everything. As yourself you see what is your own: a uid proves a uid and never what a person wants, so nobody approves anything without root or the chat.',
]

const SEE_ALSO = [
  'The documentation by task: /usr/share/doc/usher/README.md. Every key of the config: configuration.md beside it.',
  'systemctl(1), journalctl(1), systemd.exec(5), useradd(8)',
]

function synopsis(): string[] {
  return [
    `${bold('usher')} [${bold('--config')} ${italic('FILE')}] [${bold('--json')}] ${italic('COMMAND')} ...`,
    '.br',
    `${bold('usher')} [${italic('COMMAND')}] ${bold('--help')}`,
  ]
}

function commonOptions({ common }: Reference): string[] {
  return [
    ...paragraph('Every command takes these; they may stand before or after it.'),
    ...common.flatMap(option),
    ...item(bold('--help'), 'print what the command takes'),
    ...item(bold('--version'), 'print the version'),
  ]
}

function command(one: ReferenceCommand): string[] {
  const sentence = `${one.summary.charAt(0).toUpperCase()}${one.summary.slice(1)}.`
  // What every command takes is said once, above.
  const own = one.options.filter(
    ({ name, summary }) =>
      !(name === '--config' && summary === CONFIG_OPTION.summary) &&
      !(name === '--json' && summary === JSON_OPTION.summary),
  )
  return [
    `.SS ${quoted(`usher ${one.verb}`)}`,
    text(['usher', ...usageWords(one)].map((word) => word.replaceAll(' ', '\u00a0')).join(' ')),
    ...(one.description === null ? [sentence] : one.description.split('\n\n')).flatMap(paragraph),
    ...one.arguments.flatMap(({ name, summary }) => item(italic(name), summary)),
    ...own.flatMap(option),
    ...(one.exits === null
      ? []
      : [
          ...paragraph('Exit status:'),
          ...Object.entries(one.exits).flatMap(([status, meaning]) => item(bold(status), meaning)),
        ]),
    ...(one.examples.length === 0 ? [] : ['.PP', ...examples(one.examples)]),
  ]
}

function option(one: ReferenceOption): string[] {
  const { name, value, valueOptional } = one
  const between = valueOptional ? '[=' : ' '
  const spelled =
    value === null ? bold(name) : `${bold(name)}${between}${italic(value)}${valueOptional ? ']' : ''}`
  const usual = one.default === null ? '' : `; default: ${one.default}`
  return item(spelled, `${one.summary}${usual}`)
}

function examples(list: readonly Example[]): string[] {
  return [
    '.RS 4',
    '.nf',
    ...list.flatMap(({ line, why }) =>
      (why === undefined ? [] : [verbatim(`# ${why}`)]).concat(verbatim(line)),
    ),
    '.fi',
    '.RE',
  ]
}

function section(title: string, lines: readonly string[]): string[] {
  // A heading begins a paragraph by itself.
  return [`.SH ${quoted(title)}`, ...(lines[0] === '.PP' ? lines.slice(1) : lines)]
}

function paragraph(words: string): string[] {
  return ['.PP', text(words)]
}

function item(term: string, meaning: string): string[] {
  return ['.TP', term, text(meaning.replaceAll('`', ''))]
}

function bold(word: string): string {
  return `\\fB${escaped(word)}\\fR`
}

function italic(word: string): string {
  return `\\fI${escaped(word)}\\fR`
}

/** A macro's argument. */
function quoted(words: string): string {
  return `"${escaped(words).replaceAll('"', '""')}"`
}

/** Text in lines of at most 80 bytes (mandoc(1) asks for that), none of which is a macro, whatever it begins with. */
function text(words: string): string {
  const lines: string[] = []
  for (const word of words.split(' ').map(escaped)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= 80) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map(unread).join('\n')
}

/** A line that is printed as it stands. */
function verbatim(words: string): string {
  return unread(escaped(words))
}

function unread(line: string): string {
  return line.startsWith('.') ? `\\&${line}` : line
}

/** Backslashes and dashes as they are typed, and what is not ASCII by its name. */
function escaped(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('\u00a0', '\\ ')
    .replace(
      /[^\x20-\x7e]/gu,
      (found) => `\\[u${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`,
    )
}
