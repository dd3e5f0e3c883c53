import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { snapshotTrees, treeDifferences } from '../../../support/stage/trees.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'usher-trees-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  writeFileSync(join(path, 'file'), 'one', { mode: 0o600 })
  mkdirSync(join(path, 'folder'))
  symlinkSync('file', join(path, 'link'))
  return path
}

test('a tree that nobody touched has no differences', () => {
  const path = folder()
  expect(treeDifferences(snapshotTrees(path), snapshotTrees(path))).toEqual([])
})

test.for([
  ['content', (path: string) => writeFileSync(join(path, 'file'), 'two'), /^~ .*\/file: /],
  ['mode', (path: string) => chmodSync(join(path, 'file'), 0o640), /^~ .*\/file: .*0600.*0640/],
  ['new file', (path: string) => writeFileSync(join(path, 'folder/new'), ''), /^\+ .*\/folder\/new: file/],
  [
    'missing folder',
    (path: string) => rmSync(join(path, 'folder'), { recursive: true }),
    /^- .*\/folder: directory/,
  ],
  [
    'other target of a link',
    (path: string) => {
      rmSync(join(path, 'link'))
      symlinkSync('folder', join(path, 'link'))
    },
    /^~ .*\/link: symlink/,
  ],
] as const)('a %s is one difference', ([, change, expected]) => {
  const path = folder()
  const before = snapshotTrees(path)
  change(path)
  const differences = treeDifferences(before, snapshotTrees(path))
  expect(differences).toHaveLength(1)
  expect(differences[0]).toMatch(expected)
})

test('only an empty gshadow line for a group that was there is tolerated', () => {
  const before = new Map([['/etc/group: agents', '']])
  const added = (line: string) => new Map([...before, [`/etc/gshadow: ${line.split(':')[0]}`, line]])
  expect(treeDifferences(before, added('agents:!::'))).toEqual([])
  expect(treeDifferences(before, added('agents:!::ada'))).toHaveLength(1)
  expect(treeDifferences(before, added('ada:!::'))).toHaveLength(1)
})
