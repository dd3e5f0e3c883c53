import { ENTRY_KEYS, type RosterEntry } from '../../domain/person.ts'
import { replaceUnsafeCharacters, unicodeEscape } from '../../domain/unsafe-text.ts'

/** `key: value` for every key that the entry has, ready to be lines of a block map. */
export function entryLines(entry: RosterEntry): string[] {
  return presentKeys(entry).map((key) => `${key}: ${valueText(entry[key])}`)
}

/** The entry as one flow map, which is JSON, too. */
export function entryFlow(entry: RosterEntry): string {
  const members = presentKeys(entry).map((key) => `${quoted(key)}: ${flowText(entry[key])}`)
  return `{${members.join(', ')}}`
}

/** The entry reduced to the keys that are written; what reading it back must give. */
export function writtenEntry(entry: RosterEntry): RosterEntry {
  const pairs = presentKeys(entry).map((key) => [key, entry[key]])
  return Object.fromEntries(pairs) as RosterEntry
}

function presentKeys(entry: RosterEntry): (keyof RosterEntry)[] {
  return ENTRY_KEYS.filter((key) => entry[key] !== undefined)
}

/** One value as text, ready to stand behind `key: ` in a block map. */
export function valueText(value: RosterEntry[keyof RosterEntry]): string {
  return typeof value === 'string' ? (isPlainEverywhere(value) ? value : quoted(value)) : flowText(value)
}

/** The same inside of brackets. */
export function flowText(value: RosterEntry[keyof RosterEntry]): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(quoted).join(', ')}]`
  if (typeof value === 'number') return numberText(value)
  return String(value)
}

/** YAML 1.1 readers take `1e+21` for a string: the mantissa needs its dot. */
function numberText(value: number): string {
  const text = String(value)
  return /^-?\d+e/.test(text) ? text.replace('e', '.0e') : text
}

/** Words that some YAML reader, of version 1.1 or 1.2, takes for something other than a string. */
const NOT_STRINGS = /^(y|n|yes|no|on|off|true|false|null|nan|inf|infinity)$/i

/** Whether every YAML reader takes `value`, written without quotes in a block map, for this very string. */
function isPlainEverywhere(value: string): boolean {
  return (
    /^[A-Za-z]([A-Za-z0-9 ._@/+-]*[A-Za-z0-9._@/+-])?$/.test(value) &&
    !value.includes('  ') &&
    !NOT_STRINGS.test(value)
  )
}

/**
 * A double-quoted scalar on one line: a JSON string with everything unsafe or unprintable escaped as well, but for what takes two
 * UTF-16 units: YAML knows no escape for such a pair that JSON has, too, and none of them is taken for a line end.
 */
export function quoted(value: string): string {
  return replaceUnsafeCharacters(JSON.stringify(value), (found) =>
    found.length === 1 ? unicodeEscape(found) : found,
  ).replace(/[\u00a0\ufff0-\uffff]/g, unicodeEscape)
}
