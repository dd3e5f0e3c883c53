import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Fixture, operator } from '../../support/engine-fixture.ts'
import { places } from '../../support/host/test-host.ts'
import { rememberMachine } from '../../support/host/test-machine.ts'
import { realEngine } from '../../support/real-engine.ts'
import { watchTools } from '../support/watched-tools.ts'

const run = promisify(execFile)
const FIVE = [0, 1, 2, 3, 4].map((n) => ({
  telegram_id: 50 + n,
  os_user: `newcomer${n}`,
  name: `Newcomer ${n}`,
}))

let fixture: Fixture
let forget: () => void
const passwd = () =>
  readFileSync('/etc/passwd', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid]) => ({ name, uid: Number(uid) }))
const uidOf = (name: string) => passwd().find((entry) => entry.name === name)?.uid ?? -1

/** Submits all, then approves all at once. */
async function onboardAll(people: typeof FIVE) {
  const requests = []
  for (const person of people) requests.push(await fixture.submit(operator, person))
  return Promise.all(
    requests.map(async ({ id, plan }) => {
      const { request } = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
      return fixture.ended(request.run_id ?? 0)
    }),
  )
}

async function undo(runId: number) {
  const { request } = await fixture.ok(operator, 'run.undo', { run_id: runId })
  const { id, plan } = request
  await fixture.ok(operator, 'request.submit', { id, digest: plan.digest })
  const approved = await fixture.ok(operator, 'request.approve', { id, digest: plan.digest })
  return fixture.ended(approved.request.run_id ?? 0)
}

beforeEach(() => {
  forget = rememberMachine()
})
afterEach(async () => {
  await fixture.remove()
  forget()
})

describe('an administrator who adds accounts at the same moment', () => {
  test('disturbs nobody: twenty of theirs and five of ours come to be, each with a uid of its own', async () => {
    fixture = await realEngine()
    const foreign = Array.from({ length: 20 }, (_, n) => `theirs${n}`)
    const [runs, added] = await Promise.all([
      onboardAll(FIVE),
      Promise.allSettled(foreign.map((name) => run('/usr/sbin/useradd', ['--create-home', name]))),
    ])
    const failures = runs.flatMap(({ steps }) => steps.flatMap(({ failure }) => failure ?? []))
    expect(failures).toEqual([])
    expect(runs.map(({ state }) => state)).toEqual(FIVE.map(() => 'succeeded'))
    const refused = added.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
    // On a machine that is slow enough their tools' own patience of 15 s for each other's lock may end.
    for (const why of refused) expect(why).toContain('cannot lock')
    const names = passwd().map(({ name }) => name)
    expect(FIVE.every(({ os_user }) => names.includes(os_user))).toBe(true)
    expect(foreign.filter((name) => names.includes(name))).toHaveLength(20 - refused.length)
    const uids = passwd().map(({ uid }) => uid)
    const ours = FIVE.map(({ os_user }) => uidOf(os_user))
    for (const uid of ours) expect(uids.filter((other) => other === uid)).toEqual([uid])
  })
})

describe('runs of different people', () => {
  test('overlap, while no two account tools run at the same time', async () => {
    const tools = watchTools()
    try {
      fixture = await realEngine({
        smoke: { agentCommand: ['sleep', '0.3'], path: ['/usr/bin', '/bin'], via: null },
      })
      const spans = new Map<number, { began: number; ended: number }>()
      const { events } = fixture.engine
      let cursor = events.latest()
      events.subscribe(() => {
        for (const { id, type, run_id: runId } of events.after(cursor, 100)) {
          cursor = id
          if (runId === null || !type.startsWith('run.')) continue
          if (type === 'run.started') spans.set(runId, { began: performance.now(), ended: 0 })
          const span = spans.get(runId)
          if (span !== undefined) span.ended = performance.now()
        }
      })
      const runs = await onboardAll(FIVE)
      expect(runs.map(({ state }) => state)).toEqual(FIVE.map(() => 'succeeded'))

      const all = [...spans.values()]
      const overlapping = all.map(
        (one) => all.filter((other) => other.began < one.ended && one.began < other.ended).length,
      )
      expect(all).toHaveLength(5)
      expect(Math.max(...overlapping)).toBeGreaterThanOrEqual(4)

      const calls = tools.calls().sort((a, b) => (a.began < b.began ? -1 : 1))
      expect(calls.filter(({ tool }) => tool === 'useradd')).toHaveLength(5)
      for (const [index, call] of calls.entries()) {
        const next = calls[index + 1]
        if (next !== undefined) expect(next.began > call.ended).toBe(true)
      }
    } finally {
      tools.restore()
    }
  })
})

describe('a uid', () => {
  test('that was given once is not given again: not after an undo, not after a restart', async () => {
    fixture = await realEngine()
    const given: number[] = []
    for (const [index, person] of FIVE.entries()) {
      const [made] = await onboardAll([person])
      given.push(uidOf(person.os_user))
      expect(made?.state).toBe('succeeded')
      expect((await undo(made!.id)).state).toBe('succeeded')
      expect(uidOf(person.os_user)).toBe(-1)
      if (index % 2 === 0) await fixture.restart()
    }
    expect(given.every((uid) => uid > 0)).toBe(true)
    expect(given).toEqual([...new Set(given)].toSorted((a, b) => a - b))
  })
})

describe('the roster', () => {
  test.for(['42', '"42"', "'042'", '0042'])(
    'that has a Telegram id as %s has that person',
    async (spelling) => {
      fixture = await realEngine()
      const entry = `- telegram_id: ${spelling}\n  name: Al\n  os_user: al\n  role: user\n`
      writeFileSync(places.rosterFile, `users:\n${entry}`)
      const answers = {
        telegram_id: 42,
        name: 'Alice',
        os_user: 'alice',
        role: 'user',
        account: 'create',
      } as const
      const result = await fixture.call(operator, 'request.draft', { answers })
      const codes = result.ok ? [] : result.error.violations?.map(({ code }) => code)
      expect(codes).toEqual(['telegram_id_on_roster'])
    },
  )
})
