import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { codeTreeProblem } from '../../src/config/code-tree.ts'

let root: string
let outside: string
beforeEach(() => {
  root = mkdtempSync('/opt/code-')
  outside = mkdtempSync('/opt/elsewhere-')
  for (const folder of ['bin', 'cache', 'src/cli', 'node_modules/zod/v4', 'node_modules/.bin'])
    mkdirSync(join(root, folder), { recursive: true })
  for (const file of [
    'usher',
    'package.json',
    'bin/node',
    'cache/0a1b2c3d',
    'src/main.ts',
    'src/cli/main.ts',
    'node_modules/zod/index.js',
  ]) {
    writeFileSync(join(root, file), '')
  }
  symlinkSync('../zod/index.js', join(root, 'node_modules/.bin/zod'))
})
afterEach(() => {
  for (const folder of [root, outside]) rmSync(folder, { recursive: true })
})

describe('code that root runs', () => {
  test('is trusted when nobody but root can change any of it', () => {
    expect(codeTreeProblem(root)).toBeNull()
  })

  test('of the real checkout is trusted in a sandbox', () => {
    expect(codeTreeProblem(process.cwd())).toBeNull()
  })

  test.for([
    '.',
    'usher',
    'bin/node',
    'cache',
    'cache/0a1b2c3d',
    'src',
    'src/cli/main.ts',
    'node_modules',
    'node_modules/zod',
    'node_modules/zod/index.js',
  ])('is refused when %s belongs to somebody else or others can write to it', (name) => {
    const path = join(root, name)
    chownSync(path, 4242, 4242)
    expect(codeTreeProblem(root)).toContain('belongs to uid 4242')
    chownSync(path, 0, 0)
    chmodSync(path, 0o775)
    expect(codeTreeProblem(root)).toContain('others can write')
  })

  test.for(['node_modules', 'node_modules/linked'])(
    'is refused when %s is a link to what somebody else can change',
    (name) => {
      rmSync(join(root, name), { recursive: true, force: true })
      symlinkSync(outside, join(root, name))
      expect(codeTreeProblem(root)).toBeNull()
      chownSync(outside, 4242, 4242)
      expect(codeTreeProblem(root)).toContain(outside)
    },
  )

  test('is refused when somebody else could turn a link of it', () => {
    lchownSync(join(root, 'node_modules/.bin/zod'), 4242, 4242)
    expect(codeTreeProblem(root)).toContain('.bin/zod')
  })
})
