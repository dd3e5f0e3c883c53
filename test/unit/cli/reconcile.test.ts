import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FindingView, ReconciliationView } from '../../../src/protocol/views.ts'
import { type CliOptions, runInProcess } from '../../support/cli/run-cli.ts'
import { DIGEST, requestView, runView } from '../../support/cli/views.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

let server: ProtocolServer
beforeEach(async () => {
  server = await startProtocolServer('admin.sock')
})
afterEach(() => server.close())

const cli = (argv: string[], options: Partial<CliOptions> = {}) =>
  runInProcess(['reconcile', ...argv], { folder: server.folder, ...options })
const asked = () => server.seen.map(({ path }) => path).filter((path) => path.startsWith('/v1/re'))

const missing: FindingView = {
  telegram_id: 42,
  name: 'Ada Lovelace',
  os_user: 'ada',
  code: 'dir.missing',
  params: { path: '/srv/memory/42' },
  repairable: true,
}
const open: FindingView = {
  ...missing,
  code: 'dir.mode',
  params: { path: '/srv/history/42', mode: '0755', expected: '0700' },
  repairable: false,
  by_hand: 'chmod 0700 -- /srv/history/42',
}
const waiting: ReconciliationView['requests'][number] = {
  ...{ id: 7, revision: 1, digest: DIGEST, state: 'submitted', run_id: null },
  ...{ run_state: null, failure: null },
  missing: [{ kind: 'approvals', have: 0, need: 1 }],
  ...{ telegram_id: 42, os_user: 'ada', name: 'Ada Lovelace' },
}

function view(change: Partial<ReconciliationView> = {}): ReconciliationView {
  return {
    ...{ id: 3, begun_at: 0, ended_at: 20, smoke: false, outcome: 'differs', why: null, people: 5 },
    ...{ findings: [missing], skipped: [], requests: [waiting], digest: DIGEST, frozen: false },
    ...change,
  }
}
const clean = view({ outcome: 'clean', findings: [], requests: [], digest: null })
const begun: typeof waiting = { ...waiting, state: 'approved', missing: [], run_id: 3 }

function answer(
  found: ReconciliationView,
  approved: ReconciliationView = view({ requests: [begun], digest: null }),
) {
  server.handlers['reconcile.run'] = () => ({ reconciliation: found })
  server.handlers['reconcile.check'] = () => ({ reconciliation: { ...found, id: null } })
  server.handlers['reconcile.approve'] = () => ({ reconciliation: approved, refused: [] })
  server.handlers['reconcile.get'] = () => ({ reconciliation: approved })
  server.handlers['request.get'] = () => ({
    request: requestView({ kind: 'repair', state: 'approved', run_id: 3 }),
  })
  server.handlers['run.get'] = () => ({ run: runView({ kind: 'repair' }) })
}

describe('usher reconcile', () => {
  it('ends with 0 when nothing differs, and with 1 when something does', async () => {
    answer(clean)
    const nothing = await cli([])
    expect(nothing.status).toBe(0)
    expect(nothing.stdout).toContain('everything is as roster and roles say')
    answer(view({ findings: [missing, open] }))
    const something = await cli([])
    expect(something.status).toBe(1)
    expect(something.stderr.split('\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        'Ada Lovelace (ada)',
        '+ the folder /srv/memory/42 is missing',
        'by hand: chmod 0700 -- /srv/history/42',
        '+ Request 7: repair Ada Lovelace (ada): waits for a decision',
      ]),
    )
  })

  it('prints one document', async () => {
    answer(view())
    const { status, stdout } = await cli(['--json'])
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: 'findings' },
      reconciliation: { id: 3, findings: [missing], digest: DIGEST },
    })
  })

  it('asks for nothing in a dry run', async () => {
    answer(view())
    expect((await cli(['--dry-run'])).status).toBe(1)
    expect(asked()).toEqual(['/v1/reconcile.check'])
    for (const flags of [['--approve'], ['--wait']]) {
      expect((await cli(['--dry-run', ...flags])).status).toBe(2)
    }
  })

  it('ends with 2 when the roster cannot be used, and says why', async () => {
    answer(
      view({
        outcome: 'failed',
        why: 'line 3: bad \u001b[31mindentation',
        findings: [],
        requests: [],
        digest: null,
      }),
    )
    const { status, stderr } = await cli([])
    expect(status).toBe(2)
    expect(stderr).toContain('line 3: bad')
    expect(stderr).not.toContain('\u001b[31m')
  })

  it('approves exactly what it found, and only that', async () => {
    answer(view())
    expect((await cli(['--approve'])).status).toBe(0)
    expect(server.seen.find(({ path }) => path === '/v1/reconcile.approve')?.body).toEqual({
      id: 3,
      digest: DIGEST,
    })
    const other = await cli([`--approve=${'x'.repeat(22)}`])
    expect(other.status).toBe(4)
    expect(asked().filter((path) => path === '/v1/reconcile.approve')).toHaveLength(1)
  })

  it('ends with 1 when what it approved leaves something that no repair may touch', async () => {
    answer(
      view({ findings: [missing, open] }),
      view({ findings: [missing, open], requests: [begun], digest: null }),
    )
    expect((await cli(['--approve'])).status).toBe(1)
    const waited = await cli(['--approve', '--wait'])
    expect(waited.status).toBe(1)
    expect(waited.stderr).toContain('findings that no repair may touch: 1')
  })

  it('waits for every repair, and ends with 0 when all succeeded and 1 when one did not', async () => {
    answer(view())
    const { status, stdout } = await cli(['--approve', '--wait'])
    expect(status).toBe(0)
    expect(stdout).toContain('repair of Ada Lovelace (ada): succeeded')
    expect(stdout).toContain('everything that was found is repaired')
    server.handlers['run.get'] = () => ({ run: runView({ kind: 'repair', state: 'undone' }) })
    const failed = await cli(['--approve', '--wait'])
    expect(failed.status).toBe(1)
    expect(failed.stderr).toContain('cannot repair Ada Lovelace')
  })

  it('names what one of them refused and goes on with the others', async () => {
    answer(view())
    server.handlers['reconcile.approve'] = () => ({
      reconciliation: view({ requests: [begun, { ...waiting, id: 8 }] }),
      refused: [
        {
          request_id: 8,
          error: { code: 'not_permitted', message: 'cannot approve request 8: it is about you' },
        },
      ],
    })
    const { status, stderr } = await cli(['--approve'])
    expect(status).toBe(1)
    expect(stderr).toContain('request 8: cannot approve request 8: it is about you')
  })
})
