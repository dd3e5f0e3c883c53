import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auditPageData, readAuditPage, readAuditQuery } from '../../../src/bot/commands/audit-query.ts'

const NOW = Date.UTC(2026, 10, 21, 12)
const DAY = 86_400_000

describe('what stands behind /audit', () => {
  it.each([
    ['', {}],
    ['ada', { person: 'ada' }],
    ['111000111', { person: '111000111' }],
    ['request 7', { request: 7 }],
    ['run 3', { run: 3 }],
    ['2026-11-20', { from: Date.UTC(2026, 10, 20), to: Date.UTC(2026, 10, 21) }],
    ['since 24h', { from: NOW - DAY }],
    ['  ada   since 2026-11-01 ', { person: 'ada', from: Date.UTC(2026, 10, 1) }],
    ['request 7 ada', { request: 7, person: 'ada' }],
  ])('%j is understood', (text, query) => {
    expect(readAuditQuery(text, NOW)).toEqual(query)
  })

  it.each([
    'request',
    'request x',
    'run -1',
    'since',
    'since 5y',
    '2026-13-01',
    'Ada Lovelace',
    'ada bob',
    '<b>',
    'a:b',
  ])('%j is not', (text) => {
    expect(readAuditQuery(text, NOW)).toBeNull()
  })
})

describe('a page in a button', () => {
  const person = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,31}$/)
  const id = fc.integer({ min: 1, max: 10 ** 12 })
  const seconds = fc.integer({ min: 0, max: 4 * 10 ** 9 }).map((time) => time * 1000)
  const query = fc.record({ person, request: id, run: id, from: seconds, to: seconds }, { requiredKeys: [] })

  it('reads back as it was and fits into 64 bytes, or there is no button', () => {
    fc.assert(
      fc.property(query, fc.integer({ min: 0, max: 10 ** 12 }), (asked, before) => {
        const data = auditPageData(asked, before)
        if (data === null) return
        expect(Buffer.byteLength(data)).toBeLessThanOrEqual(64)
        expect(readAuditPage(data)).toEqual({ query: asked, before })
      }),
    )
  })

  it('has room for a person and a day, whoever it is', () => {
    const day = { person: 'x'.repeat(32), from: NOW, to: NOW + DAY }
    expect(auditPageData(day, 10 ** 8)).not.toBeNull()
  })

  it('is refused in any other form, whoever sent it', () => {
    const forged = [
      'h:',
      'h:1:',
      'h:1:p',
      'h:1:pROOT',
      'h:1:x1',
      'h:-1:',
      'h:1:q0',
      `h:${'z'.repeat(11)}:`,
      'h:1:p../x',
    ]
    expect(forged.map(readAuditPage).filter((page) => page !== null)).toEqual([{ query: {}, before: 1 }])
    fc.assert(fc.property(fc.string({ maxLength: 64 }), (text) => void readAuditPage(`h:${text}`)))
  })
})
