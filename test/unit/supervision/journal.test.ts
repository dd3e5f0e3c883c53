import { closeSync, fstatSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isJournalStream, prefixed } from '../../../src/supervision/journal.ts'
import { createLog } from '../../../src/worker/log.ts'

test('each line begins with the priority that syslog has for its level, and is JSON behind it', () => {
  const lines: string[] = []
  const pino = createLog('trace', true, { write: (line) => void lines.push(line) })
  pino.debug({ run: 7 }, 'debug')
  pino.info({}, 'info')
  pino.warn({}, 'warn')
  pino.error({}, 'error')
  pino.fatal({}, 'fatal')
  const split = lines.map((line) => /^<([0-7])>(.*)\n$/s.exec(line))
  expect(split.map((match) => [Number(match?.[1]), JSON.parse(match?.[2] ?? '').msg])).toEqual([
    ...[
      [7, 'debug'],
      [6, 'info'],
      [4, 'warn'],
      [3, 'error'],
      [2, 'fatal'],
    ],
  ])
  expect(JSON.parse(split[0]?.[2] ?? '')).toMatchObject({ run: 7 })
})

test('a line that is not of the logger has the lowest priority', () => {
  const lines: string[] = []
  prefixed({ write: (line) => void lines.push(line) }).write('what\n')
  expect(lines).toEqual(['<7>what\n'])
})

test('only the very stream that the service manager named is the journal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-journal-'))
  const fd = openSync(join(folder, 'stream'), 'w')
  try {
    const { dev, ino } = fstatSync(fd, { bigint: true })
    expect(isJournalStream(`${dev}:${ino}`, fd)).toBe(true)
    expect(isJournalStream(`${dev}:${ino + 1n}`, fd)).toBe(false)
    expect(isJournalStream(null, fd)).toBe(false)
  } finally {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  }
  expect(isJournalStream('1:1', 987)).toBe(false)
})
