import { isDeepStrictEqual } from 'node:util'
import type { Node, Pair, YAMLMap } from 'yaml'
import { isCollection, isMap, isPair, isScalar } from 'yaml'
import { changedKeys, type EntryKey, type RosterEntry } from '../../domain/person.ts'
import { endOfLine, rangeOf } from './edit.ts'
import { flowText, quoted, valueText } from './entry-text.ts'
import type { ParseRoster, RosterPerson, RosterTree } from './parse.ts'
import { parseRosterTree } from './parse.ts'
import { sameEntry } from './same-entry.ts'

/** What changing an entry did to its text, enough to put the old bytes back: the entry as it stood, and as it stands. */
export interface EntryChange {
  was: string
  is: string
}

export type EditResult =
  | { ok: true; text: string; change: EntryChange }
  /** Raw text from the file may be in `why`; null: the roster does not have exactly this entry, once. */
  | { ok: false; why: string | null }

export type RevertResult =
  | { state: 'reverted'; text: string }
  /** It is as it was before already. */
  | { state: 'as before' }
  /** The entry is not as it was left: somebody edited it, or took it out. */
  | { state: 'changed' }
  | { state: 'unusable'; why: string }

type Tree = Extract<RosterTree, { ok: true }>

/**
 * Gives one entry other values, as text: where a key stands its value is replaced, a key that joins comes last, one that goes
 * takes its line along. Every other byte stays: comments, order, keys that Usher does not know, all other entries. The new
 * text is parsed again and compared with the old one, value by value, before it is returned.
 */
export function editEntry(
  text: string,
  before: RosterEntry,
  after: RosterEntry,
  parse: ParseRoster = parseRosterTree,
): EditResult {
  const first = parse(text)
  if (!first.ok) return first
  const index = indexOf(first.people, before)
  if (index === null) return { ok: false, why: null }
  let edited = text
  for (const key of changedKeys(before, after)) {
    const tree = parse(edited)
    if (!tree.ok) return tree
    const found = candidates(edited, tree, index, key, after[key]).find((candidate) =>
      isChanged(tree, parse(candidate), index, key, after[key]),
    )
    if (found === undefined) {
      return {
        ok: false,
        why: `the entry of ${before.os_user} cannot be changed as text at '${key}': change it by hand`,
      }
    }
    edited = found
  }
  const last = parse(edited)
  const left = last.ok ? last.people[index] : undefined
  if (!last.ok || left === undefined || !left.exactId || !sameEntry(left.entry, after)) {
    return { ok: false, why: `the entry of ${before.os_user} cannot be changed as text: change it by hand` }
  }
  const [start, end] = regionOf(text, first, index)
  const change = {
    was: text.slice(start, end),
    is: edited.slice(start, edited.length - (text.length - end)),
  }
  return { ok: true, text: edited, change }
}

/** Puts the bytes back that `editEntry` replaced, if the entry still is as it was left; edits that were made elsewhere stay. */
export function revertEntry(
  text: string,
  before: RosterEntry,
  after: RosterEntry,
  { was, is }: EntryChange,
  parse: ParseRoster = parseRosterTree,
): RevertResult {
  const tree = parse(text)
  if (!tree.ok) return { state: 'unusable', why: tree.why }
  const index = indexOf(tree.people, after)
  if (index === null)
    return indexOf(tree.people, before) === null ? { state: 'changed' } : { state: 'as before' }
  const [start, contentEnd] = regionOf(text, tree, index)
  const end = start + is.length
  // Comments that stood above a key that went belong to what was left, too; what was added behind it does not.
  const isAsLeft = text.startsWith(is, start) && contentEnd <= end
  const isWhole = isInBrackets(tree, index) ? contentEnd === end : endOfLine(text, end) === end
  if (!isAsLeft || !isWhole) return { state: 'changed' }
  const reverted = text.slice(0, start) + was + text.slice(end)
  const old = parse(reverted)
  if (!old.ok || indexOf(old.people, before) !== index) return { state: 'changed' }
  const others = (values: Tree) => ({
    ...values.values(),
    users: values.values().users.filter((_, at) => at !== index),
  })
  return isDeepStrictEqual(others(old), others(tree))
    ? { state: 'reverted', text: reverted }
    : { state: 'changed' }
}

/** The place of the one entry that says this; null when there is none, or more than one. */
function indexOf(people: readonly RosterPerson[], entry: RosterEntry): number | null {
  const found = people.flatMap((person, index) =>
    person.exactId && sameEntry(person.entry, entry) ? [index] : [],
  )
  return found.length === 1 ? (found[0] ?? null) : null
}

/** The entry's own text: from its first key to the end of its last line; in brackets, from brace to brace. */
function regionOf(text: string, tree: Tree, index: number): [start: number, end: number] {
  const item = itemOf(tree, index)
  const [start, end] = rangeOf(item)
  return [start, isInBrackets(tree, index) ? end : endOfLine(text, contentEnd(item, text))]
}

function isInBrackets(tree: Tree, index: number): boolean {
  return itemOf(tree, index).flow === true || tree.users.flow === true
}

function itemOf(tree: Tree, index: number): YAMLMap<Node, Node> {
  const item = tree.users.items[index]
  if (!isMap(item)) throw new Error('a parsed entry is not a map')
  return item as YAMLMap<Node, Node>
}

function isChanged(tree: Tree, after: RosterTree, index: number, key: EntryKey, value: unknown): boolean {
  if (!after.ok) return false
  const { users, ...others } = tree.values()
  const changed = users.map((user, at) => {
    if (at !== index) return user
    const { [key]: _, ...rest } = user as Record<string, unknown>
    return value === undefined ? rest : { ...rest, [key]: value }
  })
  return isDeepStrictEqual(after.values(), { ...others, users: changed })
}

/** Texts in which this key of the entry could have its new value, best first. */
function candidates(
  text: string,
  tree: Tree,
  index: number,
  key: EntryKey,
  value: RosterEntry[EntryKey],
): string[] {
  const item = itemOf(tree, index)
  const inFlow = isInBrackets(tree, index)
  const at = item.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === key)
  const pair = item.items[at]
  if (value === undefined) return pair === undefined ? [] : without(text, item, at, inFlow)
  const written = inFlow ? flowText(value) : valueText(value)
  if (pair === undefined) return withPair(text, item, key, written, inFlow)
  return [replaced(text, pair, written)]
}

/** The value goes and the new one comes on the key's line. */
function replaced(text: string, pair: Pair<Node, Node>, written: string): string {
  const colon = text.indexOf(':', rangeOf(pair.key)[1]) + 1
  const { value } = pair
  if (value === null || rangeOf(value)[1] <= rangeOf(value)[0]) {
    return `${text.slice(0, colon)} ${written}${text.slice(colon)}`
  }
  const [start] = rangeOf(value)
  const end = contentEnd(value, text)
  // What stands on lines of its own goes with them; a comment on the key's line stays there.
  const lineEnd = endOfLine(text, colon)
  return start > lineEnd
    ? `${text.slice(0, colon)} ${written}${text.slice(colon, lineEnd)}${text.slice(end)}`
    : text.slice(0, start) + written + text.slice(end)
}

function without(text: string, { items }: YAMLMap<Node, Node>, at: number, inFlow: boolean): string[] {
  const pair = items[at]
  if (pair === undefined) return []
  const [start] = rangeOf(pair.key)
  const end = contentEnd(pair, text)
  const next = items[at + 1]
  const previous = items[at - 1]
  const cut = (from: number, to: number) => text.slice(0, from) + text.slice(to)
  if (next !== undefined && (inFlow || previous === undefined)) return [cut(start, rangeOf(next.key)[0])]
  if (previous === undefined) return []
  if (inFlow) return [cut(contentEnd(previous, text), end)]
  // From the end of the line before, so that the entry's last line can go where the file ends without a line end.
  const lineStart = text.lastIndexOf('\n', start - 1)
  return [cut(text[lineStart - 1] === '\r' ? lineStart - 1 : lineStart, endOfLine(text, end))]
}

/** The new key after the last one; where that cannot be, after one before. */
function withPair(
  text: string,
  { items }: YAMLMap<Node, Node>,
  key: EntryKey,
  written: string,
  inFlow: boolean,
): string[] {
  const [first] = items
  if (first === undefined) return []
  const [firstStart] = rangeOf(first.key)
  const column = firstStart - (text.lastIndexOf('\n', firstStart - 1) + 1)
  const newline = text.includes('\r\n') ? '\r\n' : '\n'
  const added = inFlow ? `, ${quoted(key)}: ${written}` : `${newline}${' '.repeat(column)}${key}: ${written}`
  return items.toReversed().map((pair) => {
    const end = contentEnd(pair, text)
    const place = inFlow ? end : endOfLine(text, end)
    return text.slice(0, place) + added + text.slice(place)
  })
}

/** Where the last that a node says ends, without the line ends, comments and blank lines behind it. */
function contentEnd(node: Node | Pair<Node, Node>, text: string): number {
  if (isPair(node)) {
    const { value } = node as Pair<Node, Node>
    const colon = text.indexOf(':', rangeOf(node.key)[1]) + 1
    return value === null ? colon : Math.max(colon, contentEnd(value, text))
  }
  const [start, end] = rangeOf(node)
  if (isCollection(node) && !node.flow) {
    const last = node.items.at(-1)
    return last === undefined || last === null ? end : contentEnd(last as Node | Pair<Node, Node>, text)
  }
  const kept = text.slice(start, end).replace(/[ \t\r\n]+$/, '')
  return start + kept.length
}
