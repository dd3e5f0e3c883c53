import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DomainEvent } from '../../src/domain/event.ts'
import { brokenLink, GENESIS_HASH } from '../../src/domain/event-hash.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { PlanStep } from '../../src/domain/step.ts'
import type { NewRequest } from '../../src/store/queries/requests.ts'
import type { Store } from '../../src/store/store.ts'
import { dialects, type TestDatabase } from './dialects.ts'

const plan: Plan = {
  format: 1,
  steps: [],
  digest: 'd'.repeat(43),
  demands: { terminal: false, consent: false },
}
const steps: PlanStep[] = [
  { kind: 'groups', params: { osUser: 'alice', groups: ['kai'] }, effect: 'change', notes: [] },
  { kind: 'activation', params: { osUser: 'alice' }, effect: 'change', notes: [] },
]

function newRequest(change: Partial<NewRequest> = {}): NewRequest {
  return {
    host: 'h',
    subject: { kind: 'undo', runId: 1 },
    subjectHash: 'hash',
    subjectTelegramId: 42,
    requester: { kind: 'operator', uid: 0 },
    requesterKey: 'operator',
    requesterPersonKey: 'operator',
    createdAt: 1000,
    expiresAt: 2000,
    ...change,
  }
}

function addRequest(store: Store, change: Partial<NewRequest> = {}): number {
  return store.transaction(() => {
    const id = store.requests.insert(newRequest(change))
    store.requests.setPlan(id, 1, plan, '{}', change.expiresAt ?? 2000)
    return id
  })
}

function addRun(store: Store, requestId: number): number {
  return store.transaction(() =>
    store.runs.insert({
      requestId,
      revision: 1,
      kind: 'onboard',
      undoOf: null,
      digest: plan.digest,
      marker: 'm',
      osUser: 'alice',
      telegramId: 42,
      queuedAt: 1,
      steps,
    }),
  )
}

/** Until when an earlier approval is replaced. */
const good = (at: number) => ({ at, chatAt: null })
const event = (type: DomainEvent['type'], at: number) => ({
  at,
  type,
  requestId: null,
  runId: null,
  subjectTelegramId: null,
  actor: 'worker',
  data: { b: 1, a: 'ä' },
})

for (const dialect of dialects) {
  describe(`the store on ${dialect.name}`, () => {
    let database: TestDatabase
    let store: Store
    beforeEach(() => {
      database = dialect.create()
      store = database.open()
    })
    afterEach(() => database.remove())

    const reopen = () => {
      store.close()
      store = database.open()
    }

    describe('a transaction', () => {
      test('that throws leaves nothing behind', () => {
        expect(() =>
          store.transaction(() => {
            store.meta.set('a', '1')
            throw new Error('stop')
          }),
        ).toThrow('stop')
        expect(store.meta.get('a')).toBeNull()
      })

      test('inside a transaction is a bug, and rolls the outer one back', () => {
        expect(() =>
          store.transaction(() => {
            store.meta.set('a', '1')
            store.transaction(() => undefined)
          }),
        ).toThrow('inside a transaction')
        expect(store.meta.get('a')).toBeNull()
      })

      test('with an asynchronous body is a bug, and nothing is committed', () => {
        expect(() =>
          store.transaction(async () => {
            store.meta.set('a', '1')
          }),
        ).toThrow('must be synchronous')
        expect(store.meta.get('a')).toBeNull()
      })

      test('is there after the database was opened again', () => {
        store.transaction(() => store.meta.set('a', '1'))
        reopen()
        expect(store.meta.get('a')).toBe('1')
      })
    })

    describe('requests', () => {
      test('come back as they were stored', () => {
        const id = addRequest(store)
        reopen()
        expect(store.requests.get(id)).toEqual({
          id,
          revision: 1,
          host: 'h',
          state: 'draft',
          subject: { kind: 'undo', runId: 1 },
          requester: { kind: 'operator', uid: 0 },
          requesterPersonKey: 'operator',
          plan,
          createdAt: 1000,
          submittedAt: null,
          expiresAt: 2000,
          decidedAt: null,
          decidedBy: null,
          reason: null,
          returned: null,
        })
        expect(store.requests.get(id + 1)).toBeNull()
      })

      test('change state only from the state and revision that the caller saw', () => {
        const id = addRequest(store)
        expect(store.requests.transition(id, 'draft', 'submitted', 2, {})).toBe(false)
        expect(store.requests.transition(id, 'draft', 'submitted', 1, { submittedAt: 5 })).toBe(true)
        expect(store.requests.transition(id, 'draft', 'submitted', 1, {})).toBe(false)
        expect(store.requests.get(id)).toMatchObject({ state: 'submitted', submittedAt: 5 })
      })

      test('refuse a transition that does not exist', () => {
        const id = addRequest(store)
        expect(() => store.requests.transition(id, 'draft', 'approved', 1, {})).toThrow(
          'from draft to approved',
        )
      })

      test('get a new plan only as drafts', () => {
        const id = addRequest(store)
        store.requests.transition(id, 'draft', 'submitted', 1, {})
        expect(store.requests.setPlan(id, 1, plan, '{}', 1)).toBe(false)
      })

      test('lapse by their time, drafts and submitted ones only', () => {
        const draft = addRequest(store, { expiresAt: 10 })
        const cancelled = addRequest(store, { expiresAt: 10 })
        store.requests.transition(cancelled, 'draft', 'cancelled', 1, {})
        addRequest(store, { expiresAt: 11 })
        expect(store.requests.lapsed(10).map(({ id }) => id)).toEqual([draft])
        expect(store.requests.nextExpiry()).toBe(10)
      })

      test('are listed newest first, a page at a time, open ones or all, and only those a reader may see', () => {
        const first = addRequest(store)
        const second = addRequest(store, { requesterKey: 'os:1001', requesterPersonKey: 'person:7' })
        const third = addRequest(store, {
          requesterKey: 'os:1002',
          requesterPersonKey: null,
          subjectTelegramId: 7,
        })
        store.requests.transition(first, 'draft', 'cancelled', 1, {})
        const ids = (options: Parameters<Store['requests']['list']>[0]) =>
          store.requests.list(options).map(({ id }) => id)
        expect(ids({ open: false, limit: 9 })).toEqual([third, second, first])
        expect(ids({ open: true, limit: 9 })).toEqual([third, second])
        expect(ids({ open: false, limit: 1, before: third })).toEqual([second])
        const reader = { telegramId: 7, actorKey: 'telegram:7', personKey: 'person:7' }
        expect(ids({ open: false, limit: 9, onlyOf: reader })).toEqual([third, second])
        expect(
          ids({ open: false, limit: 9, onlyOf: { telegramId: null, actorKey: 'os:9', personKey: null } }),
        ).toEqual([])
      })
    })

    describe('holds', () => {
      test('keep a resource from every other request until they are released', () => {
        const mine = addRequest(store)
        const other = addRequest(store)
        store.holds.take(['os_user:alice', 'telegram:42'], mine)
        expect(store.holds.heldByOther(['uid:5', 'telegram:42'], other)).toEqual({
          resource: 'telegram:42',
          requestId: mine,
        })
        expect(store.holds.heldByOther(['telegram:42'], mine)).toBeNull()
        expect(() => store.holds.take(['telegram:42'], other)).toThrow('held')
        store.holds.take(['telegram:42'], mine)
        store.holds.release(mine)
        expect(store.holds.heldByOther(['telegram:42'], null)).toBeNull()
      })
    })

    describe('decisions', () => {
      test('count a person once a revision', () => {
        const requestId = addRequest(store)
        const approval = {
          requestId,
          revision: 1,
          digest: 'd',
          actor: { kind: 'telegram', telegramId: 7 } as const,
          personKey: 'person:7',
          via: 'chat' as const,
          proof: 'totp' as const,
          at: 3,
        }
        expect(store.decisions.approve(approval, good(2))).toBe(true)
        expect(store.decisions.approve({ ...approval, at: 4 }, good(2))).toBe(false)
        expect(store.decisions.approve({ ...approval, revision: 2 }, good(2))).toBe(true)
        expect(store.decisions.approvals(requestId, 1)).toEqual([approval])
        // One that is no longer good can be given anew.
        expect(store.decisions.approve({ ...approval, at: 5 }, good(3))).toBe(true)
        expect(store.decisions.approvals(requestId, 1)).toEqual([{ ...approval, at: 5 }])
      })

      test('keep one consent a revision', () => {
        const id = addRequest(store)
        expect(store.decisions.consent(id, 1, { by: 'owner', uid: 1001, at: 3 })).toBe(true)
        expect(store.decisions.consent(id, 1, { by: 'operator', reason: 'r', at: 4 })).toBe(false)
        expect(store.decisions.consentOf(id, 1)).toEqual({ by: 'owner', uid: 1001, at: 3 })
        expect(store.decisions.consentOf(id, 2)).toBeNull()
      })
    })

    test('a new claim code replaces the older one of its request, and is gone once removed', () => {
      const requestId = addRequest(store)
      store.claims.issue({ requestId, revision: 1, uid: 1001, codeHash: 'one', at: 1 })
      store.claims.issue({ requestId, revision: 1, uid: 1001, codeHash: 'two', at: 2 })
      expect(store.claims.find('one')).toBeNull()
      expect(store.claims.find('two')).toEqual({ requestId, revision: 1, uid: 1001 })
      store.claims.remove(requestId)
      expect(store.claims.find('two')).toBeNull()
    })

    describe('runs', () => {
      test('change state only from the state that the caller saw, along the transitions that exist', () => {
        const id = addRun(store, addRequest(store))
        expect(store.runs.transition(id, 'queued', 'running', { startedAt: 9 })).toBe(true)
        expect(store.runs.transition(id, 'queued', 'running')).toBe(false)
        expect(() => store.runs.transition(id, 'running', 'undone')).toThrow('from running to undone')
        expect(store.runs.get(id)).toMatchObject({ state: 'running', startedAt: 9, finishedAt: null })
        expect(store.runs.count(['running'])).toBe(1)
        expect(store.runs.inState(['queued'])).toEqual([])
      })

      test('have one last word, and only in the state that it is about', () => {
        const id = addRun(store, addRequest(store))
        const closing = { kind: 'kept', at: 9, by: 'operator', reason: null } as const
        expect(store.runs.close(id, 'undone', closing)).toBe(false)
        expect(store.runs.close(id, 'queued', closing)).toBe(true)
        expect(store.runs.close(id, 'queued', { ...closing, by: 'telegram:7' })).toBe(false)
        expect(store.runs.get(id)?.closed).toEqual(closing)
      })

      test('keep what each step was approved to do, what it did and what came of it', () => {
        const id = addRun(store, addRequest(store))
        store.runs.setRecord(id, 0, { joined: ['kai'] })
        const failure = { code: 'group_missing', params: { group: 'kai' }, detail: 'x' } as const
        expect(store.runs.setStep(id, 0, ['applying'], { state: 'failed' })).toBe(false)
        expect(
          store.runs.setStep(id, 0, ['pending'], { state: 'failed', failure, startedAt: 1, finishedAt: 2 }),
        ).toBe(true)
        reopen()
        const [step, next] = store.runs.steps(id)
        expect(step).toMatchObject({ state: 'failed', failure, record: { joined: ['kai'] }, plan: steps[0] })
        expect(next).toMatchObject({ state: 'pending', record: null, failure: null })
        expect(store.runs.step(id, 0)).toEqual(step)
      })

      test('are refused twice for one revision of a request', () => {
        const requestId = addRequest(store)
        addRun(store, requestId)
        expect(() => addRun(store, requestId)).toThrow(/unique/i)
      })

      test('a journal entry for a step that does not exist is a bug', () => {
        expect(() => store.runs.setRecord(9, 0, {})).toThrow('no such step')
      })
    })

    describe('events', () => {
      test('are gapless, in order, and each carries the hash of the one before from the first on', () => {
        store.transaction(() => {
          store.events.append(event('worker.started', 1))
          store.events.append(event('request.drafted', 2))
        })
        reopen()
        store.transaction(() => store.events.append(event('request.submitted', 3)))
        const events = store.events.after(0, 10)
        expect(events.map(({ id }) => id)).toEqual([1, 2, 3])
        expect(events[0]?.previousHash).toBe(GENESIS_HASH)
        expect(brokenLink(events, { id: 0, hash: GENESIS_HASH })).toBeNull()
        expect(store.events.after(1, 1).map(({ id }) => id)).toEqual([2])
        expect(store.events.latest()).toBe(3)
      })

      test('that are rolled back leave no gap', () => {
        expect(() =>
          store.transaction(() => {
            store.events.append(event('worker.started', 1))
            throw new Error('stop')
          }),
        ).toThrow()
        expect(store.events.latest()).toBe(0)
      })
    })

    test('a Start is news once, stays known, and is pending again whenever it is repeated', () => {
      const { starts } = store
      expect([starts.has(42), starts.pending()]).toEqual([false, []])
      expect([starts.note(42, 1), starts.note(7, 2), starts.note(42, 3)]).toEqual([true, true, false])
      expect(starts.pending()).toEqual([7, 42])
      starts.settle(42)
      expect([starts.has(42), starts.has(43), starts.pending()]).toEqual([true, false, [7]])
      starts.note(42, 4)
      expect(starts.pending()).toEqual([7, 42])
    })

    test('an idempotency key belongs to one actor and one operation', () => {
      const scope = { actorKey: 'os:1', operation: 'request.deny', key: 'k' }
      store.idempotency.put(scope, { inputHash: 'i', output: '{}' }, 5)
      expect(store.idempotency.find(scope)).toEqual({ inputHash: 'i', output: '{}' })
      expect(store.idempotency.find({ ...scope, actorKey: 'os:2' })).toBeNull()
      expect(store.idempotency.find({ ...scope, operation: 'request.cancel' })).toBeNull()
      store.idempotency.forgetBefore(6, 10)
      expect(store.idempotency.find(scope)).toBeNull()
    })

    test('answers are forgotten oldest or not, so many at once, and never those that are young enough', () => {
      const scope = (key: string) => ({ actorKey: 'os:1', operation: 'request.deny', key })
      for (const at of [1, 2, 3, 9])
        store.idempotency.put(scope(`k${at}`), { inputHash: 'i', output: '{}' }, at)
      expect(store.idempotency.forgetBefore(9, 2)).toBe(true)
      expect(store.idempotency.forgetBefore(9, 2)).toBe(false)
      expect(['k1', 'k2', 'k3'].map((key) => store.idempotency.find(scope(key)))).toEqual([null, null, null])
      expect(store.idempotency.find(scope('k9'))).not.toBeNull()
    })

    test('only closed drafts that were never submitted are forgotten, and their ids are not given again', () => {
      const closed = (to: 'expired' | 'cancelled', at: number) => {
        const id = addRequest(store)
        store.requests.transition(id, 'draft', to, 1, { decidedAt: at })
        return id
      }
      const gone = [closed('expired', 5), closed('cancelled', 6)]
      const young = closed('cancelled', 8)
      const open = addRequest(store)
      const withdrawn = addRequest(store)
      store.requests.transition(withdrawn, 'draft', 'submitted', 1, { submittedAt: 2 })
      store.requests.transition(withdrawn, 'submitted', 'cancelled', 1, { decidedAt: 3 })
      expect(store.requests.forgetDrafts(8, 1)).toBe(true)
      expect(store.requests.forgetDrafts(8, 9)).toBe(false)
      expect(gone.map((id) => store.requests.get(id))).toEqual([null, null])
      for (const id of [young, open, withdrawn]) expect(store.requests.get(id)?.id).toBe(id)
      expect(addRequest(store)).toBe(withdrawn + 1)
    })

    describe('uids', () => {
      test('are never handed out twice, even when they are free again and across restarts', () => {
        const range = { min: 1000, max: 1004 }
        expect(store.uids.take((uid) => uid !== 1000, range)).toBe(1001)
        reopen()
        expect(store.uids.take(() => true, range)).toBe(1002)
      })

      test('run out at the end of the range', () => {
        expect(store.uids.take(() => true, { min: 5, max: 5 })).toBe(5)
        expect(store.uids.take(() => true, { min: 5, max: 5 })).toBeNull()
      })
    })
  })
}
