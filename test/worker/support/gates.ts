import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RosterEntry } from '../../../src/domain/person.ts'
import type { Role } from '../../../src/domain/role.ts'
import { createPeerReader } from '../../../src/peer/peer-credentials.ts'
import type { OperationName } from '../../../src/protocol/operations.ts'
import type { EventView } from '../../../src/protocol/views.ts'
import type { Caller } from '../../../src/worker/caller.ts'
import { createAdminHistory } from '../../../src/worker/gate/admin-history.ts'
import type { GateDependencies } from '../../../src/worker/gate/http-server.ts'
import { openGates } from '../../../src/worker/gate/open-gates.ts'
import { createPasswd } from '../../../src/worker/gate/passwd.ts'
import { type CallerSources, resolveCaller } from '../../../src/worker/gate/resolve-caller.ts'
import { exposition } from '../../../src/worker/metrics/exposition.ts'
import { createTally, type Tally } from '../../../src/worker/metrics/tally.ts'

/** A real account of this sandbox. */
export interface TestAccount {
  user: string
  uid: number
  gid: number
}

export interface TestGates {
  folder: string
  run: string
  socket(listener: 'admin' | 'bot' | 'worker' | 'witness' | 'approver' | 'metrics'): string
  /** What reached the engine, in order: the proof that a refused request changed nothing. */
  executed: { operation: OperationName; caller: Caller; args: unknown; key: string | null }[]
  events: EventView[]
  /** Appends an event and tells the followers. */
  append(data: EventView['data'], subject?: number | null): void
  roster: RosterEntry[]
  logged: object[]
  tally: Tally
  close(): Promise<void>
}

const role = (name: string, permissions: string[]): Role => ({
  name,
  description: name,
  permissions,
  groups: [],
  shell: '/bin/bash',
  approval: { count: 1, self: true, step_up: 'none', expiresMs: 1 },
})
const OWN = ['requests.draft.own', 'requests.read.own', 'runs.read.own', 'events.follow.own']

/**
 * The real sockets with the kernel's and the host's own passwd, and behind them a recorder instead of an engine: what
 * these tests are about is what gets through.
 */
export async function startGates(
  bot: TestAccount,
  more: { witness?: TestAccount; approver?: TestAccount; metricsGid?: number } = {},
): Promise<TestGates> {
  const { witness = null, approver = null, metricsGid = null } = more
  const tally = createTally()
  const folder = mkdtempSync(join(tmpdir(), 'usher-gates-'))
  const run = join(folder, 'run')
  const executed: TestGates['executed'] = []
  const events: EventView[] = []
  const logged: object[] = []
  const followers = new Set<() => void>()
  const facts = new Map<string, string>()
  const roster: RosterEntry[] = []
  const sources: CallerSources = {
    mode: 'system',
    ownUid: process.getuid?.() ?? -1,
    botUser: bot.user,
    witnessUser: witness?.user ?? null,
    approverUser: approver?.user ?? null,
    roles: new Map([role('admin', ['*']), role('user', OWN), role('public', [])].map((r) => [r.name, r])),
    firstAdmins: [],
    isRevoked: () => false,
    passwd: createPasswd(),
    roster: async () => ({ ok: true, people: roster.map((entry) => ({ entry, exactId: true })) }),
    adminHistory: createAdminHistory(
      { get: (key) => facts.get(key) ?? null, set: (key, value) => void facts.set(key, value) },
      () => {},
    ),
  }
  const record = (details: object) => void logged.push(details)
  const dependencies: GateDependencies = {
    log: { debug: record, info: record, warn: record, error: record, fatal: record },
    readPeer: createPeerReader(),
    isAccount: (uid) => sources.passwd().namesOf(uid).length > 0,
    resolve: (claim) => resolveCaller(sources, claim),
    version: '0.0.0-test',
    tally,
    engine: {
      execute: async (caller, operation, args, key) => {
        executed.push({ operation, caller, args, key })
        return { ok: false, error: { code: 'not_found', message: 'recorded' } }
      },
      metrics: async () => exposition(tally.metrics()),
      events: {
        after: (cursor, limit) => events.filter(({ id }) => id > cursor).slice(0, limit),
        latest: () => events.length,
        subscribe: (follower) => {
          followers.add(follower)
          return () => followers.delete(follower)
        },
        visibleTo: (caller, event) =>
          caller.permissions.has('events.follow.all') ||
          event.subject_telegram_id === caller.person?.telegram_id,
      },
    },
  }
  const opened = await openGates(dependencies, {
    run,
    mode: 'system',
    ownUid: process.getuid?.() ?? -1,
    ownGid: process.getgid?.() ?? -1,
    ...{ bot, witness, approver, metricsGid },
  })
  if (!opened.ok) throw new Error(opened.message)
  return {
    folder,
    run,
    socket: (listener) => join(run, `${listener}.sock`),
    executed,
    events,
    append: (data, subject = null) => {
      const id = events.length + 1
      const hash = String(id).padStart(64, '0')
      events.push({
        ...{ id, at: 0, type: 'request.drafted', request_id: null, run_id: null, actor: 'operator', data },
        ...{ subject_telegram_id: subject, previous_hash: hash, hash },
      })
      for (const follower of followers) follower()
    },
    roster,
    logged,
    tally,
    close: async () => {
      await opened.gates.close(500)
      rmSync(folder, { recursive: true })
    },
  }
}
