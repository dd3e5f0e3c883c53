import { describe, expect, it, test } from 'vitest'
import { quietSpan, quietUntil, readQuietHours } from '../../../src/domain/quiet-hours.ts'

const at = (text: string) => Date.parse(text)
const hours = (text: string, ownZone = 'UTC') => {
  const read = readQuietHours(text, ownZone)
  if (!read.ok) throw new Error(read.code)
  return read.quiet
}

describe('quiet hours', () => {
  it('are read with and without a zone, in any spelling of an hour', () => {
    expect(hours('22:00-07:00', 'Europe/Berlin')).toEqual({ from: 1320, to: 420, zone: 'Europe/Berlin' })
    expect(hours(' 9:30 – 17:05  asia/tokyo')).toEqual({ from: 570, to: 1025, zone: 'Asia/Tokyo' })
    expect(quietSpan(hours('9:30-7:05'))).toBe('09:30–07:05')
  })

  it.each([
    ['', 'form'],
    ['at night', 'form'],
    ['24:00-07:00', 'form'],
    ['22:60-07:00', 'form'],
    ['22-7', 'form'],
    ['22:00-07:00 Europe/Berlin please', 'form'],
    ['07:00-07:00', 'same'],
    ['22:00-07:00 Europe/Nowhere', 'zone'],
    ['22:00-07:00 </b>', 'zone'],
  ])('of %j are refused: %s', (text, code) => {
    expect(readQuietHours(text, 'UTC')).toMatchObject({ ok: false, code })
  })
})

describe('it is quiet', () => {
  const night = hours('22:00-07:00')
  test.each([
    ['2026-11-20T21:59:59Z', null],
    ['2026-11-20T22:00:00Z', '2026-11-21T07:00:00Z'],
    ['2026-11-20T23:30:30Z', '2026-11-21T07:00:00Z'],
    ['2026-11-21T00:00:00Z', '2026-11-21T07:00:00Z'],
    ['2026-11-21T06:59:59Z', '2026-11-21T07:00:00Z'],
    ['2026-11-21T07:00:00Z', null],
  ])('over midnight, at %s until %s', (now, until) => {
    expect(quietUntil(night, at(now))).toBe(until === null ? null : at(until))
  })

  it('within a day, and never without quiet hours', () => {
    const noon = hours('12:00-13:30')
    expect(quietUntil(noon, at('2026-11-20T12:15:00Z'))).toBe(at('2026-11-20T13:30:00Z'))
    expect(quietUntil(noon, at('2026-11-20T13:30:00Z'))).toBeNull()
    expect(quietUntil(null, at('2026-11-20T12:15:00Z'))).toBeNull()
  })

  it('by the clock on the wall of the zone, also in the nights when it is put forward and back', () => {
    const berlin = hours('22:00-07:00 Europe/Berlin')
    expect(quietUntil(berlin, at('2026-11-20T20:59:00Z'))).toBeNull()
    expect(quietUntil(berlin, at('2026-11-20T21:00:00Z'))).toBe(at('2026-11-21T06:00:00Z'))
    expect(quietUntil(berlin, at('2026-03-28T22:00:00Z'))).toBe(at('2026-03-29T05:00:00Z'))
    expect(quietUntil(berlin, at('2026-10-24T21:00:00Z'))).toBe(at('2026-10-25T06:00:00Z'))
  })
})
