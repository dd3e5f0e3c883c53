import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
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
