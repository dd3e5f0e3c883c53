import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { type ChainEnd, GENESIS, linkProblem } from '../../domain/event-hash.ts'
import { accessToldOf, type ToldRequest, toldOf } from '../../domain/history.ts'
import type { OperationArguments, OperationOutput } from '../../protocol/operations.ts'
import type { AuditFinding } from '../../protocol/views.ts'
import type { StoredAccess, StoredRequest } from '../../store/queries/audit.ts'
import type { Store } from '../../store/store.ts'

type Verified = OperationOutput<'audit.verify'>
type History = Pick<Store, 'events' | 'audit'>

/** How long the thread is held at once, and how long one call may take in all, in milliseconds. */
export interface Pace {
  holdMs: number
  callMs: number
}
const PACE: Pace = { holdMs: 8, callMs: 5000 }

/** Events that are read at once; some 2 ms of work. */
const BATCH = 64
const MOST_FINDINGS = 20

/**
 * Walks the chain of events from `after` to its end, then over the requests, access requests and invitations, and says what is not as it was written.
 *
 * INVARIANTS
 * - Others get their turn at least every `holdMs` and a batch.
 * - A request is compared with its events in one synchronous turn: each transition is one transaction with its event, so what
 *   goes on meanwhile is never mistaken for tampering.
 */
export async function verifyHistory(
  { events, audit }: History,
  { head, after }: OperationArguments<'audit.verify'>,
  pace: Pace = PACE,
): Promise<Verified> {
  const findings: AuditFinding[] = []
  const checked = { events: 0, requests: 0 }
  const anchor = events.anchor()
  let cursor: ChainEnd = after?.event ?? { id: anchor.id, hash: anchor.hash }
  if (after === undefined && !isVouchedFor(events, anchor)) {
    const params = { first: 1, last: anchor.id }
    findings.push(finding('event_missing', { event_id: 1, params }))
  }
  let request = after?.request ?? 0
  const callEnd = performance.now() + pace.callMs
  let holdEnd = performance.now() + pace.holdMs
  const isOver = () => performance.now() > callEnd || findings.length >= MOST_FINDINGS
  const breathe = async () => {
    if (performance.now() < holdEnd) return
    await yieldToOthers()
    holdEnd = performance.now() + pace.holdMs
  }
  const answer = (next: Verified['next']): Verified => ({
    ...{ intact: findings.length === 0, checked },
    ...{ findings: findings.slice(0, MOST_FINDINGS), head: events.end(), next },
  })

  for (;;) {
    const batch = events.doubted(cursor.id, BATCH)
    for (const { id, hash, event } of batch) {
      const problem = event === null ? 'changed' : linkProblem(event, cursor)
      if (problem !== null) {
        const gap = problem === 'missing' ? { first: cursor.id + 1, last: id - 1 } : undefined
        findings.push(finding(`event_${problem}`, { event_id: gap?.first ?? id, params: gap }))
      }
      cursor = { id, hash }
    }
    checked.events += batch.length
    if (batch.length < BATCH) break
    if (isOver()) return answer({ event: cursor, request })
    await breathe()
  }
  if (request === 0) findings.push(...endFindings(events, cursor), ...headFindings(events, head))

  for (let id = audit.nextRequest(request); id !== null; id = audit.nextRequest(id)) {
    findings.push(...requestFindings(audit, id, anchor.at))
    checked.requests++
    request = id
    if (isOver()) return answer({ event: cursor, request })
    await breathe()
  }
  // With the last piece: there are only as many as the caps and their time to be forgotten allow.
  for (const what of ['access', 'invitation'] as const) {
    const next = what === 'access' ? audit.nextAccess : audit.nextInvitation
    for (let one = next(0); one !== null; one = next(one.id)) {
      findings.push(...accessFindings(what, one, anchor.at))
      await breathe()
    }
  }
  return answer(null)
}

/** Where a table says another state than the events; of one from before the history that is left only what is told later is compared. */
function accessFindings(
  what: 'access' | 'invitation',
  { id, state, at, told }: StoredAccess,
  since: number,
): AuditFinding[] {
  const said = accessToldOf(told)
  if (said === state || (said === null && at <= since)) return []
  return [finding(`${what}_differs`, { params: { [what]: id, stored: state, told: said ?? 'nothing' } })]
}

function finding(code: AuditFinding['code'], about: Partial<Omit<AuditFinding, 'code'>>): AuditFinding {
  const { event_id = null, request_id = null, run_id = null, params } = about
  return { code, event_id, request_id, run_id, ...(params === undefined ? {} : { params }) }
}

/** What was cut off from the end, put behind it, or replaced there, as this process or a note beside the events knows it. */
function endFindings(events: Store['events'], last: ChainEnd): AuditFinding[] {
  const end = events.end()
  const stray = events.hasStrayIds() ? [finding('event_stray', {})] : []
  if (last.id < end.id) {
    const params = { first: last.id + 1, last: end.id }
    return [...stray, finding('end_cut_off', { event_id: last.id + 1, params })]
  }
  if (last.id > end.id) return [...stray, finding('end_differs', { event_id: end.id + 1 })]
  return last.hash === end.hash ? stray : [...stray, finding('end_differs', { event_id: last.id })]
}

/** Whether the event of a head that was posted is still there and the same. */
function headFindings(events: Store['events'], head: ChainEnd | undefined): AuditFinding[] {
  if (head === undefined) return []
  const found = head.id === 0 ? GENESIS : events.get(head.id)
  if (found === null) return [finding('head_unknown', { event_id: head.id })]
  return found.hash.startsWith(head.hash) ? [] : [finding('head_differs', { event_id: head.id })]
}

/** Whether the history itself says that its beginning was forgotten, and which event was the last of it. */
function isVouchedFor(events: Store['events'], { id, hash }: ChainEnd): boolean {
  if (id === 0) return true
  const said = events.newestOf('audit.pruned')?.data
  const upTo = Number(said?.['up_to'] ?? 0)
  return upTo > id || (upTo === id && said?.['hash'] === hash)
}

/**
 * Where the tables say otherwise of a request than its events. Of one that was there before the history that is left (`since`) only
 * what is told later is compared.
 */
function requestFindings(audit: Store['audit'], id: number, since: number): AuditFinding[] {
  const told = readTold(audit, id)
  if (told === null) return []
  const stored = audit.stored(id)
  const about = (code: AuditFinding['code'], params?: AuditFinding['params']) =>
    finding(code, { request_id: id, params })
  if (stored === null) {
    // A draft that was never submitted vanishes when its time is up.
    const vanished = !told.everSubmitted && (told.state === 'expired' || told.state === 'cancelled')
    return vanished ? [] : [about('request_missing', { told: told.state ?? 'nothing' })]
  }
  const isOlder = stored.createdAt <= since
  if (told.state === null) return isOlder ? [] : [about('request_untold', { stored: stored.state })]
  const findings: AuditFinding[] = []
  if (stored.state !== told.state || stored.revision !== told.revision) {
    const params = { stored: `${stored.state} ${stored.revision}`, told: `${told.state} ${told.revision}` }
    findings.push(about('request_differs', params))
  }
  const all = [...findings, ...runFindings(id, stored, told), ...decisionFindings(id, stored, told)]
  return isOlder ? all.filter((one) => !isUntold(one)) : all
}

/** Something that stands in the tables, and the events that are left do not tell of. */
function isUntold({ code, params }: AuditFinding): boolean {
  return code.endsWith('_untold') || (code === 'run_differs' && params?.['told'] === 'nothing')
}

function runFindings(id: number, stored: StoredRequest, told: ToldRequest): AuditFinding[] {
  return [...new Set([...stored.runs.keys(), ...told.runs.keys()])].flatMap((run) => {
    const params = { stored: stored.runs.get(run) ?? 'nothing', told: told.runs.get(run) ?? 'nothing' }
    return params.stored === params.told
      ? []
      : [finding('run_differs', { request_id: id, run_id: run, params })]
  })
}

function decisionFindings(id: number, stored: StoredRequest, told: ToldRequest): AuditFinding[] {
  return (['approval', 'consent'] as const).flatMap((what) => {
    const [rows, events] = [stored[`${what}s`], told[`${what}s`]]
    return [
      ...without(rows, events).map((one) =>
        finding(`${what}_untold`, { request_id: id, params: givenIn(one) }),
      ),
      ...without(events, rows).map((one) =>
        finding(`${what}_missing`, { request_id: id, params: givenIn(one) }),
      ),
    ]
  })
}

/** A decision's key, as parameters of a finding. */
function givenIn(key: string): { revision: number; by: string } {
  const [revision, by = ''] = key.split(' ')
  // A forged one may say anything.
  return { revision: Number(revision) || 0, by }
}

/** What is in the one list and not, or not as often, in the other. */
function without(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return some.filter((one) => {
    const at = left.indexOf(one)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

/** What the events say; null when one of them cannot be read, which the walk over the chain has said already. */
function readTold(audit: Store['audit'], id: number): ToldRequest | null {
  try {
    return toldOf(audit.ofRequest(id))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
