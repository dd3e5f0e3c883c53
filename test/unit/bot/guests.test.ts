import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newChat } from '../../../src/bot/state/chats.ts'
import { createFileStore, type FileStore } from '../../../src/bot/state/file-store.ts'
import { loadGuests } from '../../../src/bot/state/guests.ts'

const HOUR = 3_600_000
let folder: string
let files: FileStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-guests-'))
  files = createFileStore(folder)
})
afterEach(() => rm(folder, { recursive: true }))

test('a stranger’s chat is kept over a restart, until it is forgotten', async () => {
  const guests = await loadGuests(files)
  await guests.save(42, { ...newChat(), telegramLanguage: 'de' }, 1)
  const again = await loadGuests(files)
  expect([again.has(42), await again.load(42, 2)]).toMatchObject([true, { telegramLanguage: 'de' }])
  await again.forget(42)
  expect([again.has(42), await again.load(42, 2), await files.list('guests')]).toEqual([false, null, []])
})

test('it is gone after an hour, whether anybody writes or not, and also where the clock was set back', async () => {
  const guests = await loadGuests(files)
  for (const id of [1, 2, 3]) await guests.save(id, newChat(), HOUR)
  expect(await guests.load(1, 2 * HOUR)).not.toBeNull()
  expect(await guests.load(1, 2 * HOUR + 1)).toBeNull()
  await guests.sweep(2 * HOUR)
  expect(await files.list('guests')).toHaveLength(2)
  expect(await guests.load(2, HOUR - 1)).toBeNull()
  await guests.sweep(3 * HOUR)
  expect(await files.list('guests')).toEqual([])
})

test('there are a hundred at most; room comes as others are done or their time is up', async () => {
  const guests = await loadGuests(files)
  for (let id = 1; id <= 100; id++) await guests.save(id, newChat(), id)
  expect(await guests.hasRoom(200)).toBe(false)
  await guests.forget(7)
  expect(await guests.hasRoom(200)).toBe(true)
  await guests.save(7, newChat(), HOUR)
  expect(await guests.hasRoom(HOUR)).toBe(false)
  expect(await guests.hasRoom(HOUR + 50)).toBe(true)
})

test('whoever answers without end is forgotten', async () => {
  const guests = await loadGuests(files)
  const kept = []
  for (let update = 0; update < 61; update++) kept.push(await guests.save(42, newChat(), 1))
  expect(kept.filter(Boolean)).toHaveLength(60)
  expect([guests.has(42), await files.list('guests')]).toEqual([false, []])
})

test('what cannot be read is removed', async () => {
  await files.write('guests/42', { nonsense: true })
  await writeFile(join(folder, 'guests', '43.json'), '{')
  const guests = await loadGuests(files)
  expect([guests.has(42), guests.has(43), await files.list('guests')]).toEqual([false, false, []])
})
