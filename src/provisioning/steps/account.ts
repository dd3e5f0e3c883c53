import type { PasswdEntry, PathFact } from '../../domain/facts.ts'
import type { Drift } from '../../domain/finding.ts'
import { markerGecos } from '../../domain/gecos.ts'
import type { AdoptAccountParams, CreateAccountParams, Note, StepFailure } from '../../domain/step.ts'
import { removeLeftoversOf } from '../host/accounts/leftovers.ts'
import { isSameObject } from '../host/files/same-object.ts'
import type { Host } from '../host/host.ts'
import type { StepContext, StepImplementation, StepOutcome, UndoOutcome } from '../step-kind.ts'
import { isAny, isComplete, removeAccountLines } from './parts/account-lines.ts'
import { type CreateRecord, isOurs, linesOf } from './parts/created-account.ts'
import { accountChanged, identityOfEntry } from './parts/person-account.ts'
import { removeIfOurs } from './parts/remove-if-ours.ts'

const SKELETON = '/etc/skel'
/** useradd(8): the uid is taken. */
const UID_TAKEN = 4
const UID_TRIES = 5

type AdoptRecord = { mode: 'adopt'; uid: number; gid: number }
type AccountRecord = AdoptRecord | CreateRecord
type Context = StepContext<AccountRecord>

/** Adopts an existing account untouched, or creates one that is expired and locked, with a home of its own. */
export const account: StepImplementation<'account', AccountRecord> = {
  kind: 'account',
  deadlineMs: 120_000,

  async check(host, params) {
    if (params.mode === 'create') {
      const failure = await conflictOf(host, params)
      const { osUser, home, shell } = params
      const notes: Note[] = [{ code: 'account.create', params: { os_user: osUser, home, shell } }]
      const missing: Drift = { code: 'account.missing', params: { os_user: osUser }, repairable: !failure }
      return failure
        ? { state: 'blocked', failure, drifts: [missing] }
        : { state: 'differs', notes, drifts: [missing] }
    }
    const { osUser, uid } = params
    const notes: Note[] = [{ code: 'account.adopt', params: { os_user: osUser, uid } }]
    if (!isAdopted(await host.accounts.byName(osUser), params)) {
      const changed: Drift = { code: 'account.changed', params: { os_user: osUser }, repairable: false }
      return { state: 'blocked', failure: accountChanged(osUser), drifts: [changed] }
    }
    return { state: 'already', notes, drifts: await homeDrifts(host, params) }
  },

  async apply(context, params, record) {
    if (params.mode === 'adopt') return adopt(context, params)
    if (record?.mode === 'adopt') throw new Error('the record is of another mode than the plan')
    let current = record
    if (current === null) {
      const failure = await conflictOf(context.host, params)
      if (failure) return failed(failure)
      const taken = await takeUid(context)
      if ('failure' in taken) return failed(taken.failure)
      current = taken
    }
    const made = await ensureAccount(context, params, current)
    if ('failure' in made) return failed(made.failure)
    return ensureHome(context, params, made)
  },

  async verify({ host }, params, record) {
    const { osUser } = params
    const entry = await host.accounts.byName(osUser)
    if (params.mode === 'adopt') return isAdopted(entry, params) ? done() : failed(accountChanged(osUser))
    if (record.mode !== 'create' || !isOurs(entry, params, record)) return failed(accountChanged(osUser))
    const home = await host.files.stat(params.home)
    const right = home.kind === 'directory' && home.uid === record.uid && home.mode === 0o700
    return right
      ? done()
      : failed({ code: 'path_unsafe', params: { path: params.home, why: 'it is not as it was made' } })
  },

  async undo(context, params, record) {
    if (record === null || record.mode === 'adopt' || params.mode === 'adopt')
      return { state: 'undone', notes: [] }
    return removeAccount(context, params, record)
  },
}

/** A home is made with its account and by nobody afterwards, so what is wrong with it is a person's to set right. */
async function homeDrifts(host: Host, { home, uid }: AdoptAccountParams): Promise<Drift[]> {
  const why = homeProblem(await host.files.stat(home), uid)
  return why === null ? [] : [{ code: 'home.unusable', params: { home, why }, repairable: false }]
}

function homeProblem(fact: PathFact, uid: number): string | null {
  if (fact.kind === 'absent') return 'it is missing'
  if (fact.kind === 'unreadable') return `it cannot be looked at (${fact.errno})`
  if (fact.kind === 'symlink') return 'it is a symbolic link'
  if (fact.kind !== 'directory') return 'it is not a folder'
  if (fact.uid !== uid) return `it belongs to uid ${fact.uid}`
  return (fact.mode & 0o022) === 0 ? null : 'others can write to it'
}

async function adopt({ host, journal }: Context, params: AdoptAccountParams): Promise<StepOutcome> {
  const { osUser, uid, gid } = params
  if (!isAdopted(await host.accounts.byName(osUser), params)) return failed(accountChanged(osUser))
  journal.commit({ mode: 'adopt', uid, gid })
  return done({ code: 'account.adopted', params: { os_user: osUser, uid } })
}

/** Commits the intent: from here on an account with this name, uid, gid and marker is this run's. */
async function takeUid({ host, run, journal }: Context): Promise<CreateRecord | { failure: StepFailure }> {
  const { accounts, environment } = host
  const { uidMin, uidMax } = await accounts.settings()
  const range = environment.personUids ?? { min: uidMin, max: uidMax }
  const [uids, gids] = [await accounts.allUids(), await accounts.allGids()]
  const uid = environment.takeUid((candidate) => !uids.has(candidate) && !gids.has(candidate), range)
  if (uid === null) return { failure: { code: 'uid_range_exhausted', params: range } }
  const { marker } = run
  const fresh = { complete: false, homeIdentity: null, tree: [] }
  const record: CreateRecord = { mode: 'create', uid, gid: uid, marker, ...fresh }
  journal.commit(record)
  return record
}

async function ensureAccount(
  context: Context,
  params: CreateAccountParams,
  intended: CreateRecord,
): Promise<CreateRecord | { failure: StepFailure }> {
  const { host, journal } = context
  const { accounts } = host
  const { osUser, home, shell } = params
  let record = intended
  for (let tries = 0; tries < UID_TRIES; tries++) {
    const entry = await accounts.byName(osUser)
    if (entry && !isOurs(entry, params, record)) {
      return { failure: { code: 'account_appeared', params: { os_user: osUser } } }
    }
    const left = await linesOf(host, osUser, entry, record)
    if (entry && (record.complete || isComplete(left))) {
      const complete = { ...record, gid: entry.gid, complete: true }
      if (!record.complete) journal.commit(complete)
      return complete
    }
    // What an interrupted useradd left is taken away as a whole and made anew.
    if (isAny(left)) {
      journal.commit({ ...record, removing: true })
      const failure = await removeAccountLines(host, osUser, { ...record, gid: entry?.gid ?? record.gid })
      if (failure) return { failure }
      const { removing: _, ...removed } = record
      record = removed
      journal.commit(record)
    }
    const { uid, marker } = record
    const created = await accounts.create({ name: osUser, uid, home, shell, gecos: markerGecos(marker) })
    if (created.ok) {
      const now = await accounts.byName(osUser)
      if (!now || now.uid !== uid || now.gecos !== markerGecos(marker))
        return { failure: accountChanged(osUser) }
      const complete = { ...record, gid: now.gid, complete: true }
      journal.commit(complete)
      return complete
    }
    // A useradd of an interrupted try that ended only now has done the work.
    if (isOurs(await accounts.byName(osUser), params, record)) continue
    if (created.status !== UID_TAKEN) {
      const appeared = await conflictOf(host, params)
      return { failure: appeared ?? created.failure }
    }
    const taken = await takeUid(context)
    if ('failure' in taken) return taken
    record = taken
  }
  return { failure: { code: 'uid_range_exhausted', params: { min: record.uid, max: record.uid } } }
}

async function ensureHome(
  context: Context,
  params: CreateAccountParams,
  record: CreateRecord,
): Promise<StepOutcome> {
  const { host, journal } = context
  const { osUser, home } = params
  const notes: Note = { code: 'account.created', params: { os_user: osUser, uid: record.uid, home } }
  const there = await host.files.stat(home)
  if (isSameObject(there.kind === 'absent' ? undefined : there.identity, record.homeIdentity)) {
    const cleaned = await host.files.removeTemporary(home, stagingName(record))
    return cleaned.ok ? done(notes) : failed(cleaned.failure)
  }
  const made = await host.files.makeHome(
    home,
    record,
    SKELETON,
    stagingName(record),
    ({ identity, tree }) => {
      journal.commit({ ...record, homeIdentity: identity, tree })
    },
  )
  return made.ok ? done(notes) : failed(made.failure)
}

async function removeAccount(
  { host, run, journal, signal }: Context,
  params: CreateAccountParams,
  record: CreateRecord,
): Promise<UndoOutcome> {
  const { accounts, files, programs } = host
  const { osUser, home } = params
  const notes: Note[] = []
  const incomplete = (failure: StepFailure): UndoOutcome => ({ state: 'failed', failure, notes })
  const staged = await files.removeTemporary(home, stagingName(record))
  if (!staged.ok && staged.failure.params?.['reason'] !== 'missing') return incomplete(staged.failure)

  const entry = await accounts.byName(osUser)
  if (entry && !isOurs(entry, params, record)) {
    return { state: 'kept', notes: [{ code: 'account.kept_not_ours', params: { os_user: osUser } }] }
  }
  const neverActive = entry !== null && !run.undoing && (await accounts.isNeverActivated(osUser))
  if (entry) {
    const expired = await accounts.expire(osUser)
    if (!expired.ok) return incomplete(expired.failure)
    const { ended, left } = await programs.endProcessesOf(record.uid, signal)
    if (ended > 0) notes.push({ code: 'account.processes_ended', params: { count: ended } })
    if (left.length > 0) {
      const pids = left.join(', ')
      const why = `processes of ${osUser} do not end: ${pids}`
      return incomplete({ code: 'undo_incomplete', params: { why, pids } })
    }
    const cleared = await removeLeftoversOf(host, entry, signal)
    if (!cleared.ok) return incomplete(cleared.failure)
    if (cleared.left.length > 0) notes.push(leftoversNote(cleared.left))
  }
  const homeNote = await removeHome(host, params, record, entry, { neverActive, signal }, run.runId)
  if ('failure' in homeNote) return incomplete(homeNote.failure)
  notes.push(...homeNote.notes)

  const left = await linesOf(host, osUser, entry, record)
  if (entry || isAny(left)) {
    const gid = entry?.gid ?? record.gid
    if (!record.removing || gid !== record.gid) journal.commit({ ...record, gid, removing: true })
    const failure = await removeAccountLines(host, osUser, { ...record, gid })
    if (failure) return incomplete(failure)
    notes.push({ code: 'account.removed', params: { os_user: osUser, uid: record.uid } })
  }
  return { state: 'undone', notes }
}

async function removeHome(
  host: Host,
  { osUser, home }: CreateAccountParams,
  { homeIdentity, tree }: CreateRecord,
  entry: PasswdEntry | null,
  options: { neverActive: boolean; signal: AbortSignal },
  runId: number,
): Promise<{ notes: Note[] } | { failure: StepFailure }> {
  const there = await host.files.stat(home)
  if (homeIdentity === null || there.kind === 'absent' || !isSameObject(there.identity, homeIdentity)) {
    return { notes: [] }
  }
  if (entry) {
    const directory = { path: home, identity: homeIdentity, left: tree }
    const removed = await removeIfOurs(host, identityOfEntry(entry), directory, options)
    if (removed === 'removed') return { notes: [{ code: 'account.home_removed', params: { home } }] }
  }
  const kept = await host.files.quarantine(home, homeIdentity, `home-${osUser}-run-${runId}`)
  if (!kept.ok) return { failure: kept.failure }
  return { notes: [{ code: 'account.home_quarantined', params: { home, path: kept.keptAt } }] }
}

/** The first few by name: an account can leave any number. */
function leftoversNote(left: string[]): Note {
  return {
    code: 'account.leftovers_kept',
    params: { count: left.length, paths: left.slice(0, 5).join(', ').slice(0, 500) },
  }
}

/** What stands in the way of creating the account; null when nothing does. */
async function conflictOf(
  { accounts, files }: Host,
  { osUser, home }: CreateAccountParams,
): Promise<StepFailure | null> {
  if (await accounts.byName(osUser)) return { code: 'account_appeared', params: { os_user: osUser } }
  if (await accounts.group(osUser)) return { code: 'group_appeared', params: { group: osUser } }
  const parents = await files.checkParents(home)
  if (!parents.ok) return parents.failure
  return (await files.stat(home)).kind === 'absent' ? null : { code: 'path_occupied', params: { path: home } }
}

function isAdopted(entry: PasswdEntry | null, params: AdoptAccountParams): boolean {
  const { uid, gid, home, shell } = params
  return (
    entry !== null && entry.uid === uid && entry.gid === gid && entry.home === home && entry.shell === shell
  )
}

/** Unguessable, and different for every run. */
function stagingName({ marker }: CreateRecord): string {
  return `.usher-${marker}`
}

function done(...notes: Note[]): StepOutcome {
  return { ok: true, notes }
}

function failed(failure: StepFailure): StepOutcome {
  return { ok: false, failure, notes: [] }
}
