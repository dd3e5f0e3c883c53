import { isDeepStrictEqual } from 'node:util'
import type { RosterEntry } from '../../domain/person.ts'
import { entryFlow, entryLines, writtenEntry } from './entry-text.ts'
import type { ParseRoster, RosterTree } from './parse.ts'
import { parseRosterTree } from './parse.ts'

/**
 * What appending an entry did to the text, enough to take it out again: `inserted` was added as it stands, and
 * `replaced` (the brackets of an empty list, with the white space before them) was taken out after `users:`.
 */
export interface RosterInsertion {
  inserted: string
  replaced: string
}

export type AppendResult =
  | { ok: true; text: string; insertion: RosterInsertion }
  /** Raw text from the file may be in `why`. */
  | { ok: false; why: string }

export type RemoveResult =
  | { state: 'removed'; text: string }
  | { state: 'absent' }
  /** The entry is not as it was appended: somebody edited it. */
  | { state: 'changed' }
  | { state: 'unusable'; why: string }

type Tree = Extract<RosterTree, { ok: true }>

/** A way to add the entry: `text[cutFrom, cutTo)` goes, then `inserted` comes at `at`, which is at or after `cutTo`. */
interface Candidate {
  cutFrom: number
  cutTo: number
  at: number
  inserted: string
}

/**
 * Appends an entry to the list as text: in the style, indentation and line ends of what is there; every other byte stays. The
 * new text is parsed again and compared with the old one, value by value, before it is returned.
 */
export function appendEntry(
  text: string,
  entry: RosterEntry,
  parse: ParseRoster = parseRosterTree,
): AppendResult {
  const tree = parse(text)
  if (!tree.ok) return tree
  for (const { cutFrom, cutTo, at, inserted } of candidates(text, tree, entry)) {
    const edited = text.slice(0, cutFrom) + text.slice(cutTo, at) + inserted + text.slice(at)
    if (isAppended(tree, parse(edited), entry)) {
      return { ok: true, text: edited, insertion: { inserted, replaced: text.slice(cutFrom, cutTo) } }
    }
  }
  return {
    ok: false,
    why: 'no place was found where an entry can be added as text: add a first entry by hand',
  }
}

/**
 * Takes the entry out again that `appendEntry` put in, if it is byte for byte as it was put in. On an otherwise
 * untouched text this gives the original bytes back; edits that were made elsewhere meanwhile stay.
 */
export function removeEntry(
  text: string,
  entry: RosterEntry,
  insertion: RosterInsertion,
  parse: ParseRoster = parseRosterTree,
): RemoveResult {
  const tree = parse(text)
  if (!tree.ok) return { state: 'unusable', why: tree.why }
  const named = tree.people.flatMap((person, index) =>
    person.entry.telegram_id === entry.telegram_id ? [index] : [],
  )
  if (named.length === 0) return { state: 'absent' }
  for (const index of named) {
    for (const edited of removals(text, tree, index, entry, insertion)) {
      if (isRemoved(tree, parse(edited), index)) return { state: 'removed', text: edited }
    }
  }
  return { state: 'changed' }
}

function removals(
  text: string,
  tree: Tree,
  index: number,
  entry: RosterEntry,
  { inserted, replaced }: RosterInsertion,
): string[] {
  if (!isDeepStrictEqual(tree.values().users[index], writtenEntry(entry))) return []
  // What was inserted begins before the node, by line end, indentation and dash, and reaches over it.
  const [start] = rangeOf(tree.users.items[index])
  const from = text.lastIndexOf(inserted, start)
  const to = from + inserted.length
  if (from === -1 || to <= start) return []
  const without = text.slice(0, from) + text.slice(to)
  if (tree.users.flow) return [without, text.slice(0, from) + text.slice(to).replace(/^\s*,\s*/, '')]
  if (endOfLine(text, to) !== to) return []
  if (tree.users.items.length > 1) return [without]
  const colon = usersColonEnd(tree, text)
  return [without.slice(0, colon) + (replaced || ' []') + without.slice(colon)]
}

function candidates(text: string, tree: Tree, entry: RosterEntry): Candidate[] {
  const { users } = tree
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const insertAt = (at: number, inserted: string): Candidate => ({ cutFrom: at, cutTo: at, at, inserted })
  const last = users.items.at(-1)
  if (users.flow && last !== undefined) return [insertAt(rangeOf(last)[1], `, ${entryFlow(entry)}`)]
  if (users.flow) {
    const [open, close] = rangeOf(users)
    const colon = usersColonEnd(tree, text)
    const inBrackets = insertAt(open + 1, entryFlow(entry))
    if (!/^[ \t]*\[[ \t]*\]$/.test(text.slice(colon, close))) return [inBrackets]
    // The brackets go and the entry comes on lines of its own; a comment after the brackets stays on its line.
    const inserted = newline + blockText(entry, '  ', newline)
    return [{ cutFrom: colon, cutTo: close, at: endOfLine(text, close), inserted }, inBrackets]
  }
  const [start, end] = rangeOf(last)
  const dash = text.lastIndexOf('-', start)
  const indentation = ' '.repeat(dash - (text.lastIndexOf('\n', dash) + 1))
  const inserted = newline + blockText(entry, indentation, newline)
  return insertionPoints(text, start, end).map((at) => insertAt(at, inserted))
}

function blockText(entry: RosterEntry, indentation: string, newline: string): string {
  return entryLines(entry)
    .map((line, index) => `${indentation}${index === 0 ? '- ' : '  '}${line}`)
    .join(newline)
}

/** Ends of lines after which an entry can follow: the last line with content, then the last line of the entry's range. */
function insertionPoints(text: string, start: number, end: number): number[] {
  const rangeEnd = text[end - 1] === '\n' ? endOfLine(text, text[end - 2] === '\r' ? end - 2 : end - 1) : end
  let contentEnd = rangeEnd
  while (contentEnd > start) {
    const lineStart = text.lastIndexOf('\n', contentEnd - 1) + 1
    if (!/^[ \t\r]*(#.*)?$/.test(text.slice(lineStart, contentEnd)) || lineStart <= start) break
    contentEnd = text[lineStart - 2] === '\r' ? lineStart - 2 : lineStart - 1
  }
  return [...new Set([endOfLine(text, contentEnd), rangeEnd])]
}

/** Offset of the line end (CRLF or LF) at or after `at`, or of the end of the text. */
export function endOfLine(text: string, at: number): number {
  const newline = text.indexOf('\n', at)
  if (newline === -1) return text.length
  return newline > at && text[newline - 1] === '\r' ? newline - 1 : newline
}

/** Just after the colon of the key `users`. */
function usersColonEnd(tree: Tree, text: string): number {
  return text.indexOf(':', rangeOf(tree.usersPair.key)[1]) + 1
}

function isAppended(tree: Tree, after: RosterTree, entry: RosterEntry): boolean {
  if (!after.ok) return false
  const before = tree.values()
  return isDeepStrictEqual(after.values(), { ...before, users: [...before.users, writtenEntry(entry)] })
}

function isRemoved(tree: Tree, after: RosterTree, index: number): boolean {
  if (!after.ok) return false
  const before = tree.values()
  return isDeepStrictEqual(after.values(), { ...before, users: before.users.filter((_, i) => i !== index) })
}

/** Offsets of a parsed node: where it begins, where its value ends, and where what belongs to it ends. */
export function rangeOf(node: unknown): [number, number, number] {
  const range = (node as { range?: [number, number, number] | null } | null | undefined)?.range
  if (!range) throw new Error('a parsed node has no range')
  return range
}
