import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  CURRENT_LINK,
  type InstallRecord,
  JOURNAL_FILE,
  type Journal,
  PROGRAM_FOLDER,
  RECORD_FILE,
  readJournal,
  readRecord,
  writeJournal,
  writeRecord,
} from '../../../src/install/record.ts'

const uid = process.getuid!()
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'usher-record-'))
  mkdirSync(root + PROGRAM_FOLDER, { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const record: InstallRecord = {
  format: 1,
  id: 'abc',
  by: 'install',
  version: '1.2.3',
  at: '2026-11-21T10:00:00.000Z',
  made: [
    { kind: 'folder', path: '/var/lib/usher', goes: 'purge-data', contents: true },
    { kind: 'file', path: '/etc/usher/config.yaml', sha256: null, goes: 'purge' },
    { kind: 'account', name: 'usher', group: true },
    { kind: 'current', path: CURRENT_LINK, before: null },
  ],
}

test('what was installed is read as it was written, and everybody may read it', () => {
  expect(readRecord(root, uid)).toEqual({ ok: true, value: null })
  writeRecord(record, root)
  expect(readRecord(root, uid)).toEqual({ ok: true, value: record })
  expect(statSync(root + RECORD_FILE).mode & 0o777).toBe(0o644)
})

test('a journal is read as it was written', () => {
  const journal: Journal = {
    format: 1,
    id: 'abc',
    version: '1.2.3',
    at: record.at,
    pid: 4,
    made: record.made,
  }
  writeJournal(journal, root)
  expect(readJournal(root, uid)).toEqual({ ok: true, value: journal })
})

test('a record that is none is said, and so is one that somebody else could have written', () => {
  writeFileSync(root + RECORD_FILE, '{"format": 2}')
  expect(readRecord(root, uid)).toMatchObject({
    ok: false,
    message: expect.stringContaining('installed.json'),
  })
  expect(readRecord(root, uid + 1)).toMatchObject({
    ok: false,
    message: expect.stringContaining('belongs to'),
  })
  writeFileSync(root + JOURNAL_FILE, '{"format": 1, "id"')
  expect(readJournal(root, uid)).toMatchObject({ ok: false })
})

test('a write that fails leaves what was there', () => {
  writeRecord(record, root)
  mkdirSync(`${root}${RECORD_FILE}.new`)
  expect(() => writeRecord({ ...record, version: null }, root)).toThrow()
  expect(JSON.parse(readFileSync(root + RECORD_FILE, 'utf8'))).toEqual(record)
})
