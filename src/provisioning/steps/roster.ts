import { changedKeys, type RosterEntry } from '../../domain/person.ts'
import type { Note, StepFailure, StepParams } from '../../domain/step.ts'
import type { FileOutcome } from '../host/files/safe-files.ts'
import type { Host } from '../host/host.ts'
import type { RosterInsertion } from '../roster/edit.ts'
import { appendEntry, removeEntry } from '../roster/edit.ts'
import { type EntryChange, editEntry, revertEntry } from '../roster/edit-entry.ts'
import type { RosterPerson } from '../roster/parse.ts'
import type { RosterChange } from '../roster/roster-file.ts'
import { sameEntry } from '../roster/same-entry.ts'
import type { StepImplementation, UndoOutcome } from '../step-kind.ts'

/**
 * `insertion`: the text that the run was about to insert; null when it was not to insert any. `change`: the text of the
 * entry that it was about to replace, before and after.
 */
type RosterRecord = {
  insertion: { inserted: string; replaced: string } | null
  change?: { was: string; is: string }
}

type Params = StepParams['roster']
type Text = Parameters<RosterChange<object>>[0]

/**
 * Appends the person's entry as text, or gives the one that is there other values; takes exactly that text out again, or puts
 * exactly the old bytes back.
 */
export const roster: StepImplementation<'roster', RosterRecord> = {
  kind: 'roster',
  deadlineMs: 30_000,

  async check(host, params) {
    const { entry, replaces } = params
    const read = await host.roster.read()
    if (!read.ok) return { state: 'blocked', failure: read.failure, drifts: [] }
    const standing = standingOf(read.people, params, await sharedNames(host, params))
    // What differs between roster and history is a question about everybody at once, and asked there.
    if (standing === 'other') return { state: 'blocked', failure: changed(entry), drifts: [] }
    if (standing === 'same') return { state: 'already', notes: [{ code: 'roster.present' }], drifts: [] }
    const note: Note =
      replaces === undefined
        ? { code: 'roster.append', params: { role: entry.role } }
        : { code: 'roster.change', params: { fields: changedFields(replaces, entry) } }
    return { state: 'differs', notes: [note], drifts: [] }
  },

  async apply({ host, journal }, params, record) {
    const { entry, mustBeThere, replaces } = params
    const names = await sharedNames(host, params)
    const edited = await host.roster.edit<{ ours: boolean }>((roster) => {
      const standing = standingOf(roster.people, params, names)
      const isGone = standing === 'absent' && (mustBeThere === true || replaces !== undefined)
      if (standing === 'other' || isGone) return { ok: false, failure: changed(entry) }
      if (standing === 'same') {
        if (record === null) journal.commit({ insertion: null })
        const ours = record !== null && (record.insertion !== null || record.change !== undefined)
        return { ok: true, text: null, ours }
      }
      const made =
        replaces === undefined
          ? appended(host, roster, entry)
          : replaced(host, roster, { before: replaces, after: entry })
      if (!made.ok) return made
      journal.commit(made.record)
      return { ok: true, text: made.text, ours: true }
    })
    if (!edited.ok) return { ok: false, failure: edited.failure, notes: [] }
    if (!edited.ours) return { ok: true, notes: [{ code: 'roster.present' }] }
    return {
      ok: true,
      notes:
        replaces === undefined
          ? [{ code: 'roster.appended' }]
          : [{ code: 'roster.changed', params: { fields: changedFields(replaces, entry) } }],
    }
  },

  async undo({ host }, { entry, replaces }, record) {
    if (record === null) return { state: 'undone', notes: [] }
    if (record.change !== undefined && replaces !== undefined) {
      return putBack(host, { before: replaces, after: entry }, record.change)
    }
    return record.insertion === null ? { state: 'undone', notes: [] } : takeOut(host, entry, record.insertion)
  },

  async verify({ host }, params) {
    const read = await host.roster.read()
    if (!read.ok) return { ok: false, failure: read.failure, notes: [] }
    const standing = standingOf(read.people, params, await sharedNames(host, params))
    return standing === 'same'
      ? { ok: true, notes: [] }
      : { ok: false, failure: changed(params.entry), notes: [] }
  },
}

type Made = FileOutcome<{ text: string; record: RosterRecord }>

function appended(host: Host, { text, parse }: Text, entry: RosterEntry): Made {
  const result = appendEntry(text, entry, parse)
  if (!result.ok) return { ok: false, failure: unusable(host, result.why) }
  return { ok: true, text: result.text, record: { insertion: { ...result.insertion } } }
}

async function takeOut(host: Host, entry: RosterEntry, insertion: RosterInsertion): Promise<UndoOutcome> {
  const edited = await host.roster.edit<{ state: 'removed' | 'absent' | 'changed' }>(({ text, parse }) => {
    const removed = removeEntry(text, entry, insertion, parse)
    if (removed.state === 'unusable') return { ok: false, failure: unusable(host, removed.why) }
    return { ok: true, text: removed.state === 'removed' ? removed.text : null, state: removed.state }
  })
  if (!edited.ok) return { state: 'failed', failure: edited.failure, notes: [] }
  if (edited.state === 'changed') return { state: 'kept', notes: [{ code: 'roster.kept' }] }
  return { state: 'undone', notes: edited.state === 'removed' ? [{ code: 'roster.removed' }] : [] }
}

interface Edit {
  before: RosterEntry
  after: RosterEntry
}

function replaced(host: Host, { text, parse }: Text, { before, after }: Edit): Made {
  const result = editEntry(text, before, after, parse)
  if (!result.ok) {
    return { ok: false, failure: result.why === null ? changed(before) : unusable(host, result.why) }
  }
  return { ok: true, text: result.text, record: { insertion: null, change: { ...result.change } } }
}

async function putBack(host: Host, { before, after }: Edit, change: EntryChange): Promise<UndoOutcome> {
  const edited = await host.roster.edit<{ state: 'reverted' | 'as before' | 'changed' }>(
    ({ text, parse }) => {
      const reverted = revertEntry(text, before, after, change, parse)
      if (reverted.state === 'unusable') return { ok: false, failure: unusable(host, reverted.why) }
      return { ok: true, text: reverted.state === 'reverted' ? reverted.text : null, state: reverted.state }
    },
  )
  if (!edited.ok) return { state: 'failed', failure: edited.failure, notes: [] }
  if (edited.state === 'changed') return { state: 'kept', notes: [{ code: 'roster.kept' }] }
  return { state: 'undone', notes: edited.state === 'reverted' ? [{ code: 'roster.restored' }] : [] }
}

/**
 * What the roster says about this person: by Telegram id, by OS user, and by other names of the same uid. `before`: nobody but the
 * entry that is to be replaced has any of them.
 */
function standingOf(
  people: readonly RosterPerson[],
  { entry, replaces }: Params,
  names: ReadonlySet<string>,
): 'absent' | 'before' | 'same' | 'other' {
  const ids = new Set([entry.telegram_id, replaces?.telegram_id])
  const about = people.filter(
    (person) => ids.has(person.entry.telegram_id) || names.has(person.entry.os_user),
  )
  const [only] = about
  if (only === undefined) return 'absent'
  if (about.length > 1 || !only.exactId) return 'other'
  if (sameEntry(only.entry, entry)) return 'same'
  return replaces !== undefined && sameEntry(only.entry, replaces) ? 'before' : 'other'
}

async function sharedNames({ accounts }: Host, { entry, replaces }: Params): Promise<Set<string>> {
  const names = new Set<string>()
  for (const osUser of new Set([entry.os_user, replaces?.os_user ?? entry.os_user])) {
    const account = await accounts.byName(osUser)
    for (const name of [osUser, ...(account ? await accounts.namesOf(account.uid) : [])]) names.add(name)
  }
  return names
}

/** The keys that an edit changes, in the order in which entries are written. */
function changedFields(before: RosterEntry, after: RosterEntry): string {
  return changedKeys(before, after).join(', ')
}

function changed({ os_user: osUser }: RosterEntry): StepFailure {
  return { code: 'roster_changed', params: { os_user: osUser } }
}

function unusable({ environment }: Host, why: string): StepFailure {
  return { code: 'roster_unusable', params: { path: environment.rosterFile, why } }
}
