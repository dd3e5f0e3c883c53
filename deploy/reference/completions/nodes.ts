import type { Offers } from '../../../src/command/command.ts'
import type { Reference, ReferenceOption } from '../model.ts'

/** A place on the command line: what may come after `usher` and these words. */
export interface Node {
  /** `` at the beginning, `request`, `request approve`. */
  readonly verb: string
  readonly below: readonly { readonly name: string; readonly summary: string }[]
  /** With those that every command takes. */
  readonly options: readonly ReferenceOption[]
  /** What is offered for its argument; null: nothing that a shell could know. */
  readonly offers: Offers | null
}

const HELP: ReferenceOption = {
  name: '--help',
  value: null,
  valueOptional: false,
  required: false,
  multiple: false,
  summary: 'print what the command takes',
  default: null,
  offers: null,
}

/** Every place on the command line, the beginning first. */
export function nodesOf({ commands, common }: Reference): Node[] {
  const summaryOf = (verb: string) => commands.find((one) => one.verb === verb)?.summary ?? ''
  const first = commands.filter(({ verb }) => !verb.includes(' ')).map(({ verb }) => verb)
  const beginning: Node = {
    verb: '',
    below: [...first, 'help'].map((name) => ({ name, summary: summaryOf(name) || 'what a command takes' })),
    options: [...common, { ...HELP, name: '--version', summary: 'print the version' }, HELP],
    offers: null,
  }
  const rest = commands.map(
    ({ verb, below, options, arguments: given }): Node => ({
      verb,
      below: below.map((name) => ({ name, summary: summaryOf(`${verb} ${name}`) })),
      options: [
        ...options,
        ...common.filter(({ name }) => !options.some((option) => option.name === name)),
        HELP,
      ],
      offers: given[0]?.offers ?? null,
    }),
  )
  const help: Node = { verb: 'help', below: beginning.below, options: [], offers: null }
  return [beginning, ...rest, help]
}

/** `request approve` for each step from one place to the next: `request` and then `approve`. */
export function stepsOf(nodes: readonly Node[]): string[] {
  const verbs = new Set(nodes.map(({ verb }) => verb))
  return nodes
    .flatMap(({ verb, below }) => below.map(({ name }) => (verb === '' ? name : `${verb} ${name}`)))
    .filter((verb) => verbs.has(verb))
}

/** An option of one verb, or of whatever verb when it is the same everywhere. */
export interface OptionPlace {
  /** Null: wherever it stands. */
  readonly verb: string | null
  readonly name: string
}

/** The options whose value is the next word. */
export function takingOf(nodes: readonly Node[]): OptionPlace[] {
  const takes = ({ value, valueOptional }: ReferenceOption) => value !== null && !valueOptional
  return placesOf(nodes, takes).map(({ place }) => place)
}

/** The options for whose value something is offered. */
export function offersOf(nodes: readonly Node[]): { place: OptionPlace; offers: Offers }[] {
  return placesOf(nodes, ({ offers }) => offers).flatMap(({ place, answer }) =>
    answer === null || answer === undefined ? [] : [{ place, offers: answer }],
  )
}

/** What is asked about each option, said once for those that answer the same everywhere; who answers nothing is left out. */
function placesOf<A>(
  nodes: readonly Node[],
  ask: (option: ReferenceOption) => A,
): { place: OptionPlace; answer: A }[] {
  const all = nodes.flatMap(({ verb, options }) =>
    options.map((option) => ({ place: { verb, name: option.name }, answer: ask(option) })),
  )
  const names = [...new Set(all.map(({ place }) => place.name))]
  return names.flatMap((name) => {
    const same = all.filter(({ place }) => place.name === name)
    const first = same[0]
    if (first === undefined) return []
    const everywhere = same.every(({ answer }) => JSON.stringify(answer) === JSON.stringify(first.answer))
    const found = everywhere ? [{ ...first, place: { verb: null, name } }] : same
    return found.filter(({ answer }) => answer !== null && answer !== false)
  })
}

/** A word of bash, zsh or fish that means exactly this text. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
