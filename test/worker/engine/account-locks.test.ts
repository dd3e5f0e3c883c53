import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockFailure } from '../../../src/provisioning/host/accounts/account-lock.ts'
import { failureText } from '../../../src/texts/failures.ts'
import { createWords } from '../../../src/texts/words.ts'
import type { Fixture } from '../../support/engine-fixture.ts'
import { rememberMachine } from '../../support/host/test-machine.ts'
import { realEngine } from '../../support/real-engine.ts'

const words = createWords('en')

const LOCKS = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}.lock`)
/** Long enough for a try or two, short enough to be waited for here. */
const PATIENCE = { lockPatienceMs: 250 }

let fixture: Fixture
let forget: () => void
let holder: ChildProcess
const accountFiles = () =>
  ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((file) => readFileSync(`/etc/${file}`))
const failureOf = ({ steps }: Awaited<ReturnType<Fixture['onboard']>>) =>
  steps.find(({ failure }) => failure !== null)?.failure

beforeEach(async () => {
  forget = rememberMachine()
  holder = spawn('sleep', ['60'], { stdio: 'ignore' })
})
afterEach(async () => {
  holder.kill('SIGKILL')
  await fixture.remove()
  for (const lock of LOCKS) rmSync(lock, { force: true })
  forget()
})

describe('the lock of the account database', () => {
  test.for(LOCKS)('%s of a process that is dead is survived', async (lock) => {
    holder.kill('SIGKILL')
    await new Promise((resolve) => holder.once('close', resolve))
    writeFileSync(lock, `${holder.pid}`)
    fixture = await realEngine({}, { limits: PATIENCE })
    expect(await fixture.onboard()).toMatchObject({ state: 'succeeded' })
    expect(existsSync(lock)).toBe(false)
  })

  test.for([
    ['a live process', (): string => `${holder.pid}`],
    ['nobody in particular', (): string => ''],
    ['who knows', (): string => 'garbage'],
  ] as const)('that %s holds for a while is waited for', async ([, content]) => {
    writeFileSync('/etc/passwd.lock', content())
    fixture = await realEngine({}, { limits: { lockPatienceMs: 10_000 } })
    setTimeout(() => rmSync('/etc/passwd.lock', { force: true }), 600)
    expect(await fixture.onboard()).toMatchObject({ state: 'succeeded' })
  })

  test.for(LOCKS)('%s that is held for long stops the run, which is undone', async (lock) => {
    const before = accountFiles()
    writeFileSync(lock, `${holder.pid}`)
    fixture = await realEngine({}, { limits: PATIENCE })
    const run = await fixture.onboard()
    expect(run.state).toBe('undone')
    const failure = failureOf(run)
    expect(failure).toMatchObject({
      code: 'account_locked_by_other',
      params: { path: lock, pid: holder.pid, program: 'sleep', held_by: 'process' },
    })
    expect(failureText(words, failure!)).toContain(`'sleep' (process ${holder.pid}) holds ${lock}`)
    // What somebody else holds is theirs to let go of.
    expect(readFileSync(lock, 'utf8')).toBe(`${holder.pid}`)
    expect(accountFiles()).toEqual(before)
    expect(existsSync('/home/alice')).toBe(false)
  })

  test.for([
    ['empty', ''],
    ['garbage', 'garbage'],
  ] as const)('whose file is %s is named with what to do, and stays', async ([heldBy, content]) => {
    writeFileSync('/etc/group.lock', content)
    fixture = await realEngine({}, { limits: PATIENCE })
    const run = await fixture.onboard()
    expect(run.state).toBe('undone')
    const failure = failureOf(run)
    expect(failure).toMatchObject({
      code: 'account_locked_by_other',
      params: { path: '/etc/group.lock', held_by: heldBy },
    })
    expect(failureText(words, failure!)).toContain('remove it')
    expect(readFileSync('/etc/group.lock', 'utf8')).toBe(content)
  })

  test('that is held when a run is undone is waited for there too', async () => {
    const before = accountFiles()
    fixture = await realEngine(
      { smoke: { agentCommand: ['false'], path: ['/usr/bin', '/bin'], via: null } },
      { limits: { lockPatienceMs: 10_000 } },
    )
    let heldMs = 0
    const { events } = fixture.engine
    events.subscribe(() => {
      const latest = events.after(events.latest() - 1, 1)[0]
      if (latest?.type !== 'run.undoing') return
      writeFileSync('/etc/passwd.lock', `${holder.pid}`)
      const from = performance.now()
      setTimeout(() => {
        rmSync('/etc/passwd.lock')
        heldMs = performance.now() - from
      }, 800)
    })
    const run = await fixture.onboard()
    expect(run.state).toBe('undone')
    expect(failureOf(run)?.code).toBe('agent_command_failed')
    expect(heldMs).toBeGreaterThan(700)
    expect(accountFiles()).toEqual(before)
    // What the tries before the last one did is told all the same, once.
    const notes = run.steps.find(({ kind }) => kind === 'account')?.notes.map(({ code }) => code) ?? []
    expect(notes).toContain('account.removed')
    expect(new Set(notes).size).toBe(notes.length)
  })

  test('that comes in the middle of a run and goes after it failed leaves nothing of the run', async () => {
    const before = accountFiles()
    fixture = await realEngine({}, { limits: PATIENCE })
    const { events } = fixture.engine
    events.subscribe(() => {
      const { type, data } = events.after(events.latest() - 1, 1)[0]!
      if (type === 'step.started' && data['kind'] === 'activation') {
        writeFileSync('/etc/shadow.lock', `${holder.pid}`)
      }
      if (type === 'run.undoing') setTimeout(() => rmSync('/etc/shadow.lock', { force: true }), 100)
    })
    const run = await fixture.onboard()
    expect(run.state).toBe('undone')
    expect(failureOf(run)?.code).toBe('account_locked_by_other')
    expect(accountFiles()).toEqual(before)
  })
})

describe('an administrator in vipw', () => {
  /** The real one, with an editor that does nothing for this long. */
  const vipw = (seconds: number): Promise<ChildProcess> => {
    writeFileSync('/run/slow-editor', `#!/bin/sh\n: >/run/editing\nsleep ${seconds}\n`, { mode: 0o755 })
    rmSync('/run/editing', { force: true })
    const child = spawn('/usr/sbin/vipw', [], {
      env: { PATH: '/usr/bin:/bin', VISUAL: '/run/slow-editor' },
      stdio: 'ignore',
      detached: true,
    })
    return new Promise((resolve) => {
      const look = () => (existsSync('/run/editing') ? resolve(child) : setTimeout(look, 10))
      look()
    })
  }

  test('is waited for', async () => {
    fixture = await realEngine({}, { limits: { lockPatienceMs: 10_000 } })
    const editing = await vipw(1.5)
    const closed = new Promise((resolve) => editing.once('close', resolve))
    const run = await fixture.onboard()
    expect(failureOf(run)).toBeUndefined()
    expect(run.state).toBe('succeeded')
    await closed
  })

  test('who does not come back is named, also by the lock that is no file', async () => {
    fixture = await realEngine()
    const editing = await vipw(30)
    rmSync('/etc/passwd.lock', { force: true })
    const failure = lockFailure('useradd: cannot lock /etc/passwd; try again later.\n')
    expect(failure).toMatchObject({
      code: 'account_locked_by_other',
      params: { path: '/etc/.pwd.lock', pid: editing.pid, program: 'vipw', held_by: 'process' },
    })
    // That file is not the lock: removing it would help nobody.
    expect(failureText(words, failure!)).not.toContain('remove')
    const closed = new Promise((resolve) => editing.once('close', resolve))
    process.kill(-editing.pid!, 'SIGKILL')
    await closed
    rmSync('/etc/passwd.edit', { force: true })
  })

  test('who is gone, or anything else that a tool says, is no lock of somebody', async () => {
    fixture = await realEngine()
    expect(lockFailure('useradd: cannot lock /etc/passwd; try again later.\n')?.params).toEqual({
      path: '/etc/.pwd.lock',
      held_by: 'unknown',
    })
    expect(lockFailure("useradd: user 'alice' already exists\n")).toBe(null)
  })
})
