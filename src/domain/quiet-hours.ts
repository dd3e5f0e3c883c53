/** When somebody does not want to be disturbed by what can wait, every day. */
export interface QuietHours {
  /** Minutes after midnight; `from` may be later than `to`, over midnight. Never the same. */
  from: number
  to: number
  /** An IANA time zone that the runtime knows. */
  zone: string
}

export type QuietHoursResult =
  | { ok: true; quiet: QuietHours }
  | { ok: false; code: 'form' | 'same' }
  | { ok: false; code: 'zone'; zone: string }

const FORM = /^([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-3]):([0-5]\d)(?:\s+(\S{1,64}))?$/
const DAY = 24 * 60

/** Reads `22:00-07:00` or `22:00-07:00 Europe/Berlin`; without a zone, `ownZone` counts. */
export function readQuietHours(text: string, ownZone: string): QuietHoursResult {
  const match = FORM.exec(text.trim())
  if (match === null) return { ok: false, code: 'form' }
  const [, fromHour, fromMinute, toHour, toMinute, asked] = match
  const from = Number(fromHour) * 60 + Number(fromMinute)
  const to = Number(toHour) * 60 + Number(toMinute)
  if (from === to) return { ok: false, code: 'same' }
  const zone = asked === undefined ? ownZone : zoneOf(asked)
  if (zone === null) return { ok: false, code: 'zone', zone: asked ?? '' }
  return { ok: true, quiet: { from, to, zone } }
}

/** `22:00–07:00`. */
export function quietSpan({ from, to }: QuietHours): string {
  return `${clock(from)}–${clock(to)}`
}

/** When the quiet that is at `at` ends, in epoch milliseconds; null when it is not quiet then. */
export function quietUntil(quiet: QuietHours | null, at: number): number | null {
  if (quiet === null) return null
  const { from, to, zone } = quiet
  const minute = minuteOf(at, zone)
  const isQuiet = from < to ? minute >= from && minute < to : minute >= from || minute < to
  if (!isQuiet) return null
  const wholeMinute = Math.floor(at / 60_000) * 60_000
  const end = wholeMinute + ((to - minute + DAY) % DAY) * 60_000
  // Clocks may be put forward or back meanwhile: by what the clock on the wall shows then.
  const off = ((to - minuteOf(end, zone) + DAY + DAY / 2) % DAY) - DAY / 2
  return Math.max(wholeMinute + 60_000, end + off * 60_000)
}

/** The name of a zone as the runtime spells it; null when it knows none of that name. */
export function zoneOf(name: string): string | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

function minuteOf(at: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  })
  const [hour, minute] = format.format(at).split(':').map(Number)
  return (hour ?? 0) * 60 + (minute ?? 0)
}

function clock(minutes: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
