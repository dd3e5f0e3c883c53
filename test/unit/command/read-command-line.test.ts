import { describe, expect, it } from 'vitest'
import { CONFIG_OPTION, type CommandDescription, JSON_OPTION } from '../../../src/command/command.ts'
import { helpOf, usageOf } from '../../../src/command/help.ts'
import { readCommandLine } from '../../../src/command/read-command-line.ts'

const COPY = {
  name: 'copy',
  summary: 'copies something',
  description: 'Copies something.\n\nIt takes its time.',
  arguments: [
    { name: 'FILE', summary: 'what to copy' },
    { name: 'FOLDER', summary: 'where to', optional: true },
  ],
  options: {
    config: CONFIG_OPTION,
    json: JSON_OPTION,
    skip: { value: 'NAME', multiple: true, summary: 'leave this out' },
    inner: { summary: 'for programs of this package only', hidden: true },
  },
  examples: [{ line: 'usher copy a b', why: 'both' }],
  exits: { 0: 'copied' },
} as const satisfies CommandDescription

describe('a command line', () => {
  it('gives switches, values, lists and operands as they were written', () => {
    const read = readCommandLine(COPY, ['--skip', 'x', 'a', '--skip=y', '--json', 'b'])
    expect(read).toEqual({
      ok: true,
      help: false,
      values: { config: undefined, json: true, skip: ['x', 'y'], inner: false },
      operands: ['a', 'b'],
    })
  })

  it('takes what follows a double dash as operands', () => {
    expect(readCommandLine(COPY, ['--', '--json'])).toMatchObject({ ok: true, operands: ['--json'] })
  })

  it.each([
    [['--jsn', 'a'], "Unknown option '--jsn'"],
    [['a', '--config'], "Option '--config <value>' argument missing"],
    [['a', '--json=yes'], "Option '--json' does not take an argument"],
    [[], 'FILE is missing'],
    [['a', 'b', 'c'], "the argument 'c' is one too many"],
  ])('%j is refused with the reason and the usage', (argv, why) => {
    const read = readCommandLine(COPY, argv)
    expect(read).toMatchObject({ ok: false, json: false })
    expect(read.ok ? '' : read.message).toBe(`cannot understand this: ${why}\n${usageOf(COPY)}`)
  })

  it('is refused as a document where one was asked for', () => {
    expect(readCommandLine(COPY, ['--json', '--nothing'])).toMatchObject({ ok: false, json: true })
  })

  it('may ask for help without what is needed otherwise', () => {
    expect(readCommandLine(COPY, ['-h'])).toMatchObject({ ok: true, help: true })
  })
})

describe('the help of a command', () => {
  const help = helpOf(COPY)

  it('begins with the usage and names every option but the hidden ones', () => {
    expect(help.split('\n')[0]).toBe(
      'Usage: usher copy [--config FILE] [--json] [--skip NAME]... FILE [FOLDER]',
    )
    expect(help).toContain('\n  --skip NAME    leave this out\n')
    expect(help).not.toContain('inner')
  })

  it('has the paragraphs, the arguments, the examples and the exit statuses', () => {
    expect(help).toContain('\n\nCopies something.\n\nIt takes its time.\n\nArguments:\n  FILE')
    expect(help).toContain('Examples:\n  usher copy a b\n      both\n')
    expect(help).toMatch(/Exit status:\n {2}0 {2}copied\n$/)
  })

  it('breaks long lines at 100 columns', () => {
    const long = helpOf({ ...COPY, description: 'word '.repeat(60).trim() })
    expect(Math.max(...long.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })
})
