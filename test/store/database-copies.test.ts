import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EventType } from '../../src/domain/event.ts'
import { acceptedSince, copyWithSchema, putBackCopy, schemaOf } from '../../src/store/database-copies.ts'
import { MIGRATIONS } from '../../src/store/migrations/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'

const LATEST = MIGRATIONS.length
const OLD = LATEST - 2
let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-copies-'))
  file = join(folder, 'usher.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A database as an older version left it: in use, with its log not yet written back. */
function leaveOlder(schema = OLD): void {
  const older = new DatabaseSync(file)
  older.exec('pragma journal_mode = wal')
  for (const sql of MIGRATIONS.slice(0, schema)) older.exec(sql)
  older.exec(`pragma user_version = ${schema}; insert into meta values ('next_uid', '1005')`)
  older.close()
}

function open(): Store {
  const opened = openStore(file)
  if (!opened.ok) throw new Error(opened.problem.message)
  return opened.store
}

const append = (store: Store, type: EventType) =>
  store.events.append({
    at: 1,
    type,
    requestId: null,
    runId: null,
    subjectTelegramId: null,
    actor: 'worker',
    data: {},
  })

const names = () => readdirSync(folder).sort()
const copyName = (schema: number) => `${file}.before-${String(schema + 1).padStart(4, '0')}`

describe('the copy before a migration', () => {
  test('is made of a database of an older version, whole, for its owner only, and named after the first migration', () => {
    leaveOlder()
    open().close()
    expect(schemaOf(file)).toBe(LATEST)
    expect(copyWithSchema(file, OLD)).toBe(copyName(OLD))
    expect(schemaOf(copyName(OLD))).toBe(OLD)
    expect(statSync(copyName(OLD)).mode & 0o7777).toBe(0o600)
    const copy = new DatabaseSync(copyName(OLD))
    expect(copy.prepare("select value from meta where key = 'next_uid'").get()).toEqual({ value: '1005' })
    copy.close()
  })

  test('is not made of a new database, nor when nothing is to be migrated', () => {
    open().close()
    open().close()
    expect(names().filter((name) => name.includes('before'))).toEqual([])
    expect(copyWithSchema(file, LATEST)).toBeNull()
  })

  test('replaces an older one of the same name and what an interrupted one left, and the last two stay', () => {
    for (const schema of [OLD - 3, OLD - 2, OLD - 1]) writeFileSync(copyName(schema), 'older')
    writeFileSync(copyName(OLD), 'of the same name')
    writeFileSync(`${copyName(OLD)}.new`, 'half a copy')
    leaveOlder()
    open().close()
    expect(names().filter((name) => name.includes('before'))).toEqual(
      [OLD - 1, OLD].map((schema) => copyName(schema).slice(folder.length + 1)),
    )
    expect(schemaOf(copyName(OLD))).toBe(OLD)
  })

  test('that cannot be made leaves the database unmigrated and says so, and an older worker goes on with it', () => {
    leaveOlder()
    // Nothing of this name can be renamed into place.
    mkdirSync(copyName(OLD))
    const refused = openStore(file)
    expect(refused).toMatchObject({ ok: false, problem: { code: 'unusable' } })
    if (!refused.ok)
      expect(refused.problem.message).toContain(`the copy that is made before it, ${copyName(OLD)}`)
    expect(schemaOf(file)).toBe(OLD)
    expect(names().filter((name) => name.endsWith('.new'))).toEqual([])
  })
})

describe('whether something was accepted since the copy', () => {
  const accepted = () => acceptedSince(file, copyName(OLD))
  const change = (sql: string) => {
    const connection = new DatabaseSync(file)
    connection.exec(sql)
    connection.close()
  }
  beforeEach(() => {
    leaveOlder()
    open().close()
  })

  test('nothing was, right after the migration, after further starts and what a worker notes by itself', () => {
    expect(accepted()).toBe(false)
    const store = open()
    append(store, 'worker.started')
    append(store, 'reconcile.finished')
    store.close()
    expect(accepted()).toBe(false)
  })

  test.each([
    [
      'an event',
      "insert into events values (1, 1, 'request.drafted', null, null, null, 'a', '{}', 'p', 'h')",
    ],
    ['a uid that was given out', "update meta set value = '1006' where key = 'next_uid'"],
    ['a Start', 'insert into starts values (42, 1, 1)'],
    ['a block', "insert into blocks values (42, 'operator', 1, null)"],
  ])('%s is', (_what, sql) => {
    change(sql)
    expect(accepted()).toBe(true)
  })

  test('a table that cannot be compared counts as accepted', () => {
    change('drop table starts')
    expect(accepted()).toBe(true)
  })

  test('a copy that is damaged counts as accepted, too', () => {
    writeFileSync(copyName(OLD), 'garbage '.repeat(1000))
    expect(accepted()).toBe(true)
  })
})

describe('putting a copy back', () => {
  beforeEach(() => {
    leaveOlder()
    open().close()
  })

  test('gives the older version what it had, and keeps the copy', () => {
    expect(putBackCopy(file, copyName(OLD), { aside: null, carryEvents: true })).toEqual({
      ok: true,
      aside: null,
    })
    expect(schemaOf(file)).toBe(OLD)
    expect(existsSync(copyName(OLD))).toBe(true)
    expect(existsSync(`${file}-wal`)).toBe(false)
    expect(statSync(file).mode & 0o7777).toBe(0o600)
    open().close()
    expect(schemaOf(file)).toBe(LATEST)
  })

  test('brings the events along that the worker wrote since, so that the history has no gap', () => {
    const store = open()
    append(store, 'worker.started')
    append(store, 'worker.started')
    const { id, hash } = store.events.end()
    store.close()
    putBackCopy(file, copyName(OLD), { aside: null, carryEvents: true })
    const back = open()
    expect(back.events.end()).toEqual({ id, hash })
    expect(append(back, 'worker.started')).toMatchObject({ id: id + 1, previousHash: hash })
    expect(back.events.after(0, 10).map(({ type }) => type)).toEqual(Array(3).fill('worker.started'))
    back.close()
  })

  test('that gives something up gives no id of an event twice, and the gap stays visible', () => {
    const store = open()
    append(store, 'request.drafted')
    append(store, 'request.submitted')
    store.close()
    putBackCopy(file, copyName(OLD), { aside: `${file}.aside`, carryEvents: false })
    const back = open()
    append(back, 'worker.started')
    expect(back.events.after(0, 10).map(({ id, type }) => [id, type])).toEqual([
      [3, 'audit.broken'],
      [4, 'worker.started'],
    ])
    back.close()
  })

  test('keeps the newer database aside where that is wished', () => {
    const aside = `${file}.aside`
    expect(putBackCopy(file, copyName(OLD), { aside, carryEvents: false })).toEqual({ ok: true, aside })
    expect(schemaOf(aside)).toBe(LATEST)
    expect(schemaOf(file)).toBe(OLD)
  })

  test('is refused while a worker has the database', () => {
    const store = open()
    expect(putBackCopy(file, copyName(OLD), { aside: null, carryEvents: true })).toMatchObject({
      ok: false,
      message: expect.stringContaining('stop it first'),
    })
    store.close()
    expect(schemaOf(file)).toBe(LATEST)
  })
})
