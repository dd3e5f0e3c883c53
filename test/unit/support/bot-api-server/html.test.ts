import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseHtml } from '../../../support/bot-api-server/telegram/html.ts'

const refusal = (html: string) => {
  const outcome = parseHtml(html)
  return outcome.ok ? undefined : outcome.reason
}

test.each([
  ['<b>a<i>b</b></i>', 'Unmatched end tag at byte offset 8, expected "</i>", found "</b>"'],
  ['a</b>', 'Unexpected end tag at byte offset 1'],
  ['<b', 'Unclosed start tag at byte offset 0'],
  ['<br>', 'Unsupported start tag "br" at byte offset 0'],
  ['a < b', 'Unsupported start tag "" at byte offset 2'],
  ['<b>x</b', 'Unclosed end tag at byte offset 4'],
  ['<a href>x</a>', 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'],
  ['<span class="x">x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ['<a href="x>y</a>', 'Unclosed start tag "a" at byte offset 0'],
])('%s is refused with its place', (html, reason) => {
  expect(refusal(html)).toBe(reason)
})

test('nested and empty tags become entities with offsets in UTF-16 units', () => {
  expect(parseHtml('😀<b>a<i>b</i></b><u></u> <pre><code class="language-ts">x</code></pre>')).toEqual({
    ok: true,
    formatted: {
      text: '😀ab x',
      entities: [
        { type: 'bold', offset: 2, length: 2 },
        { type: 'italic', offset: 3, length: 1 },
        { type: 'code', offset: 5, length: 1 },
        { type: 'pre', offset: 5, length: 1 },
      ],
    },
  })
})

test('text whose special characters were escaped comes out as it was, whatever it holds', () => {
  const escaped = (raw: string) =>
    raw.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const outcome = parseHtml(`<b>${escaped(raw)}</b>`)
      expect(outcome.ok && outcome.formatted.text).toBe(raw.trim())
    }),
  )
})

test('any input gets an answer', () => {
  const piece = fc.constantFrom('<', '>', '/', 'b', 'a', ' href=', '"', "'", '&', '&lt;', ';', '=', 'x')
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(parseHtml(pieces.join(''))).toHaveProperty('ok')
    }),
  )
})
