import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  describeFile,
  differencesFromManifest,
  type Manifest,
  pathsBelow,
  readManifest,
} from '../../../src/config/manifest.ts'

let root: string
let manifest: Manifest
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'usher-manifest-'))
  mkdirSync(join(root, 'src/cli'), { recursive: true })
  for (const path of ['usher', 'src/main.js', 'src/cli/main.js']) {
    writeFileSync(join(root, path), path)
    chmodSync(join(root, path), path === 'usher' ? 0o755 : 0o644)
  }
  const files = pathsBelow(root).map((path) => describeFile(root, path)!)
  manifest = { version: '1.2.3', arch: 'x64', glibc: '2.28', files }
  writeFileSync(join(root, 'manifest.json'), JSON.stringify(manifest))
})
afterEach(() => rmSync(root, { recursive: true }))

describe('the manifest of a tree', () => {
  test('names every file in it, with its mode', () => {
    expect(manifest.files.map(({ path, mode }) => `${mode} ${path}`)).toEqual([
      '0644 src/cli/main.js',
      '0644 src/main.js',
      '0755 usher',
    ])
    expect(readManifest(root)).toEqual({ ok: true, manifest })
    expect(differencesFromManifest(root, manifest)).toEqual([])
  })

  test('says which file was changed, lost its mode, is missing or came along', () => {
    writeFileSync(join(root, 'src/main.js'), 'src/main.jS')
    chmodSync(join(root, 'usher'), 0o775)
    rmSync(join(root, 'src/cli/main.js'))
    symlinkSync('usher', join(root, 'other'))
    expect(differencesFromManifest(root, manifest)).toEqual([
      { path: 'other', what: 'extra' },
      { path: 'src/main.js', what: 'changed' },
      { path: 'usher', what: 'mode' },
      { path: 'src/cli/main.js', what: 'missing' },
    ])
  })

  test('takes a link in the place of a file for a change', () => {
    rmSync(join(root, 'src/main.js'))
    symlinkSync('cli/main.js', join(root, 'src/main.js'))
    expect(differencesFromManifest(root, manifest)).toEqual([{ path: 'src/main.js', what: 'changed' }])
  })

  test.for([
    ['is missing', null],
    ['is no JSON', '{'],
    ['is something else', '{"files":[]}'],
  ] as const)('is not believed when it %s', ([, text]) => {
    rmSync(join(root, 'manifest.json'))
    if (text !== null) writeFileSync(join(root, 'manifest.json'), text)
    expect(readManifest(root)).toMatchObject({
      ok: false,
      problem: expect.stringContaining(`${root}/manifest.json`),
    })
  })
})
