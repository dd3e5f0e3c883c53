import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ApiError, ERROR_CODES, type ErrorCode } from '../../../src/protocol/errors.ts'
import type { EditView } from '../../../src/protocol/views.ts'
import { type CliOptions, runInProcess } from '../../support/cli/run-cli.ts'
import { auditEntry, DIGEST, personView, requestView, runView, verified } from '../../support/cli/views.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

let server: ProtocolServer
beforeEach(async () => {
  server = await startProtocolServer('admin.sock')
})
afterEach(() => server.close())

const cli = (argv: string[], options: Partial<CliOptions> = {}) =>
  runInProcess(argv, { folder: server.folder, ...options })
const asked = (operation: string) =>
  server.seen.filter(({ path }) => path === `/v1/${operation}`).map(({ body }) => body)

const ADDUSER = [
  'adduser',
  '--telegram-id',
  '42',
  '--name',
  'Ada Lovelace',
  '--os-user',
  'ada',
  '--role',
  'user',
]

function queue(): void {
  server.handlers['request.draft'] = () => ({ request: requestView() })
  server.handlers['request.submit'] = () => ({
    request: requestView({ state: 'submitted' }),
    claim_code: null,
  })
  server.handlers['request.approve'] = () => ({
    request: requestView({ state: 'approved', run_id: 3, missing: [] }),
  })
  server.handlers['request.confirm'] = server.handlers['request.approve']
}

describe('every verb prints exactly one JSON document', () => {
  const VERBS: [argv: string[], members: string[]][] = [
    [['whoami'], ['actor', 'admin', 'permissions', 'person', 'role']],
    [['status'], ['details', 'host', 'mode', 'ready', 'version']],
    [['users'], ['people']],
    [['user', 'show', 'ada'], ['person']],
    [['requests'], ['more', 'requests']],
    [['request', 'show', '7'], ['request']],
    [
      ['request', 'approve', '7', '--digest', DIGEST],
      ['request', 'run_id'],
    ],
    [
      ['request', 'confirm', '7', '--digest', DIGEST, '--reason', 'gone'],
      ['request', 'run_id'],
    ],
    [
      ['confirm', '7', '--digest', DIGEST],
      ['request', 'run_id'],
    ],
    [['request', 'deny', '7', '--reason', 'no'], ['request']],
    [['request', 'cancel', '7'], ['request']],
    [['run', 'show', '3'], ['run']],
    [
      ['run', 'undo', '3'],
      ['request', 'run_id'],
    ],
    [
      ['run', 'retry', '3'],
      ['request', 'run_id'],
    ],
    [
      ['run', 'retry', '3', `--approve=${DIGEST}`],
      ['request', 'run_id'],
    ],
    [['run', 'keep', '3'], ['run']],
    [['run', 'resume', '3'], ['run']],
    [['run', 'abandon', '3', '--reason', 'so be it'], ['run']],
    [
      ['claim', 'ABCDE', '--digest', DIGEST],
      ['person', 'request_id'],
    ],
    [ADDUSER, ['claim_code', 'request', 'run_id']],
    [
      ['edituser', 'ada', '--model', 'big', '--unset', 'github'],
      ['claim_code', 'request', 'run_id'],
    ],
    [
      ['edituser', 'ada', '--role', 'lead', '--dry-run'],
      ['dry_run', 'request'],
    ],
    [
      ['user', 'retest', 'ada', '--approve'],
      ['request', 'run_id'],
    ],
    [
      ['audit', '--person', 'ada', '--from', '7d'],
      ['entries', 'more'],
    ],
    [
      ['audit', 'verify'],
      ['checked', 'findings', 'head', 'intact'],
    ],
    [
      [...ADDUSER, '--dry-run'],
      ['dry_run', 'request'],
    ],
    [
      [...ADDUSER, '--approve'],
      ['claim_code', 'request', 'run_id'],
    ],
  ]

  it.each(VERBS)('%j', async (argv, members) => {
    const everybody = await startProtocolServer('worker.sock')
    try {
      queue()
      server.handlers.whoami = () => ({
        actor: { key: 'operator', name: null },
        person: null,
        role: 'operator',
        permissions: [],
        admin: true,
      })
      server.handlers.status = () => ({
        version: '1',
        mode: 'single-user',
        host: 'box',
        ready: true,
        details: null,
      })
      server.handlers['people.list'] = () => ({ people: [personView()], more: false })
      server.handlers['people.get'] = () => ({ person: personView() })
      server.handlers['request.list'] = () => ({ requests: [requestView()], more: false })
      server.handlers['request.get'] = () => ({ request: requestView() })
      server.handlers['request.deny'] = () => ({ request: requestView({ state: 'denied' }) })
      server.handlers['request.cancel'] = () => ({ request: requestView({ state: 'cancelled' }) })
      server.handlers['run.get'] = () => ({ run: runView() })
      server.handlers['run.retry'] = () => ({ request: requestView({ state: 'submitted', revision: 2 }) })
      for (const choice of ['keep', 'resume', 'abandon'] as const) {
        server.handlers[`run.${choice}`] = () => ({ run: runView() })
      }
      server.handlers['run.undo'] = () => ({ request: requestView({ kind: 'undo', undo_of: 3 }) })
      server.handlers['person.edit'] = () => ({ request: requestView({ kind: 'edit', edit: editOfAda }) })
      server.handlers['person.retest'] = () => ({ request: requestView({ kind: 'retest' }) })
      server.handlers['audit.list'] = () => ({ entries: [auditEntry()], more: false })
      server.handlers['audit.verify'] = () => verified()
      everybody.handlers['claim.show'] = () => ({
        request_id: 7,
        person: 'Ada',
        role: 'user',
        plan: requestView().plan,
      })
      everybody.handlers['claim.accept'] = () => ({ request_id: 7, person: 'Ada' })
      const folder = argv[0] === 'claim' ? everybody.folder : server.folder
      const run = await cli([...argv, '--json'], { folder })
      expect(run.stderr).toBe('')
      expect(run.status).toBe(0)
      const { ok, ...others } = run.json()
      expect(ok).toBe(true)
      expect(Object.keys(others).sort()).toEqual(members)
      const text = await cli(argv, { folder })
      expect(text.status).toBe(0)
      expect(text.stdout.trim()).not.toBe('')
    } finally {
      await everybody.close()
    }
  })
})

const entry = { telegram_id: 42, name: 'Ada Lovelace', os_user: 'ada' }
const editOfAda: EditView = {
  before: { ...entry, role: 'user' },
  after: { ...entry, role: 'lead' },
  changed: ['role'],
  proof: null,
  policy: { count: 2, self: false, step_up: 'none', expires_ms: 3_600_000 },
  identity: true,
}

describe('edituser', () => {
  it('sends what was given and nothing else, and shows what changes and by which rule', async () => {
    server.handlers['person.edit'] = () => ({ request: requestView({ kind: 'edit', edit: editOfAda }) })
    const flags = [
      '--role',
      'lead',
      '--max-budget',
      '5',
      '--pr-review',
      'no',
      '--unset',
      'github,agent-backend',
    ]
    const run = await cli(['edituser', 'ada', ...flags, '--dry-run'], { folder: server.folder })
    expect(asked('person.edit')).toEqual([
      {
        name: 'ada',
        changes: { role: 'lead', max_budget: 5, pr_review: false, github: null, agent_backend: null },
      },
    ])
    expect(run.stdout).toContain('Role: user → lead')
    expect(run.stdout).toContain('Decided by the stricter rule of the roles user and lead: 2 approvals')
    expect(run.stdout).toContain('a bot alone never decides that')
  })

  it('refuses to unset what everybody has, before anything is asked', async () => {
    const run = await cli(['edituser', 'ada', '--unset', 'role', '--json'], { folder: server.folder })
    expect(run.status).toBe(2)
    expect(asked('person.edit')).toEqual([])
  })
})

describe('exit statuses', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('the error %s of the worker has its own', async (code) => {
    server.handlers['request.cancel'] = () => ({ error: { code, message: 'cannot' } })
    const run = await cli(['request', 'cancel', '7', '--json'])
    expect(run.status).toBe(ERROR_CODES[code].exit)
    expect(run.json()).toMatchObject({ ok: false, error: { code, violations: [] } })
  })

  it('2 with every violation and its words when the answers are not valid', async () => {
    server.handlers['request.draft'] = (): { error: ApiError } => ({
      error: {
        code: 'invalid',
        message: 'x',
        violations: [
          { field: 'telegram_id', code: 'telegram_id_on_roster', params: { value: 42, os_user: 'ada' } },
          { field: 'os_user', code: 'os_user_syntax', params: { value: '-rf' } },
        ],
      },
    })
    const run = await cli([...ADDUSER, '--json'])
    expect(run.status).toBe(2)
    expect(run.json()).toMatchObject({
      ok: false,
      error: {
        code: 'invalid',
        violations: [
          {
            field: 'telegram_id',
            code: 'telegram_id_on_roster',
            params: { value: 42 },
            message: expect.stringContaining('on the roster'),
          },
          { field: 'os_user', code: 'os_user_syntax', message: expect.stringContaining("'-rf'") },
        ],
      },
    })
    const text = await cli(ADDUSER)
    expect(text.stdout).toBe('')
    expect(text.stderr.match(/cannot/g)).toHaveLength(3)
  })

  const USAGE: string[][] = [
    ['nosuch'],
    ['request', 'show', 'abc'],
    ['request', 'show', '-1'],
    ['request', 'show', '0x10'],
    ['request', 'show', '1e3'],
    ['request', 'show'],
    ['request', 'show', '1', '2'],
    ['request', 'approve', '7', '--digest', 'short'],
    ['users', '--nosuch'],
    ['adduser', '--approve=short'],
    ['adduser', '--create-account', '--adopt'],
    ['adduser', '--dry-run', '--wait'],
    ['adduser', '--dry-run', '--approve'],
    ['request'],
    ['bot'],
  ]
  it.each(USAGE)('2 for %j', async (...argv) => {
    const run = await cli([...argv, '--json'])
    expect(run.status).toBe(2)
    expect(run.json()).toMatchObject({
      ok: false,
      error: { code: 'bad_request', message: expect.stringMatching(/^cannot/) },
    })
    expect(server.seen.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it('2 with every problem when the config cannot be used', async () => {
    const file = `${server.folder}/bad.yaml`
    writeFileSync(file, 'bto: {}\nuids: { min: 5, max: 4 }\n', { mode: 0o644 })
    const run = await cli(['users', '--json', '--config', file])
    expect(run.status).toBe(2)
    const { error } = run.json() as { error: { code: string; violations: { field: string }[] } }
    expect(error.code).toBe('invalid')
    expect(error.violations.map(({ field }) => field).sort()).toEqual(['bto', 'uids'])
  })

  it('5 when there is no worker, with the socket and what to do', async () => {
    const { folder } = server
    await server.close()
    server = await startProtocolServer('elsewhere.sock')
    mkdirSync(folder)
    const run = await cli(['users', '--json'], { folder })
    rmSync(folder, { recursive: true })
    expect(run.status).toBe(5)
    expect(run.json()).toMatchObject({
      error: { code: 'unreachable', message: expect.stringContaining(`${folder}/admin.sock`) },
    })
  })

  it('5 when the worker speaks another version', async () => {
    server.protocol = 99
    expect((await cli(['users'])).status).toBe(5)
  })
})

describe('adduser with flags', () => {
  it('sends every answer with its type', async () => {
    queue()
    await cli([
      ...['adduser', '--telegram-id', '42', '--name', 'Ada', '--os-user', 'ada', '--role', 'user', '--adopt'],
      ...[
        '--reason',
        'asked for',
        '--github',
        'ada',
        '--workspace-base',
        '{home}/w',
        '--model',
        'm',
        '--agent-backend',
        'b',
      ],
      ...[
        '--max-budget',
        '12.5',
        '--github-repos',
        'a/b,c/d',
        '--github-repos',
        'e/f',
        '--github-notify-chat-id',
        '-100',
      ],
      ...['--pr-review', 'yes', '--issue-triage', 'no'],
    ])
    expect(asked('request.draft')).toEqual([
      {
        answers: {
          telegram_id: 42,
          name: 'Ada',
          os_user: 'ada',
          role: 'user',
          account: 'adopt',
          proof: 'typed',
          reason: 'asked for',
          github: 'ada',
          workspace_base: '{home}/w',
          model: 'm',
          agent_backend: 'b',
          max_budget: 12.5,
          github_repos: ['a/b', 'c/d', 'e/f'],
          github_notify_chat_id: -100,
          pr_review: true,
          issue_triage: false,
        },
      },
    ])
  })

  it('leaves what is wrong or missing to the worker, which names all of it', async () => {
    await cli(['adduser', '--telegram-id', '1e3', '--max-budget', 'lots', '--pr-review', 'maybe'])
    expect(asked('request.draft')).toMatchObject([
      {
        answers: {
          telegram_id: '1e3',
          name: null,
          os_user: null,
          role: null,
          max_budget: 'lots',
          pr_review: 'maybe',
        },
      },
    ])
  })

  it('a dry run drafts and does nothing else', async () => {
    queue()
    const run = await cli([...ADDUSER, '--dry-run'])
    expect(run.stdout).toContain(`Digest: ${DIGEST}`)
    expect(asked('request.submit')).toEqual([])
  })

  it('submits exactly the plan that was drafted, and does not approve by itself', async () => {
    queue()
    await cli(ADDUSER)
    expect(asked('request.submit')).toEqual([{ id: 7, digest: DIGEST }])
    expect(asked('request.approve')).toEqual([])
  })

  it('--approve=DIGEST approves that plan', async () => {
    queue()
    const run = await cli([...ADDUSER, `--approve=${DIGEST}`])
    expect(run.status).toBe(0)
    expect(asked('request.approve')).toEqual([{ id: 7, digest: DIGEST }])
  })

  it('--approve=DIGEST of another plan is status 4 and submits nothing', async () => {
    queue()
    const run = await cli([...ADDUSER, `--approve=${'x'.repeat(22)}`, '--json'])
    expect(run.status).toBe(4)
    expect(run.json()).toMatchObject({
      error: { code: 'digest_differs' },
      request: { plan: { digest: DIGEST } },
    })
    expect(asked('request.submit')).toEqual([])
  })

  it('says that the request waits when it was submitted but may not be approved', async () => {
    queue()
    server.handlers['request.approve'] = () => ({
      error: { code: 'not_permitted', message: 'cannot approve: not yours' },
    })
    const run = await cli([...ADDUSER, '--approve'])
    expect(run.status).toBe(3)
    expect(run.stderr).toContain('request 7 is submitted and waits')
  })

  it('shows the claim code once when an account is adopted', async () => {
    queue()
    server.handlers['request.submit'] = () => ({
      request: requestView({ state: 'submitted', missing: [{ kind: 'consent' }] }),
      claim_code: 'AAAAA-BBBBB',
    })
    expect((await cli(ADDUSER)).stdout).toContain('usher claim AAAAA-BBBBB')
  })
})

describe('requests', () => {
  it('leaves out drafts, which nobody is asked to decide, unless all are wanted', async () => {
    const requests = [requestView({ id: 9 }), requestView({ id: 8, state: 'submitted' })]
    server.handlers['request.list'] = () => ({ requests, more: true })
    const waiting = await cli(['requests'])
    expect(waiting.stdout).toMatch(
      /^Request 8: .*waits for a decision\nolder ones: 'usher requests --before 8'\n$/,
    )
    expect((await cli(['requests', '--all'])).stdout).toContain('Request 9')
    expect(asked('request.list')).toMatchObject([{ open: true }, { open: false }])
  })
})

describe('deciding without a terminal', () => {
  it.each([[['request', 'approve', '7']], [['confirm', '7']]])('%j needs the digest', async (argv) => {
    server.handlers['request.get'] = () => ({ request: requestView() })
    const run = await cli([...argv, '--json'])
    expect(run.status).toBe(2)
    expect(run.json()).toMatchObject({ error: { message: expect.stringContaining('--digest') } })
  })

  it.each([[['request', 'approve', '7']], [['confirm', '7']]])(
    '%j of a request that is decided says so before it asks anything',
    async (argv) => {
      server.handlers['request.get'] = () => ({ request: requestView({ state: 'approved' }) })
      const run = await cli(argv)
      expect(run.status).toBe(ERROR_CODES.already_decided.exit)
      expect(run.stderr).toContain('approved already')
      expect(run.stderr).not.toContain('--digest')
    },
  )

  it('what is forbidden comes with what people at a terminal forget: root', async () => {
    server.handlers['people.list'] = () => ({ error: { code: 'not_permitted', message: 'cannot do this' } })
    expect((await cli(['users'])).stderr).toContain('sudo')
  })

  it('a claim shows the digest that would be agreed to', async () => {
    const everybody = await startProtocolServer('worker.sock')
    try {
      everybody.handlers['claim.show'] = () => ({
        request_id: 7,
        person: 'Ada',
        role: 'user',
        plan: requestView().plan,
      })
      const run = await cli(['claim', 'CODE'], { folder: everybody.folder })
      expect(run.status).toBe(2)
      expect(run.stderr).toContain(DIGEST)
      expect(everybody.seen.some(({ path }) => path === '/v1/claim.accept')).toBe(false)
    } finally {
      await everybody.close()
    }
  })
})

describe('help', () => {
  it('lists every verb, also those that are other programs', async () => {
    const run = await cli(['--help'])
    expect(run.status).toBe(0)
    for (const verb of [
      'adduser',
      'requests',
      'request',
      'confirm',
      'claim',
      'run',
      'users',
      'user',
      'whoami',
      'status',
      'init',
      'doctor',
      'worker',
      'bot',
    ]) {
      expect(run.stdout).toMatch(new RegExp(`^  ${verb}\\b`, 'm'))
    }
    expect(run.stdout).toContain('--json')
  })

  it('stands in for a missing verb, with status 2', async () => {
    const run = await cli([])
    expect(run.status).toBe(2)
    expect(run.stderr).toContain('Usage: usher')
  })

  it('suggests what was meant', async () => {
    expect((await cli(['reqests'])).stderr).toContain('Did you mean')
  })
})
