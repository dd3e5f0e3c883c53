import type { RosterEntry } from '../../src/domain/person.ts'
import type { StepFailure, StepKind, StepParams, StepRecord } from '../../src/domain/step.ts'
import { type StepRegistry, stepRegistry } from '../../src/provisioning/registry.ts'
import { sameEntry } from '../../src/provisioning/roster/same-entry.ts'
import type { StepImplementation } from '../../src/provisioning/step-kind.ts'
import { addAccount, type FakeMachine } from './fake-host.ts'

/** What a test wants of a step beside its work. */
export interface StepScript {
  /** Called between the intent and the effect; a failure it returns is the step's. */
  apply?: (signal: AbortSignal) => Promise<StepFailure | undefined> | StepFailure | undefined
  verify?: () => StepFailure | undefined
  undo?: () => StepFailure | undefined
  deadlineMs?: number
}

/** Waits as the real one does: the record says so until the expiry is lifted. */
function waitingForStart(base: StepImplementation<'activation'>): StepImplementation<'activation'> {
  return {
    ...base,
    async apply(context, params, record) {
      const { awaitsStartOf } = params
      const waits = record === null ? awaitsStartOf !== undefined : record['waits'] === true
      if (!waits || awaitsStartOf === undefined) return base.apply(context, params, record)
      if (context.hasStarted?.(awaitsStartOf) !== true) {
        context.journal.commit({ waits: true })
        return { ok: true, notes: [{ code: 'activation.waits_for_start' }] }
      }
      const outcome = await base.apply(context, params, { made: true, waits: true })
      return outcome.ok ? { ok: true, notes: [{ code: 'activation.lifted' }] } : outcome
    },
    verify: async (context, params, record) =>
      record['waits'] === true && record['made'] !== true
        ? { ok: true, notes: [] }
        : base.verify(context, params, record),
    async undo(context, params, record) {
      if (record?.['waits'] === true && record['made'] !== true) return { state: 'undone', notes: [] }
      return base.undo(context, params, record)
    },
  }
}

/** One entry instead of another, and back. */
function exchange(machine: FakeMachine, before: RosterEntry, after: RosterEntry) {
  const put = (from: RosterEntry, to: RosterEntry) => {
    machine.roster = machine.roster.map((entry) => (sameEntry(entry, from) ? to : entry))
  }
  return {
    isDone: () => machine.roster.some((entry) => sameEntry(entry, after)),
    make: () => put(before, after),
    remove: () => put(after, before),
  }
}

/** Each begin of an apply or undo, in order: `account apply`, `roster undo`. */
export type StepLog = string[]

/**
 * Steps over a fake machine that keep the contract of `StepImplementation`: intent before effect, safe to repeat, undo only
 * what the record says. For tests of the engine, which must not depend on what real steps do.
 */
export function fakeSteps(
  machine: FakeMachine,
  log: StepLog,
  script: Partial<Record<StepKind, StepScript>> = {},
): StepRegistry {
  function step<K extends StepKind>(
    kind: K,
    work: (params: StepParams[K]) => { isDone: () => boolean; make: () => void; remove: () => void },
  ): StepImplementation<K> {
    const { apply, verify, undo, deadlineMs = 5000 } = script[kind] ?? {}
    return {
      kind,
      deadlineMs,
      // Looking is the real thing: a fake machine can be looked at.
      check: (host, params) => stepRegistry[kind].check(host, params),
      async apply({ journal, signal }, params, record) {
        log.push(`${kind} apply`)
        const { isDone, make } = work(params)
        const mine: StepRecord = record ?? { made: !isDone() }
        journal.commit(mine)
        const failure = await apply?.(signal)
        if (failure !== undefined) return { ok: false, failure, notes: [] }
        if (mine['made'] === true && !isDone()) make()
        journal.commit({ ...mine, done: true })
        return { ok: true, notes: [] }
      },
      async verify(_, params) {
        const failure: StepFailure | undefined =
          verify?.() ??
          (work(params).isDone() ? undefined : { code: 'internal', detail: `${kind} is not done` })
        return failure === undefined ? { ok: true, notes: [] } : { ok: false, failure, notes: [] }
      },
      async undo(_, params, record) {
        log.push(`${kind} undo`)
        const failure = undo?.()
        if (failure !== undefined) return { state: 'failed', failure, notes: [] }
        const { isDone, remove } = work(params)
        if (record?.['made'] !== true) return { state: 'kept', notes: [] }
        if (isDone()) remove()
        return { state: 'undone', notes: [] }
      },
    }
  }
  const always = { isDone: () => true, make: () => undefined, remove: () => undefined }

  return {
    account: step('account', ({ osUser, home }) => ({
      isDone: () => machine.accounts.has(osUser),
      make: () => {
        addAccount(machine, osUser)
        machine.expired.add(osUser)
      },
      remove: () => {
        machine.accounts.delete(osUser)
        machine.groups.delete(osUser)
        machine.expired.delete(osUser)
        machine.paths.delete(home)
      },
    })),
    groups: step('groups', ({ osUser, groups }) => ({
      isDone: () => groups.every((group) => machine.groups.get(group)?.members.includes(osUser)),
      make: () => {
        for (const group of groups) machine.groups.get(group)?.members.push(osUser)
      },
      remove: () => {
        for (const group of groups) {
          const found = machine.groups.get(group)
          if (found !== undefined) found.members = found.members.filter((member) => member !== osUser)
        }
      },
    })),
    'data-dirs': step('data-dirs', ({ osUser, directories }) => ({
      isDone: () => directories.every(({ path }) => machine.paths.has(path)),
      make: () => {
        const uid = machine.accounts.get(osUser)?.uid ?? -1
        for (const { path } of directories) {
          machine.paths.set(path, { kind: 'directory', uid, gid: uid, mode: 0o700 })
        }
      },
      remove: () => {
        for (const { path } of directories) machine.paths.delete(path)
      },
    })),
    'memory-seed': step('memory-seed', ({ osUser, path }) => ({
      isDone: () => machine.paths.has(path),
      make: () => {
        const uid = machine.accounts.get(osUser)?.uid ?? -1
        machine.paths.set(path, { kind: 'file', uid, gid: uid, mode: 0o600 })
      },
      remove: () => machine.paths.delete(path),
    })),
    'smoke-test': step('smoke-test', () => always),
    activation: waitingForStart(
      step('activation', ({ osUser }) => ({
        isDone: () => !machine.expired.has(osUser),
        make: () => machine.expired.delete(osUser),
        remove: () => machine.expired.add(osUser),
      })),
    ),
    roster: step('roster', ({ entry, replaces }) =>
      replaces !== undefined
        ? exchange(machine, replaces, entry)
        : {
            isDone: () => machine.roster.some(({ os_user }) => os_user === entry.os_user),
            make: () => machine.roster.push(entry),
            remove: () => {
              machine.roster = machine.roster.filter(({ os_user }) => os_user !== entry.os_user)
            },
          },
    ),
    service: step('service', ({ services }) => ({
      ...always,
      isDone: () => machine.restarts.length > 0,
      make: () => machine.restarts.push(...services.map(({ unit }) => unit)),
      remove: () => machine.restarts.push('settled'),
    })),
  }
}
