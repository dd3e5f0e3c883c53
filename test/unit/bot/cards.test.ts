import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { aboutRequest, loadCards, newCard } from '../../../src/bot/state/cards.ts'
import { createFileStore, type FileStore } from '../../../src/bot/state/file-store.ts'

let folder: string
let files: FileStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-cards-'))
  files = createFileStore(folder)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('a card of an earlier version, about a request by its number alone, is still that card', async () => {
  const { subject, ...card } = { ...newCard('r7-1', 1, aboutRequest(7)), messageId: 12, nonce: 'n' }
  await files.write('cards/r7-1', { ...card, requestId: subject.id })
  const cards = await loadCards(files)
  expect(cards.get('r7-1')).toEqual({ ...card, subject: { kind: 'request', id: 7 } })
  expect(cards.about(aboutRequest(7))).toHaveLength(1)
  expect(cards.atMessage(1, 12)?.nonce).toBe('n')
})

it('a request and a reconciliation with the same number are two things', async () => {
  const cards = await loadCards(files)
  await cards.add(newCard('r7-1', 1, aboutRequest(7)))
  await cards.add(newCard('n7-1', 1, { kind: 'reconciliation', id: 7 }))
  expect(cards.about(aboutRequest(7)).map(({ id }) => id)).toEqual(['r7-1'])
  expect(cards.about({ kind: 'reconciliation', id: 7 }).map(({ id }) => id)).toEqual(['n7-1'])
})

it('a file that is no card is passed over', async () => {
  await files.write('cards/r7-1', newCard('r7-1', 1, aboutRequest(7)))
  await writeFile(join(folder, 'cards', 'x.json'), '{"requestId":"seven"}')
  expect((await loadCards(files)).unsettled()).toHaveLength(1)
})
