import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import type { Database } from '../../../src/store/database.ts'
import { admin, type Fixture, operator, osUser } from '../../support/engine-fixture.ts'
import { places } from '../../support/host/test-host.ts'
import { rememberMachine } from '../../support/host/test-machine.ts'
import { realEngine as startRealEngine } from '../../support/real-engine.ts'

let fixture: Fixture

async function realEngine(config: Partial<Config> = {}): Promise<void> {
  fixture = await startRealEngine(config)
}

/** The account files without the empty lines and backups that the tools themselves leave. */
const accountFiles = () =>
  ['passwd', 'shadow', 'group', 'subuid', 'subgid'].map((file) => readFileSync(`/etc/${file}`, 'utf8'))
const roster = () => readFileSync(places.rosterFile, 'utf8')

let forget: () => void
beforeEach(() => {
  forget = rememberMachine()
})
afterEach(async () => {
  await fixture.remove()
  forget()
})

describe('the engine with the real steps on a real host', () => {
  test('makes a person who can work, and takes all of it back by an undo request', async () => {
    const before = accountFiles()
    await realEngine()
    const rosterBefore = roster()
    const run = await fixture.onboard()
    expect(run.steps.filter(({ state }) => state !== 'applied')).toEqual([])
    expect(run.state).toBe('succeeded')
    const uid = Number(execFileSync('id', ['-u', 'alice'], { encoding: 'utf8' }))
    expect(statSync('/home/alice/work')).toMatchObject({ uid })
    expect(readFileSync(`${places.dataDir}/memory/42/MEMORY.md`, 'utf8')).toBe('# Memory\n')
    expect(roster()).toContain('os_user: alice')

    const { request } = await fixture.ok(operator, 'run.undo', { run_id: run.id })
    const { id, plan } = request
    await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
    const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
    const undo = await fixture.ended(approved.request.run_id ?? 0)
    expect(undo.steps.filter(({ failure }) => failure !== null)).toEqual([])
    expect(undo.state).toBe('succeeded')
    expect(accountFiles()).toEqual(before)
    expect(roster()).toBe(rosterBefore)
    expect(existsSync('/home/alice')).toBe(false)
    expect(existsSync(`${places.dataDir}/memory/42`)).toBe(false)
  })

  test('undoes everything when the agent command fails, and says why', async () => {
    const before = accountFiles()
    await realEngine({ smoke: { agentCommand: ['false'], path: ['/usr/bin', '/bin'], via: null } })
    const run = await fixture.onboard()
    expect(run.state).toBe('undone')
    expect(run.steps.find(({ kind }) => kind === 'smoke-test')?.failure?.code).toBe('agent_command_failed')
    expect(accountFiles()).toEqual(before)
    expect(existsSync('/home/alice')).toBe(false)
    expect(roster()).not.toContain('alice')
  })

  test('adopts an account that its owner claims, and leaves it as it was when it is undone', async () => {
    execFileSync('useradd', ['-m', '--uid', '4501', '-s', '/bin/bash', 'carol'])
    execFileSync('chmod', ['0700', '/home/carol'])
    const before = accountFiles()
    await realEngine({ smoke: { agentCommand: ['false'], path: ['/usr/bin', '/bin'], via: null } })
    const submitted = await fixture.submit(admin(7), { os_user: 'carol', account: 'adopt' })
    const { id, plan } = submitted
    await fixture.ok(admin(7), 'request.approve', { id, digest: plan.digest })
    const code = submitted.claim_code ?? ''
    await fixture.ok(osUser(4501, 'carol'), 'claim.accept', { code, digest: plan.digest })
    expect((await fixture.ended(1)).state).toBe('undone')
    expect(accountFiles()).toEqual(before)
    expect(statSync('/home/carol')).toMatchObject({ uid: 4501 })
    expect(existsSync('/home/carol/work')).toBe(false)
  })

  test('people who are onboarded at the same time do not send each other back', async () => {
    await realEngine()
    const people = [
      { telegram_id: 51, os_user: 'alice', name: 'Alice' },
      { telegram_id: 52, os_user: 'carol', name: 'Carol' },
    ]
    const requests = []
    for (const person of people) requests.push(await fixture.submit(operator, person))
    const runs = await Promise.all(
      requests.map(async ({ id, plan }) => {
        const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
        return fixture.ended(request.run_id ?? 0)
      }),
    )
    expect(
      runs.map(({ state, steps }) => [state, steps.find(({ failure }) => failure !== null)?.failure]),
    ).toEqual([
      ['succeeded', undefined],
      ['succeeded', undefined],
    ])
  })

  test.for(Array.from({ length: 26 }, (_, index) => index + 1))(
    'killed after write %s of a run, ends with a whole person all the same',
    { timeout: 60_000 },
    async (at) => {
      const before = accountFiles()
      await realEngine()
      const { id, plan } = await fixture.submit(operator)
      const death = Promise.withResolvers<void>()
      await fixture.restart({ wrap: (database) => dyingAt(database, at + 2, death.resolve) })
      const approve = () => fixture.call(operator, 'request.approve', { id, digest: plan.digest }, 'key')
      void approve().catch(() => undefined)
      await death.promise
      await fixture.restart()
      await approve()
      const run = await fixture.ended(1)
      expect(run.steps.filter(({ failure }) => failure !== null)).toEqual([])
      expect(run.state).toBe('succeeded')
      expect(roster().match(/os_user: alice/g)).toHaveLength(1)
      expect(readFileSync('/etc/passwd', 'utf8').split('\n').length).toBe(
        (before[0] ?? '').split('\n').length + 1,
      )
    },
  )
})

/** Every call fails from the n-th write on, after that write: what a killed process would have left. */
function dyingAt(database: Database, at: number, onDeath: () => void): Database {
  let writes = 0
  let inside = false
  const check = () => {
    if (writes < at) return
    onDeath()
    throw new Error('killed')
  }
  const counted = <T>(write: () => T): T => {
    check()
    const result = write()
    if (!inside) writes++
    check()
    return result
  }
  const read = <T>(look: () => T): T => {
    check()
    return look()
  }
  return {
    ...database,
    all: (query) => read(() => database.all(query)),
    first: (query) => read(() => database.first(query)),
    run: (query) => counted(() => database.run(query)),
    repeated: (query) => {
      const run = database.repeated(query)
      return (values) => counted(() => run(values))
    },
    transaction: (body) => {
      check()
      inside = true
      let result: ReturnType<typeof body>
      try {
        result = database.transaction(body)
      } finally {
        inside = false
      }
      writes++
      check()
      return result
    },
  }
}
