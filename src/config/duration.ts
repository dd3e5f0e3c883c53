const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of `30m`, `24h`, `7d`; null when `text` is not such a duration. */
export function parseDuration(text: string): number | null {
  const match = /^([1-9][0-9]{0,8})(s|m|h|d)$/.exec(text)
  if (match === null) return null
  return Number(match[1]) * UNITS[match[2] as keyof typeof UNITS]
}
