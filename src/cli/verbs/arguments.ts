import { InvalidArgumentError } from 'commander'
import { SHORT_DIGEST_LENGTH } from '../../domain/plan.ts'
import { isTelegramId } from '../../domain/telegram-id.ts'

/** A decimal id as an argument. */
export function parseId(text: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(text)) throw new InvalidArgumentError('give its number, for example 7.')
  return Number(text)
}

/** A Telegram id as an argument. */
export function parseTelegramId(text: string): number {
  const id = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : Number.NaN
  if (!isTelegramId(id)) throw new InvalidArgumentError('a Telegram id is a positive integer.')
  return id
}

/** A digest as an argument: as it is shown, or whole. */
export function parseDigest(text: string): string {
  if (!/^(?:[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{43})$/.test(text)) {
    throw new InvalidArgumentError(`give the ${SHORT_DIGEST_LENGTH} characters that were shown.`)
  }
  return text
}

const AGO = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * A point in time as an argument, in epoch milliseconds: a date or a date with a time (this process's own zone unless it says
 * one), or how long ago (`30m`, `24h`, `7d`).
 */
export function parseTime(text: string): number {
  const ago = /^([1-9][0-9]{0,5})([mhd])$/.exec(text)
  if (ago !== null) return Math.max(0, Date.now() - Number(ago[1]) * AGO[ago[2] as keyof typeof AGO])
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text)
  const time = parts === null ? Number.NaN : Date.parse(`${parts[1]}T${parts[2] ?? '00:00'}${parts[3] ?? ''}`)
  if (!(time >= 0)) {
    throw new InvalidArgumentError(
      'give a date such as 2026-11-21, "2026-11-21 08:30", or how long ago: 24h.',
    )
  }
  return time
}

/** A head of the history as an argument: `ID:HASH`, as it was posted. */
export function parseHead(text: string): { id: number; hash: string } {
  const match = /^([0-9]{1,15}):([0-9a-f]{32,64})$/.exec(text)
  if (match === null) throw new InvalidArgumentError('give it as it was posted: ID:HASH.')
  return { id: Number(match[1]), hash: match[2] ?? '' }
}

/** A length of a page as an argument. */
export function parseLimit(text: string): number {
  const limit = /^[1-9][0-9]{0,2}$/.test(text) ? Number(text) : Number.NaN
  if (!(limit <= 200)) throw new InvalidArgumentError('give a number from 1 to 200.')
  return limit
}

/** Whether what was given names the digest of this plan; views hold the short form. */
export function isDigestOf(shown: string, given: string): boolean {
  return given.slice(0, SHORT_DIGEST_LENGTH) === shown.slice(0, SHORT_DIGEST_LENGTH)
}
