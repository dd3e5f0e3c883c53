import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../../../src/domain/event.ts'
import { AUDIT_FINDINGS } from '../../../src/protocol/views.ts'
import { auditLine, auditText, findingText, headText } from '../../../src/texts/audit.ts'
import { localTimeText } from '../../../src/texts/duration.ts'
import { createWords } from '../../../src/texts/words.ts'
import { auditEntry } from '../../support/cli/views.ts'
import { UNSAFE } from '../../support/unsafe.ts'

const words = createWords('en')

const hostile = 'x\u001b[31m\u202e\nrm'

describe('entries of the history', () => {
  it.each(EVENT_TYPES)('%s is a sentence about who did what, with and without its data', (type) => {
    const full = {
      ...{ kind: hostile, via: hostile, by: hostile, from: hostile, reason: hostile, state: hostile },
      ...{
        revision: 2,
        attempts: 3,
        duration_ms: 1200,
        id: 9,
        expected_id: 9,
        found_id: 4,
        version: hostile,
      },
      failure: { code: 'program_failed', params: { program: hostile, status: 1 }, detail: hostile },
    }
    for (const data of [{}, full]) {
      const run_id = 3
      const { mark, text } = auditLine(
        words,
        auditEntry({ type, data, run_id, actor: { key: 'x', name: hostile } }),
      )
      expect(mark).not.toBe('none')
      expect(text).toMatch(/^812 {2}\d{4}-\d\d-\d\d .* x\\x1b\[31m\\u202e\\nrm \S+.*, about Ada Lovelace$/)
      expect(text).not.toMatch(UNSAFE)
      expect(text).not.toMatch(/undefined|NaN|null|\[object/)
    }
  })

  it('say how an approval was given, and why something was denied or failed', () => {
    expect(auditText(words, auditEntry({ data: { via: 'terminal', revision: 2 } }))).toBe(
      'Grace approved request 7 on a terminal (revision 2), about Ada Lovelace',
    )
    expect(auditText(words, auditEntry({ type: 'request.denied', data: { reason: 'not now' } }))).toContain(
      'denied request 7: not now',
    )
    const failure = { code: 'program_failed', params: { program: 'useradd', status: 9 } }
    const failed = { type: 'step.failed', run_id: 3, actor: { key: 'worker', name: null } }
    expect(auditText(words, auditEntry({ ...failed, data: { kind: 'account', failure } }))).toMatch(
      /^the worker could not do the step 'Account' of run 3: cannot finish: useradd ended with status 9/,
    )
  })

  it('of another version of Usher are shown by their name', () => {
    expect(auditText(words, auditEntry({ type: 'moon.landed' }))).toContain("noted 'moon.landed'")
    const failure = { code: 'moon_missing' }
    expect(auditText(words, auditEntry({ type: 'step.failed', data: { kind: 'moon', failure } }))).toContain(
      "'moon'",
    )
  })

  it('do not say twice whom they are about', () => {
    const subject = { telegram_id: 42, name: 'Ada' }
    const entry = auditEntry({ type: 'person.started', subject, actor: { key: 'telegram:42', name: 'Ada' } })
    expect(auditText(words, entry)).toBe('Ada pressed Start at the bot')
  })
})

it.each(AUDIT_FINDINGS)('%s is a finding in words, with and without its values', (code) => {
  const values = { first: 5, last: 7, stored: hostile, told: hostile, revision: 1, by: hostile }
  for (const params of [undefined, values]) {
    const text = findingText(words, { code, event_id: 5, request_id: 7, run_id: 3, params })
    expect(text).toMatch(/missing|not as|another|put in|speaks of|by the events|cut off/)
    expect(text).not.toMatch(UNSAFE)
    expect(text).not.toMatch(/undefined|NaN|null/)
  }
})

it('a head is its id and the first 128 bits of its hash', () => {
  expect(headText({ id: 12, hash: '0123456789abcdef'.repeat(4) })).toBe('12:0123456789abcdef0123456789abcdef')
})

it('local times name their zone and are the right moment', () => {
  const at = Date.UTC(2026, 10, 21, 4, 5, 6)
  expect(localTimeText(words, at)).toMatch(/^2026-11-2\d \d\d:\d\d:06 [+-]\d{4}$/)
  expect(Date.parse(localTimeText(words, at).replace(' ', 'T').replace(' ', ''))).toBe(at)
  expect(localTimeText(words, Number.NaN)).toBe('an unknown time')
})
