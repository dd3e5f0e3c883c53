import { type ParseRoster, parseRosterTree, type RosterTree } from './parse.ts'

/** The text before an edit and the one after it, which the next edit begins with. */
const REMEMBERED = 2
/** A tree takes some twenty times the memory of its text: that of a huge text is not kept. */
const LIMIT_CHARACTERS = 512 * 1024

/**
 * `parseRosterTree` that knows the last two texts: parsing costs more than reading and comparing by far, and an edit parses
 * what it wrote in order to verify it, which the next reader would parse again. The trees are shared; nobody changes them.
 */
export function createRememberedParse(parse: ParseRoster = parseRosterTree): ParseRoster {
  let known: { text: string; tree: RosterTree }[] = []
  return (text) => {
    const found = known.find((one) => one.text === text) ?? { text, tree: parse(text) }
    const others = known.filter((one) => one !== found)
    if (found.text.length <= LIMIT_CHARACTERS) known = [found, ...others].slice(0, REMEMBERED)
    return found.tree
  }
}
