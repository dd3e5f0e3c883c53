import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plain } from '../../../src/texts/plain.ts'
import { plainBlock } from '../../../src/texts/plain-block.ts'
import { createWords } from '../../../src/texts/words.ts'

const words = createWords('en')

/** Spelled out here by code point, so that a hole in the implementation's categories shows. */
function isDangerous(code: number): boolean {
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    code === 0xad ||
    code === 0x61c ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff ||
    (code >= 0xd800 && code <= 0xdfff) ||
    (code >= 0xe0000 && code <= 0xe007f)
  )
}
const dangerous = fc
  .integer({ min: 0, max: 0xe007f })
  .filter(isDangerous)
  .map((code) => String.fromCodePoint(code))
const hostile = fc
  .array(fc.oneof(dangerous, fc.string({ unit: 'binary' })), { maxLength: 30 })
  .map((all) => all.join(''))

describe('text from outside', () => {
  it('never lets a control, bidirectional, zero-width or surrogate character through', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const character of plain(text)) expect(isDangerous(character.codePointAt(0)!)).toBe(false)
        for (const line of plainBlock(words, text)) {
          for (const character of line) expect(isDangerous(character.codePointAt(0)!)).toBe(false)
        }
      }),
    )
  })

  it('shows what was neutralised instead of dropping it', () => {
    expect(plain('a\nb\r\tc')).toBe('a\\nb\\r\\tc')
    expect(plain('\u001b[2J\u009b31m')).toBe('\\x1b[2J\\x9b31m')
    expect(plain('user\u202egnp')).toBe('user\\u202egnp')
    expect(plain('\u{e0041}')).toBe('\\u{e0041}')
    expect(plain('\ud800')).toBe('\\ud800')
  })

  it('leaves names of people in any script as they are', () => {
    for (const name of ['Ada Lovelace', 'Łukasz Żółć', '李小龍', 'محمد', "O'Brien", 'a\\b', '❤️']) {
      expect(plain(name)).toBe(name)
    }
  })

  it('is cut at the limit, between characters', () => {
    expect(plain('🙂🙂🙂', 2)).toBe('🙂🙂…')
  })

  it('keeps the end of a long output, where the error stands', () => {
    const lines = plainBlock(words, Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n'), 3)
    expect(lines).toEqual(['… 27 lines before', 'line 27', 'line 28', 'line 29'])
  })
})
