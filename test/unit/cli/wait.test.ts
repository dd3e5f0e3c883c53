import { PassThrough } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventView, RequestView, RunView } from '../../../src/protocol/views.ts'
import { type CliOptions, runInProcess } from '../../support/cli/run-cli.ts'
import { DIGEST, requestView, runView } from '../../support/cli/views.ts'
import { type ProtocolServer, startProtocolServer } from '../../support/protocol-server/protocol-server.ts'

let server: ProtocolServer
let request: RequestView
let run: RunView
let events: number
beforeEach(async () => {
  server = await startProtocolServer('admin.sock')
  request = requestView({ state: 'approved', run_id: 3, missing: [] })
  run = runView({ state: 'running', finished_at: null, undoable: false })
  events = 0
  server.handlers.status = () => ({
    version: '1',
    mode: 'single-user',
    host: 'box',
    ready: true,
    details: null,
  })
  server.handlers['request.approve'] = () => ({ request })
  server.handlers['request.get'] = () => ({ request })
  server.handlers['run.get'] = () => ({ run })
})
afterEach(() => server.close())

const APPROVE = ['request', 'approve', '7', '--digest', DIGEST, '--wait']
const cli = (argv: string[], options: Partial<CliOptions> = {}) =>
  runInProcess(argv, { folder: server.folder, ...options })

/** The worker's world changes, and it says so. */
function happen(change: () => void): void {
  change()
  events += 1
  const event: EventView = {
    id: events,
    at: 0,
    type: 'step.finished',
    request_id: 7,
    run_id: 3,
    subject_telegram_id: 42,
    actor: 'worker',
    data: {},
    previous_hash: '0',
    hash: '1',
  }
  server.publish(event)
}

async function following(): Promise<void> {
  await expect.poll(() => server.openStreams(), { interval: 5 }).toBe(1)
}

const FAILED_STEP: RunView['steps'][number] = {
  index: 1,
  kind: 'smoke-test',
  state: 'failed',
  duration_ms: 20,
  notes: [],
  undo_failure: null,
  failure: { code: 'probe_failed', params: { why: 'it said \u001b[2Jno' }, detail: 'stderr \u202e here' },
}

const RETURNED: RequestView['returned'] = {
  kind: 'drift',
  run_id: 3,
  differences: [{ code: 'account_appeared', params: { os_user: 'ada', uid: '1007' } }],
}

describe('--wait', () => {
  it('says each step once as it ends, and ends with the receipt and status 0', async () => {
    run = { ...run, steps: [{ ...runView().steps[0]!, state: 'applying', duration_ms: null }] }
    const ended = cli(APPROVE)
    await following()
    happen(() => {
      run = { ...run, steps: [{ ...runView().steps[0]!, notes: [] }] }
    })
    await sleep(100)
    happen(() => {})
    await sleep(50)
    happen(() => {
      run = runView()
    })
    const { status, stdout } = await ended
    expect(status).toBe(0)
    expect(stdout.match(/Account: done \(13 ms\)/g)).toHaveLength(2)
    expect(stdout).toContain('created the account ada')
    expect(stdout).toContain("To undo: 'usher run undo 3'")
  })

  it('hears of the end at once, not at the next look', async () => {
    const ended = cli(APPROVE)
    await following()
    await sleep(50)
    const before = performance.now()
    happen(() => {
      run = runView()
    })
    await ended
    expect(performance.now() - before).toBeLessThan(500)
  })

  it('comes to the end also where events may not be followed', async () => {
    server.raw = null
    const ended = cli(APPROVE)
    await following()
    run = runView()
    expect((await ended).status).toBe(0)
  })

  it('prints one document at the end with --json', async () => {
    run = runView()
    const { status, json } = await cli([...APPROVE, '--json'])
    expect(status).toBe(0)
    expect(json()).toMatchObject({ ok: true, request: { id: 7 }, run: { id: 3, state: 'succeeded' } })
  })

  it.each([
    ['undone', 'run_undone'],
    ['failed', 'run_failed'],
    ['cancelled', 'run_cancelled'],
  ] as const)('ends with status 1 when the run is %s', async (state, code) => {
    run = runView({ state, undoable: false, steps: [FAILED_STEP] })
    const { status, json } = await cli([...APPROVE, '--json'])
    expect(status).toBe(1)
    expect(json()).toMatchObject({ ok: false, error: { code }, run: { state } })
  })

  it('says why a step failed, harmlessly for the terminal', async () => {
    run = runView({ state: 'undone', undoable: false, steps: [FAILED_STEP] })
    const { stderr, stdout } = await cli(APPROVE, { terminal: {} })
    expect(stderr).toContain('it said \\x1b[2Jno')
    expect(stderr).toContain('stderr \\u202e here')
    for (const bad of ['\u202e', '\u001b[2J']) expect(stdout + stderr).not.toContain(bad)
  })

  it.each([
    ['denied', 3],
    ['expired', 3],
    ['cancelled', 3],
  ] as const)('ends with the request %s as status %i', async (state, status) => {
    request = requestView({ state: 'submitted', submitted_at: 1 })
    const ended = cli([...APPROVE, '--json'])
    await following()
    happen(() => {
      request = { ...request, state, reason: 'because' }
    })
    const result = await ended
    expect(result.status).toBe(status)
    expect(result.json()).toMatchObject({
      ok: false,
      error: { code: state, message: expect.stringContaining('because') },
    })
  })

  it('ends with status 4 when the host changed and the request came back', async () => {
    const ended = cli([...APPROVE, '--json'])
    await following()
    happen(() => {
      request = requestView({ state: 'submitted', revision: 2, returned: RETURNED })
    })
    const result = await ended
    expect(result.status).toBe(4)
    expect(result.json()).toMatchObject({ error: { code: 'digest_differs' }, request: { revision: 2 } })
  })

  it('says in words what changed when the request came back', async () => {
    const ended = cli(APPROVE)
    await following()
    happen(() => {
      request = requestView({ state: 'submitted', revision: 2, returned: RETURNED })
    })
    expect((await ended).stderr).toContain('an account ada appeared (uid 1007)')
  })

  it('says what is still missing while it waits', async () => {
    request = requestView({ state: 'submitted', missing: [{ kind: 'approvals', have: 1, need: 2 }] })
    const ended = cli(APPROVE)
    await following()
    await sleep(50)
    happen(() => {
      request = requestView({ state: 'approved', run_id: 3, missing: [] })
      run = runView()
    })
    expect((await ended).stdout).toContain('needs 2 approvals, has 1')
  })

  it('outlives a worker that is restarted', async () => {
    const ended = cli(APPROVE)
    await following()
    server.raw = (incoming) => incoming.socket.destroy()
    server.cutStreams()
    await sleep(300)
    run = runView()
    server.raw = null
    expect((await ended).status).toBe(0)
  })

  it('stops waiting when nobody reads any more', async () => {
    const stdout = new PassThrough()
    const ended = cli(APPROVE, { world: { stdout } })
    await following()
    stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    expect((await ended).status).toBe(130)
  })

  it('stops at Ctrl-C with 130 and says that the request goes on', async () => {
    const stop = new AbortController()
    const ended = cli(APPROVE, { signal: stop.signal })
    await following()
    stop.abort()
    const { status, stderr } = await ended
    expect(status).toBe(130)
    expect(stderr).toContain('request 7 goes on without you')
    await expect.poll(() => server.openStreams()).toBe(0)
  })
})

describe('run resume --wait', () => {
  const RESUME = ['run', 'resume', '3', '--wait', '--json']

  it.each([
    ['undone', 0, undefined],
    ['succeeded', 0, undefined],
    ['failed', 1, 'run_failed'],
  ] as const)(
    'that ends %s has status %i: to whoever resumes an undo, undone is what they wanted',
    async (state, status, code) => {
      run = runView({ state: 'undoing', finished_at: null, undoable: false })
      server.handlers['run.resume'] = () => ({ run })
      const ended = cli(RESUME)
      await following()
      happen(() => {
        run = { ...run, state, finished_at: 50 }
      })
      const result = await ended
      expect(result.status).toBe(status)
      expect(result.json()).toMatchObject({
        run: { state },
        ...(code === undefined ? {} : { error: { code } }),
      })
    },
  )

  it('is refused for a run in another state with status 2, and abandon needs a reason', async () => {
    const error = { code: 'wrong_state', message: 'cannot resume run 3: it succeeded' } as const
    server.handlers['run.resume'] = () => ({ error })
    const refused = await cli(RESUME)
    expect(refused.status).toBe(2)
    expect(refused.json()).toMatchObject({ error })
    expect((await cli(['run', 'abandon', '3', '--json'])).status).toBe(2)
  })
})
