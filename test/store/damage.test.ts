import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { damageDatabase, fillDatabase } from '../support/damaged-database.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-damage-'))
  file = join(folder, 'usher.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

function open(): Store {
  const result = openStore(file)
  if (!result.ok) throw new Error(result.problem.message)
  return result.store
}

const never = new AbortController().signal

test('a small database that is damaged is refused when it is opened', () => {
  fillDatabase(file, 1)
  damageDatabase(file)
  expect(openStore(file)).toMatchObject({ ok: false, problem: { code: 'corrupt' } })
})

test('a large one is opened at once and looked through beside what goes on', async () => {
  fillDatabase(file, 12)
  const store = open()
  const look = store.laterDamage?.(never)
  store.meta.set('a', '1')
  expect(await look).toBeNull()
  expect(store.meta.get('a')).toBe('1')
  expect(existsSync(`${file}.damaged`)).toBe(false)
  store.close()
})

test('a large one that is damaged is noticed, and not opened again before it was put right', async () => {
  fillDatabase(file, 12)
  const good = damageDatabase(file)
  const store = open()
  expect(await store.laterDamage?.(never)).toMatch(/\w/)
  store.close()
  for (let again = 0; again < 2; again++) {
    expect(openStore(file)).toMatchObject({
      ...{ ok: false },
      problem: { code: 'corrupt', message: expect.stringContaining('restore a backup') },
    })
  }
  for (const beside of ['-wal', '-shm']) rmSync(`${file}${beside}`, { force: true })
  writeFileSync(file, good)
  const mended = open()
  expect(mended.laterDamage).toBeNull()
  mended.close()
  const next = open()
  expect(next.laterDamage).not.toBeNull()
  next.close()
})

test('a look that is told to stop ends without an answer, and its thread with it', async () => {
  fillDatabase(file, 12)
  const store = open()
  const abort = new AbortController()
  const look = store.laterDamage?.(abort.signal)
  abort.abort()
  expect(await look).toBeNull()
  store.close()
})
