import type { OperationInput } from '../../protocol/operations.ts'

/** Buttons of the history begin with this. */
export const AUDIT_PREFIX = 'h:'

/** What of the history is asked for; times in epoch milliseconds, to whole seconds. */
export type AuditQuery = Pick<OperationInput<'audit.list'>, 'person' | 'request' | 'run' | 'from' | 'to'>

/** An OS user or a Telegram id: nothing else names a person here, and nothing else fits into a button. */
const PERSON = /^(?:[a-z_][a-z0-9_-]{0,31}|[1-9][0-9]{0,15})$/
const ID = /^[1-9][0-9]{0,13}$/
const AGO_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const DAY_MS = 86_400_000

/**
 * Reads what stands behind `/audit`: `ada`, `request 7`, `run 3`, a day such as `2026-11-20`, `since 24h` or `since` a day; each at
 * most once, in any order. Days are those of UTC, as everywhere in the chat.
 *
 * @returns null for anything else
 */
export function readAuditQuery(text: string, now: number): AuditQuery | null {
  const query: AuditQuery = {}
  const words = text.trim().split(/\s+/).filter(Boolean)
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const part = readPart(word, words, now)
    if (part === null || Object.keys(part).some((key) => Object.hasOwn(query, key))) return null
    Object.assign(query, part)
  }
  return query
}

function readPart(word: string, rest: string[], now: number): AuditQuery | null {
  if (word === 'request' || word === 'run') {
    const id = rest.shift() ?? ''
    return ID.test(id) ? { [word]: Number(id) } : null
  }
  if (word === 'since') {
    const since = rest.shift() ?? ''
    const ago = /^([1-9][0-9]{0,5})([mhd])$/.exec(since)
    if (ago !== null) {
      const from = now - Number(ago[1]) * (AGO_MS[ago[2] ?? ''] ?? 0)
      return { from: Math.max(0, Math.floor(from / 1000) * 1000) }
    }
    const day = dayOf(since)
    return day === null ? null : { from: day }
  }
  const day = dayOf(word)
  if (day !== null) return { from: day, to: day + DAY_MS }
  return PERSON.test(word) ? { person: word } : null
}

function dayOf(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const day = Date.parse(`${text}T00:00Z`)
  return day >= 0 ? day : null
}

/** A page of a query as the data of a button: at most 64 bytes, or null where it would not fit. `before` 0: the newest page. */
export function auditPageData(query: AuditQuery, before: number): string | null {
  const seconds = (ms: number) => Math.floor(ms / 1000).toString(36)
  const parts = [
    ...(query.person === undefined ? [] : [`p${query.person}`]),
    ...(query.request === undefined ? [] : [`q${query.request.toString(36)}`]),
    ...(query.run === undefined ? [] : [`r${query.run.toString(36)}`]),
    ...(query.from === undefined ? [] : [`f${seconds(query.from)}`]),
    ...(query.to === undefined ? [] : [`t${seconds(query.to)}`]),
  ]
  const data = `${AUDIT_PREFIX}${before.toString(36)}:${parts.join('.')}`
  return data.length <= 64 ? data : null
}

/** The inverse of `auditPageData`; null for anything else, whoever sent it. */
export function readAuditPage(data: string): { query: AuditQuery; before: number } | null {
  const match = /^h:([0-9a-z]{1,11}):([0-9a-z_.-]{0,60})$/.exec(data)
  const before = idOf(match?.[1])
  if (match === null || before === null) return null
  const query: AuditQuery = {}
  for (const part of (match[2] ?? '').split('.').filter(Boolean)) {
    const value = part.slice(1)
    const read = readEncoded(part.charAt(0), value)
    if (read === null) return null
    Object.assign(query, read)
  }
  return { query, before }
}

function readEncoded(letter: string, value: string): AuditQuery | null {
  if (letter === 'p') return PERSON.test(value) ? { person: value } : null
  const number = idOf(value)
  if (number === null) return null
  switch (letter) {
    case 'q':
      return number > 0 ? { request: number } : null
    case 'r':
      return number > 0 ? { run: number } : null
    case 'f':
      return { from: number * 1000 }
    case 't':
      return { to: number * 1000 }
    default:
      return null
  }
}

function idOf(text: string | undefined): number | null {
  const number = text !== undefined && /^[0-9a-z]{1,10}$/.test(text) ? Number.parseInt(text, 36) : Number.NaN
  return Number.isSafeInteger(number * 1000) ? number : null
}
