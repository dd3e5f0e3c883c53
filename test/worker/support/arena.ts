import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RosterEntry } from '../../../src/domain/person.ts'
import { createPeerReader } from '../../../src/peer/peer-credentials.ts'
import type { Listener } from '../../../src/worker/caller.ts'
import { createAdminHistory } from '../../../src/worker/gate/admin-history.ts'
import type { Limits } from '../../../src/worker/gate/budget.ts'
import { openGates } from '../../../src/worker/gate/open-gates.ts'
import { createPasswd } from '../../../src/worker/gate/passwd.ts'
import { type CallerSources, resolveCaller } from '../../../src/worker/gate/resolve-caller.ts'
import { createTally } from '../../../src/worker/metrics/tally.ts'
import { engineFixture, type Fixture, type FixtureOptions, testConfig } from '../../support/engine-fixture.ts'
import { insideSandbox } from '../../support/sandbox/sandbox.ts'

/** The account that speaks for Telegram users in an arena. */
export const ARENA_BOT = { user: 'arena-bot', uid: 4801, gid: 4801 }

export interface Arena {
  fixture: Fixture
  socket(listener: 'admin' | 'bot' | 'worker'): string
  /** Called right before each operation that got through the gate. */
  beforeOperation: { call: () => void }
  /** What was logged as an error: a mistake of Usher's own. */
  errors: object[]
  close(): Promise<void>
}

/** More than any test sends: what these tests are about is what comes after the budgets. */
const PLENTY: Limits = {
  connections: 4096,
  connectionsPerUid: 4096,
  streamsPerUid: 64,
  requestsPerSecond: 1_000_000,
}

/**
 * The engine on a machine in memory behind the three real sockets, with the kernel's word about who connects and a roster of
 * these people. Inside a sandbox, as root.
 */
export async function openArena(people: RosterEntry[], options: FixtureOptions = {}): Promise<Arena> {
  if (!insideSandbox()) throw new Error('an arena adds an account: inside a sandbox only')
  execFileSync('useradd', ['--uid', String(ARENA_BOT.uid), '--no-create-home', ARENA_BOT.user])
  const fixture = await engineFixture({
    ...options,
    config: { approval: { holdMs: 0, chatPerDay: 1e9 }, ...options.config },
    limits: { draftsPerDay: 1e9, ...options.limits },
  })
  fixture.machine.roster.push(...people)
  const folder = mkdtempSync(join(tmpdir(), 'usher-arena-'))
  chmodSync(folder, 0o755)
  const run = join(folder, 'run')
  const facts = new Map<string, string>()
  const sources: CallerSources = {
    mode: 'system',
    ownUid: 0,
    botUser: ARENA_BOT.user,
    witnessUser: null,
    approverUser: null,
    roles: testConfig(options.config).roles,
    firstAdmins: [],
    isRevoked: (telegramId) => fixture.store.factors.isRevoked(telegramId),
    passwd: createPasswd(),
    roster: async () => ({
      ok: true,
      people: fixture.machine.roster.map((entry) => ({ entry, exactId: true })),
    }),
    adminHistory: createAdminHistory(
      { get: (key) => facts.get(key) ?? null, set: (key, value) => void facts.set(key, value) },
      () => {},
    ),
  }
  const errors: object[] = []
  const ignore = () => {}
  const record = (details: object) => void errors.push(details)
  const beforeOperation = { call: ignore }
  const limits: Record<Listener, Limits> = {
    ...{ admin: PLENTY, bot: PLENTY, everybody: PLENTY },
    ...{ witness: PLENTY, approver: PLENTY, metrics: PLENTY },
  }
  const opened = await openGates(
    {
      log: { debug: ignore, info: ignore, warn: ignore, error: record, fatal: record },
      readPeer: createPeerReader(),
      isAccount: (uid) => sources.passwd().namesOf(uid).length > 0,
      resolve: (claim) => resolveCaller(sources, claim),
      version: '0.0.0-test',
      tally: createTally(),
      engine: {
        execute: (caller, operation, args, key) => {
          beforeOperation.call()
          return fixture.engine.execute(caller, operation, args, key)
        },
        metrics: () => fixture.engine.metrics(),
        events: {
          after: (cursor, limit) => fixture.engine.events.after(cursor, limit),
          latest: () => fixture.engine.events.latest(),
          subscribe: (listener) => fixture.engine.events.subscribe(listener),
          visibleTo: (caller, event) => fixture.engine.events.visibleTo(caller, event),
        },
      },
    },
    {
      ...{ run, mode: 'system', ownUid: 0, ownGid: 0, bot: ARENA_BOT, limits },
      ...{ witness: null, approver: null, metricsGid: null },
    },
  )
  if (!opened.ok) throw new Error(opened.message)
  return {
    fixture,
    socket: (listener) => join(run, `${listener}.sock`),
    beforeOperation,
    errors,
    close: async () => {
      await opened.gates.close(500)
      await fixture.remove()
      rmSync(folder, { recursive: true })
      execFileSync('userdel', [ARENA_BOT.user])
    },
  }
}
