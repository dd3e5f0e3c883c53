import fc from 'fast-check'
import { expect, it } from 'vitest'
import { escapeHtml, h, join, linesHtml } from '../../../../src/texts/chat/html.ts'

it('escapes every value in a template, and leaves its own mark-up alone', () => {
  expect(h`<b>${'<i>&"'}</b> ${7}`.html).toBe('<b>&lt;i&gt;&amp;&quot;</b> 7')
})

it('puts HTML into HTML as it is', () => {
  expect(h`a ${h`<b>${'<'}</b>`}`.html).toBe('a <b>&lt;</b>')
})

it('never lets a value open a tag, name an entity, or carry a direction mark, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { html } = h`${text}`
      return !/[<>"\p{Cc}\p{Cf}]/u.test(html) && !html.replace(/&(amp|lt|gt|quot);/g, '').includes('&')
    }),
  )
}, 30_000)

it('cuts values that are too long for any card', () => {
  expect(h`${'x'.repeat(5000)}`.html.length).toBeLessThan(1100)
})

it('dresses lines with a mark and an indentation, and escapes them', () => {
  const html = linesHtml([
    { mark: 'done', text: 'a < b' },
    { mark: 'none', text: 'below', indent: 1 },
  ])
  expect(html.html).toBe('✅ a &lt; b\n\u00a0\u00a0\u00a0below')
})

it('joins parts and leaves empty ones out', () => {
  expect(join([h`a`, h``, h`b`]).html).toBe('a\nb')
})

it('escapes the four characters that matter to Telegram', () => {
  expect(escapeHtml('&<>"\'')).toBe("&amp;&lt;&gt;&quot;'")
})
