import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type WantedFile, writeTogether } from '../../../../src/setup/first-start/write-together.ts'

const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, name: 'me' }
const trusted = [0, own.uid]
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'together-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: string, mode = 0o600): WantedFile => ({
  path: join(folder, name),
  content,
  owner: own,
  mode,
  what: name,
})
const states = (outcomes: { state: string }[]) => outcomes.map(({ state }) => state)

describe('files that are written together', () => {
  it('are there with the content and mode that they should have, and nothing is left beside them', () => {
    writeFileSync(join(folder, 'b'), 'old', { mode: 0o644 })
    const outcomes = writeTogether([file('a', 'one'), file('b', 'two', 0o640)], { dryRun: false, trusted })
    expect(states(outcomes)).toEqual(['change', 'change'])
    expect(readdirSync(folder).sort()).toEqual(['a', 'b'])
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('two')
    expect(statSync(join(folder, 'b')).mode & 0o777).toBe(0o640)
    const again = writeTogether([file('a', 'one'), file('b', 'two', 0o640)], { dryRun: false, trusted })
    expect(states(again)).toEqual(['already', 'already'])
  })

  it('are all as they were when one of them cannot be put in place', () => {
    writeFileSync(join(folder, 'a'), 'old')
    // A folder of that name beside it: the old file cannot be kept there, and the second rename is never reached.
    writeFileSync(join(folder, 'b'), 'old too')
    mkdirSync(join(folder, 'b.usher-setup-new'))
    const outcomes = writeTogether([file('a', 'new'), file('b', 'new')], { dryRun: false, trusted })
    expect(states(outcomes)).toEqual(['problem', 'problem'])
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old')
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('old too')
    expect(readdirSync(folder).sort()).toEqual(['a', 'b', 'b.usher-setup-new'])
  })

  it('are not begun when one of them is a link, or stands where others can write', () => {
    symlinkSync('/etc/hostname', join(folder, 'link'))
    expect(states(writeTogether([file('a', 'x'), file('link', 'x')], { dryRun: false, trusted }))).toEqual([
      'change',
      'problem',
    ])
    expect(readdirSync(folder)).toEqual(['link'])
    mkdirSync(join(folder, 'open'))
    chmodSync(join(folder, 'open'), 0o777)
    expect(states(writeTogether([file('open/a', 'x')], { dryRun: false, trusted }))).toEqual(['problem'])
  })

  it('go on after one that was killed', () => {
    writeFileSync(join(folder, 'a.usher-setup-new'), 'half')
    writeFileSync(join(folder, 'a.usher-setup-old'), 'older')
    expect(states(writeTogether([file('a', 'x')], { dryRun: false, trusted }))).toEqual(['change'])
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('are only told of in a dry run', () => {
    expect(states(writeTogether([file('a', 'x')], { dryRun: true, trusted }))).toEqual(['change'])
    expect(readdirSync(folder)).toEqual([])
  })
})
