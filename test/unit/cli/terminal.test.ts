import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { renderLines, styleFor } from '../../../src/cli/output.ts'
import { jsonDocument } from '../../../src/protocol/json-document.ts'
import type { AccountCheckView } from '../../../src/protocol/views.ts'
import { type CliOptions, runInProcess } from '../../support/cli/run-cli.ts'
import { DIGEST, personView, requestView, runView } from '../../support/cli/views.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

const ENTER = '\r'
const DOWN = '\u001b[B'
const ESC = '\u001b'
const CTRL_C = '\u0003'

let server: ProtocolServer
beforeEach(async () => {
  server = await startProtocolServer('admin.sock')
})
afterEach(() => server.close())
const cli = (argv: string[], options: Partial<CliOptions> = {}) =>
  runInProcess(argv, { folder: server.folder, ...options })
const asked = (operation: string) =>
  server.seen.filter(({ path }) => path === `/v1/${operation}`).map(({ body }) => body)

describe('deciding at a terminal', () => {
  beforeEach(() => {
    server.handlers['request.get'] = () => ({ request: requestView({ state: 'submitted' }) })
    server.handlers['request.approve'] = () => ({
      request: requestView({ state: 'approved', run_id: 3, missing: [] }),
    })
  })

  it('shows the plan and approves exactly that after a yes', async () => {
    const run = await cli(['request', 'approve', '7'], { terminal: { answers: [['Approve: onboard', `y`]] } })
    expect(run.status).toBe(0)
    expect(run.stdout.indexOf('create the account ada')).toBeLessThan(run.stdout.indexOf('Approve: onboard'))
    expect(asked('request.approve')).toEqual([{ id: 7, digest: DIGEST }])
  })

  it.each([
    ['a no', 'n'],
    ['Enter, because no is what stands there', ENTER],
    ['Esc', ESC],
    ['Ctrl-C', CTRL_C],
  ])('does nothing after %s', async (_, key) => {
    const run = await cli(['request', 'approve', '7'], { terminal: { answers: [['Approve: onboard', key]] } })
    expect(run.status).toBe(3)
    expect(asked('request.approve')).toEqual([])
  })
})

describe('adduser without flags at a terminal', () => {
  const free: AccountCheckView = {
    os_user: 'ada',
    exists: false,
    uid: null,
    can_create: true,
    can_adopt: false,
    create_violations: [],
    adopt_violations: [],
    power: [],
  }
  const role = {
    name: 'user',
    description: 'runs agents',
    groups: [],
    shell: '/bin/bash',
    approval: { count: 1, self: true, step_up: 'none', expires_ms: 1000 },
  }
  beforeEach(() => {
    server.handlers['onboarding.options'] = () => ({
      roles: [{ ...role, name: 'admin' }, role],
      defaults: { workspace_base: null, model: 'opus', agent_backend: null, max_budget: null },
      mode: 'system',
      own_os_user: null,
    })
    server.handlers['host.check-account'] = () => ({ check: free })
    server.handlers.whoami = () => ({
      actor: { key: 'operator', name: null },
      person: null,
      role: 'operator',
      permissions: [],
      admin: true,
    })
    server.handlers.status = () => ({ version: '1', mode: 'system', host: 'box', ready: true, details: null })
    server.handlers['request.draft'] = ({ answers }) => ({
      request: requestView({ answers: { ...requestView().answers, name: String(answers.name) } }),
    })
    server.handlers['request.submit'] = () => ({
      request: requestView({ state: 'submitted' }),
      claim_code: null,
    })
    server.handlers['request.approve'] = server.handlers['request.get'] = () => ({
      request: requestView({ state: 'approved', run_id: 3, missing: [] }),
    })
    server.handlers['run.get'] = () => ({ run: runView() })
    server.handlers['request.cancel'] = () => ({ request: requestView({ state: 'cancelled' }) })
  })
  const QUESTIONS: [string, string][] = [
    ['Numeric Telegram id', `42${ENTER}`],
    ['Name, as people', `Ada Lovelace${ENTER}`],
    ['OS user', ENTER],
    ['Role', ENTER],
    ['GitHub login', ENTER],
    ['Defaults for this person', ENTER],
    ['GitHub routing', ENTER],
  ]

  it('asks everything, shows the plan, approves, and ends with the receipt', async () => {
    const run = await cli(['adduser'], { terminal: { answers: [...QUESTIONS, ['Review: ', ENTER]] } })
    expect(run.status).toBe(0)
    expect(asked('request.draft')).toEqual([
      {
        answers: {
          telegram_id: 42,
          name: 'Ada Lovelace',
          os_user: 'ada',
          role: 'user',
          account: 'create',
          proof: 'typed',
        },
      },
    ])
    expect(asked('request.approve')).toEqual([{ id: 7, digest: DIGEST }])
    expect(run.stdout).toContain("To undo: 'usher run undo 3'")
  })

  it('goes back to the question before', async () => {
    const answers: [string, string][] = [
      ['Numeric Telegram id', `42${ENTER}`],
      ['Name, as people', `<${ENTER}`],
      ['Numeric Telegram id', `9${ENTER}`],
      ...QUESTIONS.slice(1),
      ['Review: ', ENTER],
    ]
    await cli(['adduser'], { terminal: { answers } })
    expect(asked('request.draft')).toMatchObject([{ answers: { telegram_id: 429 } }])
  })

  it('edits one answer on the review and plans again in place of the first draft', async () => {
    const answers: [string, string][] = [
      ...QUESTIONS,
      ['Review: ', `${DOWN}${DOWN}${ENTER}`],
      ['Which answer', `${DOWN}${ENTER}`],
      ['Name, as people', ` King${ENTER}`],
      ['Review: ', ENTER],
    ]
    await cli(['adduser'], { terminal: { answers } })
    expect(asked('request.draft')).toMatchObject([
      { answers: { name: 'Ada Lovelace' } },
      { answers: { name: 'Ada Lovelace King' }, replaces: 7 },
    ])
  })

  it('asks again for what the worker refused, and only for that', async () => {
    const draft = server.handlers['request.draft']!
    server.handlers['request.draft'] = (input, seen) =>
      input.answers.github === 'bad-'
        ? {
            error: {
              code: 'invalid',
              message: 'x',
              violations: [{ field: 'github', code: 'github_login_invalid', params: { value: 'bad-' } }],
            },
          }
        : draft(input, seen)
    const answers = QUESTIONS.map(([sees, types]): [string, string] =>
      sees === 'GitHub login' ? [sees, `bad-${ENTER}`] : [sees, types],
    )
    const again: [string, string][] = [
      ["cannot use 'bad-' as a GitHub login", ''],
      ['GitHub login', `\u007f${ENTER}`],
      ['Review: ', ENTER],
    ]
    const run = await cli(['adduser'], { terminal: { answers: [...answers, ...again] } })
    expect(run.status).toBe(0)
    expect(asked('request.draft')).toMatchObject([
      { answers: { github: 'bad-' } },
      { answers: { github: 'bad' } },
    ])
  })

  it('shows what an existing account can do before it is adopted', async () => {
    server.handlers['host.check-account'] = () => ({
      check: {
        ...free,
        exists: true,
        uid: 1000,
        can_create: false,
        can_adopt: true,
        power: [{ code: 'account.power.groups', params: { groups: 'docker' } }],
      },
    })
    const answers: [string, string][] = [
      ...QUESTIONS.slice(0, 3),
      ['in the group docker', ''],
      ['This account exists', ENTER],
      ['Reason', `asked${ENTER}`],
      ...QUESTIONS.slice(3),
      ['Review: ', ENTER],
    ]
    await cli(['adduser'], { terminal: { answers } })
    expect(asked('request.draft')).toMatchObject([{ answers: { account: 'adopt', reason: 'asked' } }])
  })

  it('leaves nothing behind when it is left on the review', async () => {
    const run = await cli(['adduser'], { terminal: { answers: [...QUESTIONS, ['Review: ', CTRL_C]] } })
    expect(run.status).toBe(3)
    expect(asked('request.cancel')).toEqual([{ id: 7 }])
    expect(asked('request.submit')).toEqual([])
  })

  it('does not ask without a terminal', async () => {
    server.handlers['request.draft'] = () => ({
      error: { code: 'invalid', message: 'x', violations: [{ field: 'name', code: 'required' }] },
    })
    expect((await cli(['adduser'])).status).toBe(2)
  })
})

describe('output', () => {
  it('has colours in a terminal only, and none when they are not wanted', async () => {
    server.handlers['request.cancel'] = () => ({ request: requestView({ state: 'cancelled' }) })
    const argv = ['request', 'cancel', '7']
    const green = '\u001b[32m'
    expect((await cli(argv, { terminal: {} })).stdout).toContain(green)
    expect((await cli(argv)).stdout).not.toContain(green)
    expect((await cli(argv, { terminal: {}, variables: { NO_COLOR: '1' } })).stdout).not.toContain(green)
  })

  it('is wrapped to a narrow terminal, words whole', async () => {
    server.handlers['request.get'] = () => ({ request: requestView() })
    const run = await cli(['request', 'show', '7'], {
      terminal: { columns: 40 },
      variables: { NO_COLOR: '1' },
    })
    for (const line of run.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(40)
    expect(run.stdout).toContain(DIGEST)
  })

  it('survives a terminal of no width', () => {
    const style = styleFor({ isTTY: true, columns: 0 }, true)
    expect(renderLines([{ mark: 'done', text: 'a b' }], style)).toBe('✓ a b\n')
  })

  it('never lets text from outside move the cursor, in text and in JSON', async () => {
    const name = 'Ev\u001b[2Je\u202e\u009b'
    server.handlers['people.list'] = () => ({ people: [personView({ name })], more: false })
    const text = await cli(['users'])
    for (const bad of ['\u001b', '\u202e', '\u009b']) expect(text.stdout).not.toContain(bad)
    const json = await cli(['users', '--json'])
    for (const bad of ['\u001b', '\u202e', '\u009b']) expect(json.stdout).not.toContain(bad)
    expect(json.json()).toMatchObject({ people: [{ name }] })
  })

  it('keeps its meaning when unsafe characters of two code units are spelled out', () => {
    const value = { text: '\u{e0041}\u{1f989}\u007f' }
    const text = jsonDocument(value)
    expect(JSON.parse(text)).toEqual(value)
    expect(text).not.toContain('\u{e0041}')
  })

  it('that nobody reads any more ends the command quietly', async () => {
    server.handlers['people.list'] = () => ({ people: [personView()], more: false })
    const stdout = new PassThrough()
    stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    const run = await cli(['users'], { world: { stdout } })
    expect(run).toMatchObject({ status: 0, stderr: '' })
  })
})
