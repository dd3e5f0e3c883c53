import type { Words } from './words.ts'

/** How long something took or will take, for people: `38 ms`, `1.4 s`, `2 min 5 s`, `3 h`, `7 d`. */
export function durationText(words: Words, ms: number): string {
  if (ms < 1000) return words.say('duration.ms', { ms: Math.max(0, Math.round(ms)) })
  if (ms < 59_950) return words.say('duration.s', { seconds: ms / 1000 })
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) {
    return words.say('duration.min_s', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 })
  }
  const minutes = Math.round(seconds / 60)
  if (minutes < 48 * 60) {
    return words.say('duration.h_min', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
  }
  const hours = Math.round(minutes / 60)
  return words.say('duration.d_h', { days: Math.floor(hours / 24), hours: hours % 24 })
}

/** A point in time in UTC to the minute: `2026-11-21 01:09 UTC`; chat and terminal show the same. */
export function timeText(words: Words, epochMs: number): string {
  const date = new Date(epochMs)
  if (Number.isNaN(date.getTime())) return words.say('time.unknown')
  return words.say('time.utc', { time: date.toISOString().slice(0, 16).replace('T', ' ') })
}

/** A point in time in this process's own zone, to the second: `2026-11-21 02:09:31 +0100`. For what is looked back at. */
export function localTimeText(words: Words, epochMs: number): string {
  const date = new Date(epochMs)
  if (Number.isNaN(date.getTime())) return words.say('time.unknown')
  const ahead = -date.getTimezoneOffset()
  const local = new Date(epochMs + ahead * 60_000).toISOString().slice(0, 19).replace('T', ' ')
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.abs(ahead)
  return `${local} ${ahead < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`
}

const UNITS = ['size.bytes', 'size.kib', 'size.mib', 'size.gib', 'size.tib'] as const

/** Sizes for people, in powers of 1024: `512 B`, `96 MiB`. */
export function sizeText(words: Words, bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024
    unit += 1
  }
  const rounded = size < 10 && unit > 0 ? Math.round(size * 10) / 10 : Math.round(size)
  return words.say(UNITS[unit] ?? 'size.bytes', { size: rounded })
}
