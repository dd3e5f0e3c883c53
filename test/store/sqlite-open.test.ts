import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { edits } from '../../src/store/migrations/0011-edits.ts'
import { MIGRATIONS } from '../../src/store/migrations/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-open-'))
  file = join(folder, 'state', 'usher.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(): Store {
  const result = openStore(file)
  if (!result.ok) throw new Error(result.problem.message)
  return result.store
}

function problem() {
  const result = openStore(file)
  if (!result.ok) return result.problem
  result.store.close()
  throw new Error('it opened')
}

test('the database and everything beside it is for its owner only, whatever the umask', () => {
  const umask = process.umask(0)
  try {
    const store = open()
    store.meta.set('a', '1')
    for (const suffix of ['', '-wal', '-shm', '.lock']) {
      expect(statSync(file + suffix).mode & 0o777, suffix).toBe(0o600)
    }
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700)
    store.close()
  } finally {
    process.umask(umask)
  }
})

test('commits are synchronous to the disk, in write-ahead mode', () => {
  const store = open()
  store.close()
  const connection = new DatabaseSync(file)
  expect(connection.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' })
  connection.close()
})

test('a second worker on the same database is refused and changes nothing', () => {
  const store = open()
  expect(problem()).toMatchObject({ code: 'second_worker', message: expect.stringContaining(file) })
  store.close()
  open().close()
})

test('a worker that was killed leaves no stale lock', async () => {
  const holder = `
import { openStore } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/open-store.ts'))}
    const opened = openStore(${JSON.stringify(file)})
    opened.store.meta.set('a', '1')
    console.log('open')
    setInterval(() => opened.store.meta.get('a'), 1000)
  `
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', holder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await once(child.stdout, 'data')
  expect(problem().code).toBe('second_worker')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const store = open()
  expect(store.meta.get('a')).toBe('1')
  store.close()
})

test('a newer schema is refused with what to do', () => {
  open().close()
  const connection = new DatabaseSync(file)
  connection.exec('pragma user_version = 99')
  connection.close()
  expect(problem()).toMatchObject({ code: 'newer_schema', message: expect.stringContaining('version 99') })
})

test('a file that is no database is refused as damaged, and left as it is', () => {
  open().close()
  writeFileSync(file, 'garbage '.repeat(1000))
  expect(problem()).toMatchObject({ code: 'corrupt', message: expect.stringContaining('backup') })
  expect(statSync(file).size).toBe(8000)
})

test('a symbolic link in place of the database is refused', () => {
  open().close()
  rmSync(file)
  symlinkSync(join(folder, 'elsewhere'), file)
  expect(problem().code).toBe('unusable')
})

test('a database of an older version keeps what it has, and every row what it refers to', () => {
  mkdirSync(join(folder, 'state'), { mode: 0o700 })
  const older = new DatabaseSync(file)
  for (const sql of MIGRATIONS.slice(0, 4)) older.exec(sql)
  older.exec(`
    pragma user_version = 4;
    insert into requests values (7, 2, 'onboard', 'box', 'approved', '{}', 'hash', 42, 'operator', '{"kind":"operator","uid":0}',
      null, '{}', '{}', 1, 2, 3, 4, 'operator', null, '["a"]');
    insert into holds values ('telegram:42', 7);
    insert into runs values (9, 7, 2, 'onboard', null, 'succeeded', 'digest', 'marker', 'ada', 42, 5, 6, 7, '{"kind":"kept"}');
    insert into runs values (10, 7, 3, 'undo', 9, 'failed', 'digest', 'marker', 'ada', 42, 5, 6, 7, null);
    insert into run_steps values (9, 0, 'roster', 'applied', '{"entry":{}}', 'change', null, 1, 2, 3, '[]', null, null);
  `)
  const tables = ['requests', 'holds', 'runs', 'run_steps']
  const rowsOf = (database: DatabaseSync) =>
    tables.map((table) => database.prepare(`select * from ${table} order by 1, 2`).all())
  const before = rowsOf(older)
  older.close()
  const store = open()
  expect(store.runs.recordedEntries()).toEqual([{ runId: 9, telegramId: 42, osUser: 'ada', entry: {} }])
  store.close()
  const newer = new DatabaseSync(file)
  try {
    expect(rowsOf(newer)).toEqual(before)
    expect(newer.prepare('pragma foreign_key_check').all()).toEqual([])
    for (const kind of ['repair', 'edit', 'retest']) {
      newer.exec(`update requests set kind = '${kind}'; update runs set kind = '${kind}' where id = 9`)
    }
    expect(() => newer.exec(`update runs set kind = 'other'`)).toThrow(/CHECK/)
    expect(() => newer.exec('delete from requests')).toThrow(/FOREIGN KEY/)
    // Ids are never given twice.
    newer.exec(`insert into requests select null, revision, kind, host, state, subject, subject_hash, subject_telegram_id,
      requester_key, requester, requester_person_key, plan, basis, created_at, submitted_at, expires_at, decided_at, decided_by,
      reason, returned from requests where id = 7`)
    expect(newer.prepare('select max(id) as id from requests').get()).toEqual({ id: 8 })
    const indexes = newer
      .prepare("select name from sqlite_schema where type = 'index' and sql is not null")
      .all()
    expect(indexes.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'requests_by_expiry',
        'requests_by_person',
        'runs_unfinished',
        'runs_by_person',
        'runs_by_os_user',
        'runs_taken_back',
        'runs_that_count',
        'requests_open',
        'requests_by_requester',
        'requests_by_requesting_person',
        'requests_never_submitted',
      ]),
    )
  } finally {
    newer.close()
  }
})

test('ids of drafts that were forgotten are not given again by a version that copies the table', () => {
  mkdirSync(join(folder, 'state'), { mode: 0o700 })
  const version = MIGRATIONS.indexOf(edits)
  const older = new DatabaseSync(file)
  for (const sql of MIGRATIONS.slice(0, version)) older.exec(sql)
  const request = (id: number) =>
    `insert into requests (id, revision, kind, host, state, subject, subject_hash, subject_telegram_id, requester_key, requester,
      plan, basis, created_at, expires_at)
    values (${id}, 1, 'onboard', 'box', 'expired', '{}', 'h', 43, 'operator', '{}', '', '', 1, 2);`
  older.exec(
    `${request(7)} ${request(20)} delete from requests where id = 20; pragma user_version = ${version}`,
  )
  older.close()
  const store = open()
  const id = store.requests.insert({
    host: 'box',
    subject: { kind: 'undo', runId: 1 },
    subjectHash: 'h',
    subjectTelegramId: 42,
    requester: { kind: 'operator', uid: 0 },
    requesterKey: 'operator',
    requesterPersonKey: 'operator',
    createdAt: 1,
    expiresAt: 2,
  })
  store.close()
  expect(id).toBe(21)
})
