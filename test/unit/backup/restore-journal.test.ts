import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  beginJournal,
  finishJournal,
  journalOf,
  type RestoreJournal,
  readJournal,
  recordOf,
} from '../../../src/backup/restore-journal.ts'

let state = ''
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'usher-restore-'))
})
afterEach(() => rmSync(state, { recursive: true }))

const uid = process.getuid?.() ?? -1
const gid = process.getgid?.() ?? -1
const at = (name: string) => join(state, name)
const put = (name: string, text: string) => writeFileSync(at(name), text)
const read = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : null)

/** A database with its log, a file that is there, one that is not, and a folder that is emptied. */
function prepared(): RestoreJournal {
  for (const name of ['usher.db', 'usher.db-wal', 'users.yaml']) put(name, `old ${name}`)
  for (const name of ['.usher.db.new', '.users.yaml.new', '.token.new']) put(name, `new ${name}`)
  mkdirSync(at('bot'))
  put('bot/cursor', 'old')
  const move = (target: string) => ({
    target: at(target),
    source: at(`.${target}.new`),
    aside: at(`${target}.before`),
  })
  return {
    ...{ format: 1, stamp: 's' },
    moves: [
      { target: at('bot'), source: null, aside: at('bot.before'), fresh: { uid, gid, mode: 0o700 } },
      { ...move('usher.db'), with: ['-wal', '-shm'] },
      move('users.yaml'),
      move('token'),
    ],
  }
}

/** Each rename that a restore makes, in its order; a kill can come after any of them. */
const STEPS = [
  ['bot', 'bot.before'],
  ['usher.db-wal', 'usher.db.before-wal'],
  ['usher.db', 'usher.db.before'],
  ['.usher.db.new', 'usher.db'],
  ['users.yaml', 'users.yaml.before'],
  ['.users.yaml.new', 'users.yaml'],
  ['.token.new', 'token'],
] as const

function expectRestored(): void {
  expect(read('usher.db')).toBe('new .usher.db.new')
  expect([read('usher.db-wal'), read('usher.db.before-wal')]).toEqual([null, 'old usher.db-wal'])
  expect([read('users.yaml'), read('users.yaml.before')]).toEqual(['new .users.yaml.new', 'old users.yaml'])
  expect([read('usher.db.before'), read('token'), read('token.before')]).toEqual([
    ...['old usher.db', 'new .token.new', null],
  ])
  expect([existsSync(at('bot')), read('bot/cursor'), read('bot.before/cursor')]).toEqual([true, null, 'old'])
  expect(readJournal(journalOf(state), [uid])).toBeNull()
  expect(readJournal(recordOf(state), [uid])?.moves).toHaveLength(4)
}

describe('a restore that is killed', () => {
  for (let made = 0; made <= STEPS.length; made++) {
    test(`after ${made} of its renames is finished by whoever comes next`, () => {
      const journal = prepared()
      beginJournal(state, journal)
      for (const [from, to] of STEPS.slice(0, made)) renameSync(at(from), at(to))
      const found = readJournal(journalOf(state), [uid])
      expect(found).toEqual(journal)
      finishJournal(state, found!)
      expectRestored()
    })
  }

  test('before its journal is there has changed nothing', () => {
    prepared()
    expect(readJournal(journalOf(state), [uid])).toBeNull()
    expect(read('users.yaml')).toBe('old users.yaml')
  })
})

test('a journal that others could have written is not believed', () => {
  writeFileSync(journalOf(state), '{"format":1,"stamp":"s","moves":[]}', { mode: 0o644 })
  expect(() => readJournal(journalOf(state), [uid])).toThrow('cannot trust')
  rmSync(journalOf(state))
  writeFileSync(journalOf(state), '{"format":1,"stamp":"s","moves":[]}', { mode: 0o600 })
  expect(() => readJournal(journalOf(state), [uid + 1])).toThrow('cannot trust')
})
