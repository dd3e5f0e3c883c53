import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../demo/arguments.ts'

describe('the arguments of the demo', () => {
  test('a page on a free port, or on one of your choice', () => {
    expect(parseArguments(['--web'])).toMatchObject({ kind: 'play', options: { web: true } })
    expect(parseArguments(['--port', '4711', '--web', '--fail-smoke'])).toMatchObject({
      kind: 'play',
      options: { web: true, port: 4711, failSmoke: true },
    })
  })

  test.each([
    [['--port', '80']],
    [['--web', '--port']],
    [['--web', '--port', '65536']],
    [['--web', '--port', '0x50']],
  ])('refuses %j', (words) => {
    expect(parseArguments(words).kind).toBe('problem')
  })
})
