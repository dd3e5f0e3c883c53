import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'plist'
import { describe, expect, it } from 'vitest'
import { PARTS } from '../../../src/command/parts.ts'

const folder = new URL('../../../deploy/launchd/', import.meta.url)
const names = readdirSync(folder)
/** The keys of launchd.plist(5) that these use, with the type that each must have. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ Label: 'string', UserName: 'string', WorkingDirectory: 'string', ProcessType: 'string' },
  ...{ StandardOutPath: 'string', StandardErrorPath: 'string', ProgramArguments: 'object' },
  ...{ EnvironmentVariables: 'object', KeepAlive: 'object', HardResourceLimits: 'object' },
  ...{ RunAtLoad: 'boolean', ThrottleInterval: 'number', ExitTimeOut: 'number', Umask: 'number' },
}

describe('the launchd jobs', () => {
  it('are those of worker, bot and witness', () => {
    expect(names).toEqual(['dev.usher.bot.plist', 'dev.usher.witness.plist', 'dev.usher.worker.plist'])
  })

  it.each(names)('%s is a property list with keys that launchd knows, of the right types', (name) => {
    const job = parse(readFileSync(new URL(name, folder), 'utf8')) as Record<string, unknown>
    expect(`${String(job['Label'])}.plist`).toBe(name)
    for (const [key, value] of Object.entries(job))
      expect(`${key}: ${typeof value}`).toBe(`${key}: ${TYPES[key]}`)
  })

  it.each(names)('%s starts a part that there is, not as root but for the worker', (name) => {
    const job = parse(readFileSync(new URL(name, folder), 'utf8')) as {
      ProgramArguments: string[]
      UserName: string
      Umask: number
      KeepAlive: object
    }
    const [program = '', part = '', ...more] = job.ProgramArguments
    expect(program).toMatch(/^\//)
    expect(PARTS.map((one) => one.name)).toContain(part)
    // Root's own files are below /private there: /etc is a link, which nothing of root's goes through.
    expect(more).toEqual(['--config', '/private/etc/usher/config.yaml'])
    expect(job.UserName === 'root').toBe(part === 'worker')
    expect(job.Umask).toBe(0o077)
    // A clean stop stays one: launchd starts again only what failed.
    expect(job.KeepAlive).toEqual({ SuccessfulExit: false })
  })
})
