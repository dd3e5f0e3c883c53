import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createFileStore } from '../../../src/bot/state/file-store.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-file-store-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('gives back what was written, and undefined for what was not', async () => {
  const store = createFileStore(folder)
  expect(await store.read('a/b')).toBeUndefined()
  await store.write('a/b', { one: [1, null] })
  expect(await store.read('a/b')).toEqual({ one: [1, null] })
  expect(await store.list('a')).toEqual(['b'])
  expect(await store.list('nowhere')).toEqual([])
})

it('keeps writes of one name in the order of their calls', async () => {
  const store = createFileStore(folder)
  await Promise.all(Array.from({ length: 30 }, (_, index) => store.write('x', index)))
  expect(await store.read('x')).toBe(29)
})

it('shows a reader the old or the new document and never a part of one', async () => {
  const store = createFileStore(folder)
  const reader = createFileStore(folder)
  const big = (letter: string) => letter.repeat(200_000)
  await store.write('x', big('a'))
  const writes = (async () => {
    for (const letter of 'bcdefghij') await store.write('x', big(letter))
  })()
  for (let round = 0; round < 30; round += 1) {
    const seen = String(await reader.read('x'))
    expect(new Set(seen).size).toBe(1)
    expect(seen).toHaveLength(200_000)
  }
  await writes
})

it('leaves no temporary file behind, and nobody else can read', async () => {
  const store = createFileStore(folder)
  await store.write('deep/x', 1)
  expect(await readdir(join(folder, 'deep'))).toEqual(['x.json'])
  expect((await stat(join(folder, 'deep', 'x.json'))).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, 'deep'))).mode & 0o777).toBe(0o700)
})

it('puts a file aside that is no JSON, and says so', async () => {
  const said: string[] = []
  const store = createFileStore(folder, { onUnreadable: (name) => said.push(name) })
  await writeFile(join(folder, 'x.json'), '{"half')
  expect(await store.read('x')).toBeUndefined()
  expect(said).toEqual(['x'])
  expect((await readdir(folder)).some((name) => name.includes('unreadable'))).toBe(true)
})

it('removes, also what is not there', async () => {
  const store = createFileStore(folder)
  await store.write('x', 1)
  await store.remove('x')
  await store.remove('x')
  expect(await store.read('x')).toBeUndefined()
})
