import { describe, expect, it } from 'vitest'
import { FINDING_CODES } from '../../../src/domain/finding.ts'
import type { FindingView, ReconciliationView } from '../../../src/protocol/views.ts'
import { findingLines, findingText, reconciliationLines } from '../../../src/texts/findings.ts'
import { createWords } from '../../../src/texts/words.ts'
import { byHand } from '../../../src/worker/reconcile/by-hand.ts'

const words = createWords('en')

const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u
const NASTY = "a'b\u001b[31m\u202e$(reboot)"
const KEYS =
  'os_user uid run home why group groups path mode expected kind errno unit role keys field value other violations in_home_of above'
const nasty = Object.fromEntries(KEYS.split(' ').map((key) => [key, NASTY]))

const finding = (change: Partial<FindingView>): FindingView => ({
  ...{ telegram_id: 42, os_user: 'ada', name: 'Ada', code: 'dir.missing', repairable: false },
  ...change,
})

describe('findings', () => {
  it.each(FINDING_CODES)('%s says what is, with and without its values, harmlessly', (code) => {
    for (const params of [undefined, {}, nasty]) {
      const text = findingText(words, finding({ code, ...(params === undefined ? {} : { params }) }))
      expect(text.length).toBeGreaterThan(10)
      expect(text).not.toMatch(/undefined|NaN|\[object/)
      expect(text).not.toMatch(UNSAFE)
    }
  })

  it.each(FINDING_CODES)('%s gives root a command in which no value is more than a word, or none', (code) => {
    const command = byHand({ ...finding({ code, params: nasty }), os_user: NASTY })
    if (command === null) return
    const unquoted = command.replaceAll(`'a'\\''b\u001b[31m\u202e$(reboot)'`, 'WORD')
    expect(unquoted).not.toContain('$(')
    const lines = findingLines(words, finding({ code, by_hand: command }))
    for (const { text } of lines) expect(text).not.toMatch(UNSAFE)
  })

  it('names a failed smoke test with its cause', () => {
    const failure = { code: 'agent_command_failed' as const, params: { command: 'claude', status: 1 } }
    expect(findingText(words, finding({ code: 'smoke.failed', failure }))).toMatch(
      /^the smoke test failed: cannot run the agent command/,
    )
  })

  it('stand together under whom they are about, the host first', () => {
    const found: ReconciliationView = {
      ...{ id: 3, begun_at: 0, ended_at: 1, smoke: false, outcome: 'differs', why: null, people: 2 },
      frozen: false,
      findings: [
        finding({
          code: 'service.down',
          telegram_id: null,
          os_user: null,
          name: null,
          params: { unit: 'a.service' },
        }),
        finding({ params: { path: '/a' }, repairable: true }),
        finding({ code: 'account.no_entry', telegram_id: null, name: null, os_user: 'stray' }),
        finding({ params: { path: '/b' } }),
      ],
      skipped: [{ telegram_id: 43, os_user: 'bob', name: 'Bob', request_id: 9 }],
      requests: [],
      digest: null,
    }
    const lines = reconciliationLines(words, found).filter(({ indent = 0 }) => indent === 0)
    expect(lines.map(({ text }) => text)).toEqual([
      'Reconciliation 3: the host differs from roster and roles (2 people looked at)',
      'This host',
      'Ada (ada)',
      'stray',
      'Bob (bob) was left out: request 9 is under way',
    ])
  })
})
