import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { runInProcess } from '../../support/cli/run-cli.ts'
import { startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

const text = readFileSync(fileURLToPath(new URL('../../../docs/cli.md', import.meta.url)), 'utf8')

async function helpOf(argv: string[]): Promise<string> {
  const server = await startProtocolServer('admin.sock')
  try {
    return (await runInProcess([...argv, '--help'], { folder: server.folder })).stdout
  } finally {
    await server.close()
  }
}

/** Verbs or options as the help lists them. */
const listed = (help: string, pattern: RegExp) => [...help.matchAll(pattern)].map((match) => match[1] ?? '')

describe('docs/cli.md', () => {
  it('has an example of every verb', async () => {
    const verbs = listed(await helpOf([]), /^ {2}([a-z]+) /gm).filter((name) => name !== 'help')
    const leaves: string[] = []
    for (const verb of verbs) {
      const below = ['request', 'run', 'user', 'audit', 'access', 'invite', 'totp', 'telegram'].includes(verb)
        ? listed(await helpOf([verb]), /^ {2}([a-z]+) /gm).filter((name) => name !== 'help')
        : []
      leaves.push(...(below.length === 0 ? [verb] : below.map((name) => `${verb} ${name}`)))
    }
    expect(leaves.length).toBeGreaterThan(12)
    const missing = leaves.filter((verb) => !text.includes(`usher ${verb}`) && verb !== 'request confirm')
    expect(missing).toEqual([])
  })

  it('describes every option of audit', async () => {
    const options = [
      ...listed(await helpOf(['audit']), /^ {2}(--[a-z-]+)/gm),
      ...listed(await helpOf(['audit', 'verify']), /^ {2}(--[a-z-]+)/gm),
    ]
    expect(options.length).toBeGreaterThan(8)
    expect(options.filter((option) => !text.includes(option))).toEqual([])
  })

  it.each(['adduser', 'edituser'])('describes every option of %s', async (verb) => {
    const options = listed(await helpOf([verb]), /^ {2}(--[a-z-]+)/gm)
    expect(options.length).toBeGreaterThan(15)
    expect(options.filter((option) => !text.includes(option))).toEqual([])
  })
})
