import { describe, expect, it } from 'vitest'
import { commandText, commandWords } from '../../../../src/setup/first-start/agent-command.ts'
import { codeOf, grouped, newCode } from '../../../../src/setup/first-start/code.ts'
import { readSetupOptions } from '../../../../src/setup/first-start/options.ts'

const SECRET = 'AAF-abcdefghijklmnopqrstuvwxyz012345'

describe('the options of usher setup', () => {
  it.each([
    [['--token', `110201543:${SECRET}`]],
    [[`--token=110201543:${SECRET}`]],
    [[`110201543:${SECRET}`]],
    [['--token-file', `110201543:${SECRET}`]],
    [['--witness-token', `110201543:${SECRET}`]],
  ])('refuse a token and do not repeat it: %j', (argv) => {
    const read = readSetupOptions(argv)
    expect(read).toMatchObject({
      ok: false,
      message: expect.stringContaining('every account of this host can read it'),
    })
    expect(JSON.stringify(read)).not.toContain(SECRET)
  })

  it.each([
    [['--token-file', 'f', '--token-stdin'], /choose one/],
    [['--now', '--no-start'], /choose one/],
    [['--admin', 'ada'], /positive integer/],
    [['--admin', '0'], /positive integer/],
    [['--admin', '4503599627370496'], /positive integer/],
    [['--service', 'a@b.service'], /no @/],
    [['--service', 'usher-bot'], /part of Usher/],
    [['--service', 'a.service:stop'], /restart, :reload or :remind/],
    [['--agent-command', 'claude "x'], /not closed/],
    [['--nonsense'], /--nonsense/],
  ])('refuse %j', (argv, why) => {
    expect(readSetupOptions(argv)).toMatchObject({ ok: false, message: expect.stringMatching(why) })
  })

  it('name services shortly', () => {
    const read = readSetupOptions(['--service', 'a', '--service', 'b.service:remind'])
    expect(read.ok && read.value.services).toEqual([
      { unit: 'a.service', action: 'restart' },
      { unit: 'b.service', action: 'remind' },
    ])
  })
})

describe('a command as people type it', () => {
  it.each([
    ['claude --version', ['claude', '--version']],
    ['  /opt/my\tagent "two words" \'and "so" on\'', ['/opt/my', 'agent', 'two words', 'and "so" on']],
    ['', []],
  ])('%j is taken in words', (text, words) => {
    expect(commandWords(text)).toEqual(words)
  })

  it('is shown so that it reads the same', () => {
    const words = ['claude', '--model', 'two words']
    expect(commandWords(commandText(words))).toEqual(words)
  })
})

describe('the one-time code', () => {
  it('is eight digits, another one each time', () => {
    const codes = Array.from({ length: 200 }, newCode)
    expect(codes.filter((code) => !/^[0-9]{8}$/.test(code))).toEqual([])
    expect(new Set(codes).size).toBeGreaterThan(195)
    expect(grouped('01234567')).toBe('0123 4567')
  })

  it.each([
    ['01234567', '01234567'],
    [' 0123 4567 ', '01234567'],
    ['0123-4567', '01234567'],
    ['/start 01234567', '01234567'],
    ['/start@acme_bot 01234567', '01234567'],
    ['/start', null],
    ['0123456', null],
    ['012345678', null],
    ['my code is 01234567', null],
    ['/start abcdefgh', null],
  ])('%j is read as %j', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })
})
