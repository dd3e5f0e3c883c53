import { brokenLink, GENESIS_HASH } from '../../src/domain/event-hash.ts'
import { RUN_STATES } from '../../src/domain/run.ts'
import type { Fixture } from '../support/engine-fixture.ts'

const ENDS = new Map([
  ['request.approved', 'approved'],
  ['request.denied', 'denied'],
  ['request.expired', 'expired'],
  ['request.cancelled', 'cancelled'],
])

/**
 * What holds of requests and runs whatever was asked for, and whenever the worker was killed: looked up in the database and on
 * the machine once nothing is under way. Throws with the law that is broken.
 */
export function checkEngineLaws({ store, machine }: Fixture): void {
  const events = store.events.after(0, 100_000)
  const broken = brokenLink(events, { id: 0, hash: GENESIS_HASH })
  if (broken !== null) throw new Error(`the chain of events is broken at ${broken}`)

  const requests = store.requests.list({ open: false, limit: 10_000 })
  for (const { id, state, revision, plan } of requests) {
    const own = events.filter(({ requestId }) => requestId === id)
    const ends = own.filter(({ type }) => ENDS.has(type))
    const perRevision = new Map<unknown, number>()
    for (const { data } of ends) {
      perRevision.set(data['revision'], (perRevision.get(data['revision']) ?? 0) + 1)
    }
    const most = Math.max(0, ...perRevision.values())
    if (most > 1) throw new Error(`request ${id} was decided ${most} times in one revision`)
    const isDecided = !['draft', 'submitted'].includes(state)
    const last = ends.findLast(({ data }) => data['revision'] === revision)
    if (isDecided !== (last !== undefined)) throw new Error(`request ${id} is ${state} without its event`)
    if (last !== undefined && ENDS.get(last.type) !== state) {
      throw new Error(`request ${id} is ${state} although its last event is ${last.type}`)
    }
    const isHeld = store.holds.heldByOther(['telegram:42', 'telegram:43', 'telegram:44'], null)
    if (isHeld !== null) {
      const holder = store.requests.get(isHeld.requestId)
      const run = store.runs.newestOf(isHeld.requestId)
      const runState = run === null ? null : store.runs.get(run)?.state
      const mayHold =
        holder?.state === 'submitted' ||
        (holder?.state === 'approved' && !['succeeded', 'undone', 'superseded'].includes(runState ?? ''))
      if (!mayHold) {
        throw new Error(
          `${isHeld.resource} is held by request ${isHeld.requestId}, ${holder?.state} ${runState}`,
        )
      }
    }
    const approved = own.filter(({ type }) => type === 'request.approved')
    const runs = runsOf(store).filter(({ requestId }) => requestId === id)
    if (runs.length !== approved.length) {
      throw new Error(`request ${id} has ${runs.length} runs of ${approved.length} approvals`)
    }
    for (const run of runs) {
      const given = store.decisions.approvals(id, run.revision)
      if (given.length === 0) throw new Error(`run ${run.id} runs without anybody's approval`)
      if (given.some(({ digest }) => digest !== run.digest)) {
        throw new Error(`run ${run.id} is not of the plan that was approved`)
      }
      if (run.revision === revision && run.digest !== plan.digest) {
        throw new Error(`run ${run.id} is not of its request's plan`)
      }
    }
  }

  // Who is on the machine came by a run that succeeded and was not taken back, or whose undo could not finish.
  const present = new Set(
    runsOf(store)
      .filter(({ kind, state }) => kind !== 'undo' && (state === 'succeeded' || state === 'failed'))
      .map(({ osUser }) => osUser),
  )
  for (const name of machine.accounts.keys()) {
    if (!present.has(name)) throw new Error(`the account ${name} is there without a run that made it`)
  }
  const ids = machine.roster.map(({ telegram_id }) => telegram_id)
  const names = machine.roster.map(({ os_user }) => os_user)
  if (new Set(ids).size < ids.length || new Set(names).size < names.length) {
    throw new Error(`somebody is on the roster twice: ${JSON.stringify(machine.roster)}`)
  }
}

function runsOf({ runs }: Fixture['store']) {
  return runs.inState(RUN_STATES)
}
