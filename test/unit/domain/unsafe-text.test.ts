import { expect, test } from 'vitest'
import { hasUnsafeCharacters, replaceUnsafeCharacters } from '../../../src/domain/unsafe-text.ts'
import { jsonDocument } from '../../../src/protocol/json-document.ts'
import { entryLines } from '../../../src/provisioning/roster/entry-text.ts'
import { plain } from '../../../src/texts/plain.ts'
import { createLog } from '../../../src/worker/log.ts'

const points = Array.from({ length: 0x10ffff + 1 }, (_, code) => String.fromCodePoint(code))
const unsafe = points.filter(hasUnsafeCharacters)

test.each([
  ['a control', '\u0007'],
  ['an escape of the second half', '\u009b'],
  ['a soft hyphen', '\u00ad'],
  ['a bidirectional override', '\u202e'],
  ['a zero-width space', '\u200b'],
  ['a line separator', '\u2028'],
  ['half a surrogate pair', '\ud800'],
  ['a filler that is drawn as nothing', '\u3164'],
  ['a joiner that is drawn as nothing', '\u034f'],
  ['a variation selector', '\ufe00'],
  ['a variation selector of plane 14', '\u{e0100}'],
  ['a tag', '\u{e0041}'],
])('%s is unsafe wherever text from outside is taken or shown', (_title, character) => {
  expect(hasUnsafeCharacters(`a${character}b`)).toBe(true)
})

test('letters of any script, spaces and emoji are not', () => {
  for (const text of ['Ada Lovelace', 'Łukasz Żółć', '李小龍', 'محمد', "O'Brien", 'a\\b', '❤️', '🙂', '']) {
    expect([text, hasUnsafeCharacters(text)]).toEqual([text, false])
    expect(replaceUnsafeCharacters(text, () => '?')).toBe(text)
  }
})

test('what is refused in an answer is exactly what a card and a terminal would spell out', () => {
  expect(points.filter((character) => plain(character) !== character)).toEqual(unsafe)
})

test('no file and no output has one of them raw', () => {
  const text = unsafe.filter((character) => character !== '\n').join('')
  const lines: string[] = []
  createLog('info', false, { write: (line: string) => void lines.push(line) }).warn({ detail: text })
  // Answers with any of them are refused; the roster has escapes for those of one UTF-16 unit all the same.
  const name = unsafe.filter((character) => character.length === 1).join('')
  const entry = { telegram_id: 7, name: name.toWellFormed(), os_user: 'ann', role: 'user' }
  for (const written of [jsonDocument({ text }), lines.join(''), entryLines(entry).join('\n')]) {
    const found = replaceUnsafeCharacters(written, (character) => (character === '\n' ? '\n' : '?'))
    expect(found === written).toBe(true)
  }
})
