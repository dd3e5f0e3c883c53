import { createHash } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readArchive } from '../../../src/backup/read-archive.ts'
import { type MadeEntry, makeTar } from '../../support/tar.ts'

let folder = ''
let out = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-archive-'))
  out = join(folder, 'out')
  mkdirSync(out)
})
afterEach(() => rmSync(folder, { recursive: true }))

const sha = (text: string) => createHash('sha256').update(text).digest('hex')
const member = (name: string, text: string, more: object = {}) => ({
  ...{
    name,
    path: `/x/${name}`,
    owner: 'operator',
    mode: 0o600,
    size: text.length,
    sha256: sha(text),
    ...more,
  },
})
function manifest(members: object[], more: object = {}): MadeEntry {
  const text = JSON.stringify({
    ...{
      format: 1,
      usher: '1.0.0',
      created_at: 1,
      host: 'box',
      mode: 'system',
      config_file: '/x/config.yaml',
    },
    database: {
      schema: 11,
      events_end: { id: 1, hash: sha('') },
      next_uid: null,
      unfinished_runs: 0,
      requests: 0,
    },
    ...{ secrets: false, data: false, members, ...more },
  })
  return { name: 'manifest.json', text }
}
const DB: MadeEntry = { name: 'usher.db', text: 'database' }
const GOOD = [manifest([member('usher.db', 'database')]), DB]

function read(bytes: Buffer) {
  const file = join(folder, 'backup.tar')
  writeFileSync(file, bytes)
  return readArchive(file, out)
}

test('what is whole and as its manifest says is taken apart', () => {
  expect(read(makeTar(GOOD))).toMatchObject({ ok: true, manifest: { host: 'box' } })
  expect(readFileSync(join(out, 'usher.db'), 'utf8')).toBe('database')
})

const NAMES: [string, MadeEntry][] = [
  ['a name that climbs', { name: '../users.yaml' }],
  ['an absolute name', { name: '/etc/passwd' }],
  ['a name in a folder', { name: 'x/users.yaml' }],
  ['a file that no backup has', { name: 'authorized_keys' }],
  ['a symbolic link', { name: 'users.yaml', type: '2', link: '/etc/shadow' }],
  ['a hard link', { name: 'users.yaml', type: '1', link: 'usher.db' }],
  ['a device', { name: 'users.yaml', type: '3' }],
  ['a pipe', { name: 'users.yaml', type: '6' }],
  ['a folder', { name: 'users.yaml', type: '5' }],
  ['an extended header', { name: 'users.yaml', type: 'x', text: '18 path=/etc/passwd' }],
  ['a name twice', DB],
  ['a size beyond its end', { name: 'users.yaml', size: 8_000_000_000 }],
  ['a roster of 17 MiB', { name: 'users.yaml', text: 'x'.repeat(17 * 1024 * 1024) }],
  ['a long name that climbs', { name: '././@LongLink', type: 'L', text: '../../etc/passwd\0' }],
]
test.for(NAMES)('%s is refused before anything is written', ([, odd]) => {
  const after = odd.type === 'L' ? [{ name: 'users.yaml' }] : []
  expect(read(makeTar([...GOOD, odd, ...after])).ok).toBe(false)
  expect(readdirSync(out)).toEqual([])
})

const CONTENTS: [string, MadeEntry[], RegExp][] = [
  ['no manifest', [DB], /does not begin with manifest/],
  ['a manifest that is no JSON', [{ name: 'manifest.json', text: '{' }, DB], /no JSON/],
  ['a manifest of a later format', [manifest([member('usher.db', 'database')], { format: 2 }), DB], /format/],
  ['a key that is not known', [manifest([member('usher.db', 'database')], { exec: 'x' }), DB], /manifest/],
  ['a file that was changed', [manifest([member('usher.db', 'Database')]), DB], /SHA-256 differs/],
  [
    'a file that is missing',
    [manifest([member('usher.db', 'database'), member('users.yaml', 'x')]), DB],
    /users.yaml is missing/,
  ],
  ['a file that it does not know', [...GOOD, { name: 'users.yaml', text: 'x' }], /does not know users.yaml/],
  ['no database', [manifest([member('users.yaml', 'x')]), { name: 'users.yaml', text: 'x' }], /no database/],
  [
    'a member twice',
    [manifest([member('usher.db', 'database'), member('usher.db', 'database')]), DB],
    /twice/,
  ],
]
test.for(CONTENTS)('a backup with %s is refused', ([, entries, why]) => {
  const result = read(makeTar(entries))
  expect(result).toMatchObject({ ok: false, message: expect.stringMatching(why) })
})

test('a file that was cut off anywhere, that has something behind its end, or that is something else is refused', () => {
  const whole = makeTar(GOOD)
  for (const length of [0, 100, 512, 700, 1024, 1536, whole.length - 1024]) {
    expect(read(whole.subarray(0, length)).ok, `${length} bytes`).toBe(false)
  }
  expect(read(Buffer.concat([whole, Buffer.from('more')])).ok).toBe(false)
  expect(read(Buffer.from('what'.repeat(1000))).ok).toBe(false)
  const damaged = Buffer.from(whole)
  damaged[3] = 88
  expect(read(damaged).ok).toBe(false)
  expect(readArchive(join(folder, 'absent'), out).ok).toBe(false)
  symlinkSync(join(folder, 'backup.tar'), join(folder, 'link'))
  expect(readArchive(join(folder, 'link'), out)).toMatchObject({
    ok: false,
    message: expect.stringContaining('link'),
  })
})
