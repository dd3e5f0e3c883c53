import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CliOptions, runInProcess } from '../../support/cli/run-cli.ts'
import { DIGEST, requestView } from '../../support/cli/views.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

const ENTER = '\r'
const DOWN = '\u001b[B'
const ESC = '\u001b'
const WAITING = requestView({ state: 'submitted' })
const ON_BEHALF = 'usher-on-behalf-of-telegram'

let server: ProtocolServer
beforeEach(async () => {
  server = await startProtocolServer('approver.sock')
  server.handlers['request.list'] = () => ({ requests: [WAITING], more: false })
  server.handlers['request.get'] = () => ({ request: WAITING })
  server.handlers['request.confirm'] = () => ({
    request: requestView({ state: 'approved', run_id: 3, missing: [] }),
  })
  server.handlers['request.deny'] = () => ({ request: requestView({ state: 'denied' }) })
})
afterEach(() => server.close())
const cli = (answers: [string, string][], options: Partial<CliOptions> = {}) =>
  runInProcess(['approver', '--as', '42'], { folder: server.folder, terminal: { answers }, ...options })
const asked = (operation: string) =>
  server.seen.filter(({ path }) => path === `/v1/${operation}`).map(({ body }) => body)
const decisions = () => [...asked('request.confirm'), ...asked('request.deny')]

describe('the approver account at a terminal', () => {
  it('lists what waits, shows the plan, and confirms exactly that with a code of the second factor', async () => {
    const run = await cli([
      ['Which one do you want to see', ENTER],
      ['what do you say to exactly this plan', DOWN + ENTER],
      ['Code of your authenticator app', `123 456${ENTER}`],
    ])
    expect(run).toMatchObject({ status: 0 })
    expect(run.stdout.indexOf('create the account ada')).toBeLessThan(run.stdout.indexOf('exactly this plan'))
    expect(asked('request.list')).toEqual([{ open: true, limit: 50 }])
    expect(decisions()).toEqual([{ id: 7, digest: DIGEST, totp: '123456' }])
    const spokenFor = server.seen
      .filter(({ path }) => path.startsWith('/v1/request'))
      .map(({ headers }) => headers[ON_BEHALF])
    expect(new Set(spokenFor)).toEqual(new Set(['42']))
  })

  it('denies with a code too', async () => {
    const run = await cli([
      ['Which one', ENTER],
      ['exactly this plan', DOWN + DOWN + ENTER],
      ['Code of your authenticator app', `123456${ENTER}`],
    ])
    expect(run.status).toBe(0)
    expect(decisions()).toEqual([{ id: 7, totp: '123456' }])
  })

  it.each([
    ['Enter, because leaving it is what stands there', [['exactly this plan', ENTER]]],
    ['Esc', [['exactly this plan', ESC]]],
    [
      'Esc instead of a code',
      [
        ['exactly this plan', DOWN + ENTER],
        ['authenticator app', ESC],
      ],
    ],
  ] as [string, [string, string][]][])('decides nothing after %s', async (_, answers) => {
    const run = await cli([['Which one', ENTER], ...answers])
    expect(run.status).toBe(3)
    expect(decisions()).toEqual([])
  })

  it('says that nothing waits', async () => {
    server.handlers['request.list'] = () => ({ requests: [requestView()], more: false })
    const run = await cli([])
    expect(run.status).toBe(0)
    expect(run.stdout).toContain('nothing waits for a decision')
  })

  it('takes a number from ssh as a request and nothing else from there', async () => {
    const direct = await cli([['exactly this plan', ENTER]], { variables: { SSH_ORIGINAL_COMMAND: ' 7 ' } })
    expect(direct.status).toBe(3)
    expect(asked('request.get')).toEqual([{ id: 7 }])
    expect(asked('request.list')).toEqual([])
    for (const command of ['7; id', '--config /tmp/x', 'request confirm 7', '-1', '0x7', '\u001b[2J']) {
      const run = await cli([], { variables: { SSH_ORIGINAL_COMMAND: command } })
      expect(run.status).toBe(2)
      expect(run.stderr).toContain('name the number of a request, or nothing')
      expect(run.stderr).not.toContain('\u001b[2J')
    }
    expect(decisions()).toEqual([])
  })

  it('needs a terminal, and says how to get one', async () => {
    const run = await runInProcess(['approver', '--as', '42'], { folder: server.folder })
    expect(run.status).toBe(2)
    expect(run.stderr).toContain("'ssh -t'")
  })

  it('is told by no environment which config to use, as other verbs are', async () => {
    const { folder } = server
    const file = join(folder, 'theirs.yaml')
    writeFileSync(file, `mode: single-user\npaths: { run: ${folder} }\n`, { mode: 0o644 })
    const somebody = (argv: string[]) =>
      runInProcess([], {
        ...{ folder, terminal: {}, world: { argv, uid: 4321 } },
        variables: { USHER_CONFIG: file },
      })
    expect((await somebody(['status'])).stderr).toContain(folder)
    const run = await somebody(['approver', '--as', '42'])
    expect(run.status).not.toBe(0)
    expect(run.stderr).not.toContain(folder)
  })

  it.each(['0', '-5', 'ada', '4503599627370496', ''])('speaks for nobody called %j', async (id) => {
    const run = await runInProcess(['approver', '--as', id], { folder: server.folder, terminal: {} })
    expect(run.status).toBe(2)
    expect(server.seen).toEqual([])
  })
})
