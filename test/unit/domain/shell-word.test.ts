import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from '../../../src/domain/shell-word.ts'

const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))

test('a shell reads back every word as it was, whatever character is in it, alone, first, last and between', () => {
  const words = ['', 'ä ö', "it's", ...characters.flatMap((one) => [one, `${one}b`, `a${one}`, `a${one}b`])]
  const script = `printf '%s\\n' ${words.map(shellWord).join(' ')}`
  const read = execFileSync('/bin/sh', ['-c', script], { cwd: '/', env: { b: 'expanded', HOME: '/x' } })
  expect(read.toString().split('\n').slice(0, -1)).toEqual(words)
})
