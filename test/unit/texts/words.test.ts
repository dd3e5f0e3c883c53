import { describe, expect, it } from 'vitest'
import { DIFFERENCE_CODES } from '../../../src/domain/difference.ts'
import { FAILURE_CODES, NOTE_CODES, STEP_ORDER } from '../../../src/domain/step.ts'
import { VIOLATION_CODES } from '../../../src/domain/violation.ts'
import { ERROR_CODES, type ErrorCode } from '../../../src/protocol/errors.ts'
import { REFUSALS } from '../../../src/protocol/refusals.ts'
import { differenceText } from '../../../src/texts/differences.ts'
import { durationText, sizeText, timeText } from '../../../src/texts/duration.ts'
import { errorLines, errorText } from '../../../src/texts/errors.ts'
import { failureLines, failureText } from '../../../src/texts/failures.ts'
import { fieldLabel } from '../../../src/texts/fields.ts'
import { noteLine, noteText } from '../../../src/texts/notes.ts'
import { stepTitle } from '../../../src/texts/steps.ts'
import { violationText } from '../../../src/texts/violations.ts'
import { createAllWords, createWords } from '../../../src/texts/words.ts'
import { UNSAFE } from '../../support/unsafe.ts'

const words = createWords('en')
const ALL = Object.values(createAllWords())
/** How a sentence about what cannot be begins. */
const CANNOT = { en: /^cannot /, de: /^kann / }

const hostile = 'x\u001b[31m\u202e\nrm'
/** Every parameter name that a code can carry, each with a hostile value. */
const params = Object.fromEntries(
  'telegram_id value path why uid holder owner expected mode errno group program shell home os_user groups rules count at paths command ms user kept_at kind unit state role entry after_ms min max status who run what before after now gained lost fields what run_id user count approved_at expires_ms violation request known max length reason by field'
    .split(' ')
    .map((name) => [name, hostile]),
)

describe('violations', () => {
  it.each(VIOLATION_CODES)('%s says what cannot be and what to do, with and without its values', (code) => {
    for (const words of ALL) {
      for (const given of [undefined, params]) {
        const text = violationText(words, { field: 'os_user', code, params: given })
        expect(text).toMatch(CANNOT[words.language])
        expect(text).toMatch(/[:;,] /)
        expect(text).not.toMatch(/undefined|NaN|\?\?| {2}/)
        expect(text).not.toMatch(UNSAFE)
      }
    }
  })

  it('shows the offending value', () => {
    expect(
      violationText(words, { field: 'os_user', code: 'os_user_syntax', params: { value: '../etc' } }),
    ).toBe(
      "cannot use '../etc' as an OS user: use lower-case letters, digits, '-' and '_', and begin with a letter or '_'",
    )
  })
})

describe('failures', () => {
  it.each(FAILURE_CODES)('%s says what could not be done, with and without its values', (code) => {
    for (const words of ALL) {
      for (const given of [undefined, params]) {
        const text = failureText(words, { code, params: given })
        expect(text).toMatch(CANNOT[words.language])
        expect(text).not.toMatch(/undefined|NaN| {2}/)
        expect(text).not.toMatch(UNSAFE)
      }
    }
  })

  it('show what the program said below, each line harmless', () => {
    const lines = failureLines(words, {
      code: 'program_failed',
      params: { program: 'useradd', status: 9 },
      detail: `a\n${hostile}`,
    })
    expect(lines.map((line) => line.text)).toEqual([
      'cannot finish: useradd ended with status 9; see its output',
      '| a',
      '| x\\x1b[31m\\u202e',
      '| rm',
    ])
    expect(lines.map((line) => line.indent)).toEqual([1, 2, 2, 2])
  })
})

describe('notes', () => {
  it.each(NOTE_CODES)('%s is a line with a mark, with and without its values', (code) => {
    for (const words of ALL) {
      for (const given of [undefined, params]) {
        const line = noteLine(words, { code, params: given })
        expect(line.text).not.toBe('')
        expect(line.text).not.toMatch(/undefined|NaN| {2}/)
        expect(line.text).not.toMatch(UNSAFE)
        expect(line.mark).not.toBe('none')
      }
    }
  })

  it('never call isolation proven where there is only one user', () => {
    expect(noteText(words, { code: 'smoke.isolation_not_applicable' })).toBe(
      'isolation not applicable: one user',
    )
  })

  it('read octal modes whether they come as text or as a number', () => {
    const path = '/srv/a'
    const owner = 'ada'
    expect(noteText(words, { code: 'dir.make', params: { path, owner, mode: 0o700 } })).toContain('mode 0700')
    expect(noteText(words, { code: 'dir.make', params: { path, owner, mode: '0700' } })).toContain(
      'mode 0700',
    )
  })
})

describe('differences', () => {
  it.each(DIFFERENCE_CODES)('%s is one harmless sentence, with and without its values', (code) => {
    for (const words of ALL) {
      for (const given of [undefined, params, { ...params, violation: 'disk_full', field: hostile }]) {
        const text = differenceText(words, { code, params: given })
        expect(text).not.toBe('')
        expect(text).not.toMatch(/undefined|NaN| {2}/)
        expect(text).not.toMatch(UNSAFE)
      }
    }
  })

  it.each([
    [
      { code: 'account_appeared', params: { os_user: 'ada', uid: '1007' } },
      'an account ada appeared (uid 1007)',
    ],
    [
      { code: 'path_appeared', params: { path: '/srv/x', kind: 'directory', uid: '0', mode: '0755' } },
      'the folder /srv/x appeared, it belongs to uid 0, mode 0755',
    ],
    [
      { code: 'role_groups_changed', params: { role: 'user', gained: 'docker' } },
      'the role user now has the groups docker too',
    ],
    [
      { code: 'path_changed', params: { path: '/srv/x', what: 'mode', before: '0700', after: '0777' } },
      '/srv/x has another mode: 0700 → 0777',
    ],
    [
      {
        code: 'role_changed',
        params: { role: 'user', what: 'expiresMs', before: '3600000', after: '60000' },
      },
      'the role user has another time for a decision: 1 h → 1 min',
    ],
  ] as const)('%j reads: %s', (difference, text) => {
    expect(differenceText(words, difference)).toBe(text)
  })
})

describe('errors', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])(
    '%s is one harmless sentence, with and without a message',
    (code) => {
      for (const words of ALL) {
        for (const message of ['', `cannot do it: ${hostile}`]) {
          const text = errorText(words, { code, message, params })
          expect(text).toMatch(CANNOT[words.language])
          expect(text).not.toMatch(/undefined|NaN/)
          expect(text).not.toMatch(UNSAFE)
          expect(errorText(words, { code, message })).toMatch(CANNOT[words.language])
        }
      }
    },
  )

  it.each(REFUSALS)('%s is said in every language, with and without its values', (reason) => {
    for (const words of ALL) {
      for (const given of [{}, { ...params, choice: hostile, max: 3 }]) {
        const error = {
          code: 'wrong_state',
          message: 'cannot',
          params: { ...given, refusal: reason },
        } as const
        const text = errorText(words, error)
        expect(text).toMatch(CANNOT[words.language])
        expect(text).not.toBe(errorText(words, { ...error, params: given }))
        expect(text).not.toMatch(/undefined|NaN| {2}/)
        expect(text).not.toMatch(UNSAFE)
      }
    }
  })

  it('name who decided before by more than a key', () => {
    const params = { state: 'denied', by: 'telegram:42' }
    expect(errorText(words, { code: 'already_decided', message: '', params })).toBe(
      'cannot decide this again: the request is denied already by Telegram user 42',
    )
  })

  it('list every violation below the sentence', () => {
    const lines = errorLines(words, {
      code: 'invalid',
      message: '',
      violations: [
        { field: 'telegram_id', code: 'telegram_id_invalid', params: { value: 'true' } },
        { field: 'role', code: 'role_unknown', params: { value: 'boss', known: 'admin, user' } },
      ],
    })
    expect(lines.map((line) => line.text)).toEqual([
      'cannot do this: the answers are not valid yet; nothing was changed',
      "cannot use 'true' as a Telegram id: give the person's numeric id, a whole number from 1 to 2^52-1",
      "cannot give the role 'boss': the config has no such role; choose one of admin, user",
    ])
  })
})

describe('what came with a code', () => {
  const note = (params: Record<string, string | number>) =>
    noteText(words, { code: 'account.power.keys', params })

  it('is counted, and only when it is a number', () => {
    expect(note({ count: 1 })).toBe('the account has 1 authorized SSH key')
    expect(note({ count: '2' })).toBe('the account has 2 authorized SSH keys')
    expect(note({ count: 'two' })).toBe('the account has some authorized SSH keys')
    expect(note({})).toBe('the account has some authorized SSH keys')
  })

  it('cannot stand for something that did not come, or for a choice of the text', () => {
    const held = (params: Record<string, string | number>) =>
      errorText(words, { code: 'held', message: '', params })
    expect(held({ has_run: 'yes' })).toMatch(/^cannot submit this: another request holds/)
    expect(held({ request: 'yes', run: '{run}' })).toContain("'sudo usher run resume {run}'")
    expect(held(JSON.parse('{"__proto__": 1, "constructor": 2}'))).toContain('another request')
  })

  it('reads in German with its own numbers and forms', () => {
    const de = createWords('de')
    expect(durationText(de, 1440)).toBe('1,4 s')
    expect(noteText(de, { code: 'smoke.folders_proven', params: { count: 3 } })).toBe(
      'in 3 Ordnern eine Datei geschrieben, gelesen und entfernt',
    )
    expect(violationText(de, { field: 'os_user', code: 'os_user_exists', params: { value: 'ada' } })).toBe(
      'kann „ada“ nicht anlegen: dieses Konto gibt es schon; wähle einen anderen Namen oder übernimm das Konto',
    )
  })
})

describe('small words', () => {
  it.each([
    [0, '0 ms'],
    [38.4, '38 ms'],
    [999.9, '1000 ms'],
    [1000, '1 s'],
    [1440, '1.4 s'],
    [59_960, '1 min'],
    [125_000, '2 min 5 s'],
    [86_400_000, '24 h'],
    [604_800_000, '7 d'],
  ])('%d ms read as %s', (ms, text) => {
    expect(durationText(words, ms)).toBe(text)
  })

  it('times are the same everywhere, in UTC', () => {
    expect(timeText(words, 0)).toBe('1970-01-01 00:00 UTC')
    expect(timeText(words, Number.NaN)).toBe('an unknown time')
  })

  it('sizes read in powers of 1024', () => {
    expect([sizeText(words, 512), sizeText(words, 1536), sizeText(words, 100 * 1024 * 1024)]).toEqual([
      '512 B',
      '1.5 KiB',
      '100 MiB',
    ])
  })

  it('fields have names for people, also entries of lists and unknown ones', () => {
    expect(fieldLabel(words, 'github_repos.0')).toBe('GitHub repositories, entry 1')
    expect(fieldLabel(words, 'os_user')).toBe('OS user')
    expect(fieldLabel(words, '__proto__')).toBe('  proto  ')
    expect(fieldLabel(words, 'a\u001bb')).toBe('a\\x1bb')
  })

  it('every step kind has a title', () => {
    for (const words of ALL) {
      expect(new Set(STEP_ORDER.map((kind) => stepTitle(words, kind))).size).toBe(STEP_ORDER.length)
    }
  })
})
