import { expect, test } from 'vitest'
import { createLog } from '../../../src/worker/log.ts'

test('no line of the log has a control character or anything invisible raw, and each still says what was said', () => {
  const lines: string[] = []
  const log = createLog('info', false, { write: (line: string) => void lines.push(line) })
  const detail =
    '\u001b[31mred\u001b[0m \u009b31m \u202ertl\u2028 \u200b \u{e0041} \u{1f600} é "quoted" \\u009b\n'
  log.warn({ failure: { detail } }, 'a step failed')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]+\n$/u)
  expect(JSON.parse(lines[0]!)).toMatchObject({ failure: { detail }, msg: 'a step failed' })
})
