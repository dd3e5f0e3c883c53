import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { dataRefusal } from '../../../src/backup/restore-data.ts'
import { type MadeEntry, makeTar } from '../../support/tar.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-data-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function refusalOf(...entries: MadeEntry[]) {
  const archive = join(folder, 'data.tar')
  writeFileSync(archive, makeTar(entries))
  return dataRefusal(archive)
}

test('a whiteout, which anybody may make since Linux 5.8, keeps nobody’s folders from coming back', () => {
  const whiteout: MadeEntry = { name: 'memory/17/w', type: '3', device: ['0', '0'] }
  expect(refusalOf({ name: 'memory/17/', type: '5' }, whiteout)).toBe(null)
})

test.each<[string, MadeEntry]>([
  ['a disk', { name: 'memory/17/d', type: '4', device: ['10', '0'] }],
  ['a block device 0:0', { name: 'memory/17/d', type: '4', device: ['0', '0'] }],
  ['the memory of the kernel', { name: 'memory/17/d', type: '3', device: ['1', '1'] }],
  ['a device without a number', { name: 'memory/17/d', type: '3' }],
  ['a hard link', { name: 'memory/17/d', type: '1', link: '/etc/shadow' }],
])('%s is refused, by the folder that it is in', (_, entry) => {
  expect(refusalOf(entry)).toMatchObject({ folder: 'memory/17', why: expect.stringContaining('device') })
})

test('two names that are no text are two names', () => {
  const link: MadeEntry = { name: 'memory/17/\xff', type: '2', link: '/' }
  expect(refusalOf(link, { name: 'memory/17/\xfe/x', text: 'mine' })).toBe(null)
  expect(refusalOf(link, { name: 'memory/17/\xff/x', text: 'mine' })).toMatchObject({
    folder: 'memory/17',
    why: expect.stringContaining('behind a symbolic link'),
  })
})

test('a name that no path can have is told with its folder', () => {
  const name: MadeEntry = { name: '././@LongLink', type: 'L', text: `memory/17/${'x/'.repeat(2500)}` }
  expect(refusalOf(name, { name: 'memory/17/x' })).toMatchObject({
    folder: 'memory/17',
    why: expect.stringContaining('deeper'),
  })
})
