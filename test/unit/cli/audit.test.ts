import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OperationArguments } from '../../../src/protocol/operations.ts'
import type { AuditFinding } from '../../../src/protocol/views.ts'
import { runInProcess } from '../../support/cli/run-cli.ts'
import { auditEntry, verified } from '../../support/cli/views.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

let server: ProtocolServer
beforeEach(async () => {
  server = await startProtocolServer('admin.sock')
})
afterEach(() => server.close())

const cli = (...argv: string[]) => runInProcess(argv, { folder: server.folder })
const HEAD = `40:${'12'.repeat(16)}`

describe('usher audit', () => {
  it('asks for what the flags say and tells how to read on', async () => {
    server.handlers['audit.list'] = () => ({ entries: [auditEntry()], more: true })
    const flags = ['--person', 'ada', '--request', '7', '--run', '3', '--type', 'run.queued', '--limit', '5']
    const run = await cli(
      'audit',
      ...flags,
      '--from',
      '2026-11-21T00:00Z',
      '--to',
      '2026-11-21 10:00Z',
      '--before',
      '9',
    )
    expect(run.stderr).toBe('')
    expect(server.seen.at(-1)?.body).toEqual({
      ...{ person: 'ada', request: 7, run: 3, type: 'run.queued', limit: 5, before: 9 },
      ...{ from: Date.UTC(2026, 10, 21), to: Date.UTC(2026, 10, 21, 10) },
    })
    expect(run.stdout).toMatch(
      /812 {2}2026-11-2\d \d\d:\d\d:06 [+-]\d{4} {2}Grace approved request 7 in chat/,
    )
    expect(run.stdout).toContain('--before 812')
  })

  it('takes a time as a day of this zone, and as how long ago', async () => {
    server.handlers['audit.list'] = () => ({ entries: [], more: false })
    const before = Date.now()
    await cli('audit', '--from', '24h', '--to', '2026-11-21')
    const asked = server.seen.at(-1)?.body as OperationArguments<'audit.list'>
    expect(asked.from).toBeGreaterThanOrEqual(before - 86_400_000)
    expect(asked.from).toBeLessThanOrEqual(Date.now() - 86_400_000)
    expect(asked.to).toBe(new Date(2026, 10, 21).getTime())
  })

  it.each([
    ['--from', 'yesterday'],
    ['--to', '2026-13-45'],
    ['--limit', '201'],
    ['--request', '0'],
  ])('refuses %s %s as a command that cannot be understood', async (...flags) => {
    const run = await cli('audit', ...flags)
    expect(run.status).toBe(2)
    expect(server.seen.filter(({ path }) => path === '/v1/audit.list')).toEqual([])
  })
})

describe('usher audit verify', () => {
  it('follows a long history piece by piece, and is status 0 with the head when it is intact', async () => {
    const next = { event: { id: 500, hash: 'ef'.repeat(32) }, request: 0 }
    server.handlers['audit.verify'] = ({ after }) => verified({ next: after === undefined ? next : null })
    const run = await cli('audit', 'verify', '--head', HEAD)
    expect(run.status).toBe(0)
    expect(run.stdout).toContain('the history is intact: 1800 events and 60 requests')
    expect(run.stdout).toContain(`900:${'cd'.repeat(16)}`)
    const asked = server.seen.filter(({ path }) => path === '/v1/audit.verify').map(({ body }) => body)
    const head = { id: 40, hash: '12'.repeat(16) }
    expect(asked).toEqual([{ head }, { head, after: next }])
  })

  it('is status 1 with what is wrong, in words and as JSON', async () => {
    const none = { event_id: null, request_id: null, run_id: null }
    const findings: AuditFinding[] = [
      { ...none, code: 'event_missing', event_id: 5, params: { first: 5, last: 7 } },
      { ...none, code: 'approval_untold', request_id: 2, params: { revision: 1, by: 'operator' } },
    ]
    server.handlers['audit.verify'] = () => verified({ intact: false, findings })
    const run = await cli('audit', 'verify')
    expect(run.status).toBe(1)
    expect(run.stderr).toContain('events 5 to 7 are missing')
    expect(run.stderr).toContain(
      'request 2 has an approval by the operator (uid 0) (revision 1) that no event',
    )
    const json = await cli('audit', 'verify', '--json')
    expect(json.status).toBe(1)
    expect(json.json()).toMatchObject({
      ok: false,
      error: { code: 'history_broken' },
      intact: false,
      findings,
    })
  })

  it('refuses a head that is none', async () => {
    expect((await cli('audit', 'verify', '--head', '40:xyz')).status).toBe(2)
  })
})
