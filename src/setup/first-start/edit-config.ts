import { isDeepStrictEqual } from 'node:util'
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'

/** A value of the config, and what it becomes; undefined: the key goes. At most two keys deep. */
export interface ConfigChange {
  path: readonly [string] | readonly [string, string]
  value: unknown
}

export type ConfigEdit = { ok: true; text: string } | { ok: false; message: string }

/**
 * Edits a config as text: each change touches the fewest bytes that it can, and comments, order and every other value stay.
 * What comes out is parsed again and compared value by value before it is returned. Without a way to change only those bytes the
 * document is written anew from its tree, which keeps comments and order but not each space.
 */
export function editConfig(text: string, changes: readonly ConfigChange[]): ConfigEdit {
  let edited = text
  for (const change of changes) {
    const wanted = withChange(valuesOf(edited), change)
    if (wanted === null) return { ok: false, message: 'cannot edit the config: it is no mapping of keys' }
    if (isDeepStrictEqual(wanted, valuesOf(edited))) continue
    const found = candidates(edited, change).find((candidate) =>
      isDeepStrictEqual(valuesOf(candidate), wanted),
    )
    if (found === undefined) {
      const message = `cannot change ${change.path.join('.')} in the config as text: edit it by hand`
      return { ok: false, message }
    }
    edited = found
  }
  return { ok: true, text: edited }
}

/** The file as plain values; null when it is none that a config can be. */
function valuesOf(text: string): Record<string, unknown> | null {
  const document = parse(text)
  if (document.errors.length > 0) return null
  const value: unknown = document.toJS({ maxAliasCount: 20 }) ?? {}
  return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : null
}

function withChange(values: Record<string, unknown> | null, { path, value }: ConfigChange) {
  if (values === null) return null
  const [section, key] = path
  if (key === undefined) return withKey(values, section, value)
  const inner = values[section] ?? {}
  if (typeof inner !== 'object' || Array.isArray(inner)) return null
  return { ...values, [section]: withKey(inner as Record<string, unknown>, key, value) }
}

function withKey(values: Record<string, unknown>, key: string, value: unknown): Record<string, unknown> {
  const { [key]: _, ...others } = values
  return value === undefined ? others : { ...others, [key]: value }
}

/** Texts in which the change may have been made, the gentlest first. Whether it was is for the caller to see. */
function* candidates(text: string, { path, value }: ConfigChange): Generator<string> {
  const document = parse(text)
  if (value === undefined) {
    document.deleteIn([...path])
    return yield document.toString({ lineWidth: 0 })
  }
  const root = document.contents
  const [section, key] = path
  if (root === null || !isMap(root)) yield appended(text, inBlock(section, key, value))
  else {
    const inner = root.get(section, true)
    const node = key === undefined ? inner : isMap(inner) ? inner.get(key, true) : undefined
    if (isSeq(node)) yield* longerLists(text, node, value)
    yield* replaced(text, node, value)
    if (key !== undefined && isMap(inner)) yield* longerMaps(text, inner, key, value)
    if (inner === undefined) yield appended(text, inBlock(section, key, value))
    // "smoke:" alone counts as absent; what it says comes below it.
    if (key !== undefined && isScalar(inner) && inner.value === null) yield* filled(text, section, key, value)
  }
  const whole = parse(text) as Document
  if (key !== undefined && !isMap(whole.get(section))) whole.set(section, whole.createNode({}))
  whole.setIn([...path], whole.createNode(value))
  yield whole.toString({ lineWidth: 0 })
}

/** A list that only grows keeps what stands in it, comments included. */
function* longerLists(text: string, list: YAMLSeq, value: unknown): Generator<string> {
  const old: unknown = list.toJSON()
  if (!Array.isArray(old) || !Array.isArray(value) || list.range == null) return
  if (!isDeepStrictEqual(old, value.slice(0, old.length))) return
  const added: unknown[] = value.slice(old.length)
  if (list.flow === true) {
    const close = text.lastIndexOf(']', list.range[1])
    const before = text.slice(0, close).trimEnd()
    const comma = old.length === 0 || before.endsWith(',') ? '' : ','
    const gap = old.length === 0 ? '' : ' '
    yield `${before}${comma}${gap}${added.map(flow).join(', ')}${text.slice(before.length)}`
    return
  }
  const last = list.items.at(-1)
  const start = rangeOf(list.items[0])?.[0]
  const end = rangeOf(last)?.[1]
  if (start === undefined || end === undefined) return
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).replace(/-.*$/s, '')
  yield insertLine(text, end, added.map((item) => `${indent}- ${flow(item)}`).join('\n'))
}

function* replaced(text: string, node: unknown, value: unknown): Generator<string> {
  const range = rangeOf(node)
  if (range === null) return
  yield text.slice(0, range[0]) + flow(value) + text.slice(range[1])
}

function* longerMaps(text: string, map: YAMLMap, key: string, value: unknown): Generator<string> {
  if (map.range == null) return
  if (map.flow === true) {
    const close = text.lastIndexOf('}', map.range[1])
    const before = text.slice(0, close).trimEnd()
    const comma = map.items.length === 0 || before.endsWith(',') ? '' : ','
    yield `${before}${comma} ${key}: ${flow(value)} ${text.slice(close)}`
    return
  }
  const first = rangeOf(map.items[0]?.key)
  const lastPair = map.items.at(-1)
  const last = rangeOf(lastPair?.value) ?? rangeOf(lastPair?.key)
  if (first === null || last === null) return
  const indent = text.slice(text.lastIndexOf('\n', first[0] - 1) + 1, first[0])
  yield insertLine(text, last[1], `${indent}${key}: ${flow(value)}`)
}

function* filled(text: string, section: string, key: string, value: unknown): Generator<string> {
  const line = new RegExp(`^${section}:[^\\n]*(\\n|$)`, 'm').exec(text)
  if (line === null) return
  const end = line.index + line[0].trimEnd().length
  yield `${text.slice(0, end)}\n  ${key}: ${flow(value)}${text.slice(end)}`
}

/** After the line on which `offset` is, so that a comment behind a value stays with it. */
function insertLine(text: string, offset: number, line: string): string {
  // A node's end may be the beginning of the next line.
  const from = offset > 0 && text[offset - 1] === '\n' ? offset - 1 : offset
  const end = text.indexOf('\n', from)
  return end === -1 ? `${text}\n${line}\n` : `${text.slice(0, end)}\n${line}${text.slice(end)}`
}

function appended(text: string, lines: string): string {
  const gap = text === '' || text.endsWith('\n\n') ? '' : text.endsWith('\n') ? '\n' : '\n\n'
  return `${text}${gap}${lines}\n`
}

function inBlock(section: string, key: string | undefined, value: unknown): string {
  return key === undefined ? `${section}: ${flow(value)}` : `${section}:\n  ${key}: ${flow(value)}`
}

/** A value on one line, as it may stand inside brackets too. */
function flow(value: unknown): string {
  const options = { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false } as const
  const text = stringify(Array.isArray(value) || typeof value === 'object' ? value : [value], options).trim()
  return Array.isArray(value) || typeof value === 'object' ? text : text.slice(1, -1).trim()
}

function rangeOf(node: unknown): [number, number] | null {
  const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null
  return Array.isArray(range) ? [Number(range[0]), Number(range[1])] : null
}

function parse(text: string) {
  return parseDocument(text, { strict: true, uniqueKeys: true, stringKeys: true, logLevel: 'silent' })
}
