import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fitMessage, splitMessages, textOf } from '../../../../src/texts/chat/fit.ts'
import { h } from '../../../../src/texts/chat/html.ts'
import { createWords } from '../../../../src/texts/words.ts'

const words = createWords('en')

it('leaves alone what fits', () => {
  expect(fitMessage(words, h`head`, [h`one`], h`tail`)).toEqual({ html: 'head\none\ntail', rest: null })
})

it('keeps head and tail, cuts the lines between, says how many, and gives the whole as text', () => {
  const lines = Array.from({ length: 100 }, (_, index) => h`<b>line ${index}</b>`)
  const fitted = fitMessage(words, h`head`, lines, h`tail`, 300)
  expect(fitted.html.length).toBeLessThanOrEqual(300)
  expect(fitted.html).toMatch(
    /^head\n<b>line 0<\/b>\n[\s\S]*… \d+ more lines are in the file below<\/i>\ntail$/,
  )
  expect(fitted.rest).toContain('line 99')
  expect(fitted.rest).not.toContain('<b>')
})

it('splits lines over messages that all fit and together have every line', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 50 }), (texts) => {
      const messages = splitMessages(
        texts.map((text) => h`• ${text}`),
        500,
      )
      for (const message of messages) expect(message.length).toBeLessThanOrEqual(500)
      expect(messages.join('\n')).toBe(texts.map((text) => h`• ${text}`.html).join('\n'))
    }),
  )
})

it('cuts a line that is too long for a message without breaking an entity', () => {
  const [message] = splitMessages([h`${'<'.repeat(400)}`], 500)
  expect(message?.length).toBeLessThanOrEqual(500)
  expect(message?.replaceAll('&lt;', '')).toBe('…')
})

it('gives HTML of our own making back as text', () => {
  expect(textOf(h`<b>${'a<b & "c"'}</b>`.html)).toBe('a<b & "c"')
})
