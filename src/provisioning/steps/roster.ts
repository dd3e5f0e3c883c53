import type { RosterEntry } from '../../domain/person.ts'
import type { StepFailure } from '../../domain/step.ts'
import type { Host } from '../host/host.ts'
import type { RosterInsertion } from '../roster/edit.ts'
import { appendEntry, removeEntry } from '../roster/edit.ts'
import type { RosterPerson } from '../roster/parse.ts'
import { sameEntry } from '../roster/same-entry.ts'
import type { StepImplementation } from '../step-kind.ts'

/** `insertion`: the text that the run was about to insert; null when the entry had been there before. */
type RosterRecord = { insertion: { inserted: string; replaced: string } | null }

/** Appends the person's entry as text; takes exactly that text out again. */
export const roster: StepImplementation<'roster', RosterRecord> = {
  kind: 'roster',
  deadlineMs: 30_000,

  async check(host, { entry }) {
    const read = await host.roster.read()
    if (!read.ok) return { state: 'blocked', failure: read.failure, drifts: [] }
    const standing = standingOf(read.people, entry, await sharedNames(host, entry))
    // What differs between roster and history is a question about everybody at once, and asked there.
    if (standing === 'other') return { state: 'blocked', failure: changed(entry), drifts: [] }
    return standing === 'same'
      ? { state: 'already', notes: [{ code: 'roster.present' }], drifts: [] }
      : { state: 'differs', notes: [{ code: 'roster.append', params: { role: entry.role } }], drifts: [] }
  },

  async apply({ host, journal }, { entry, mustBeThere }, record) {
    const names = await sharedNames(host, entry)
    const edited = await host.roster.edit<{ ours: boolean }>(({ text, people, parse }) => {
      const standing = standingOf(people, entry, names)
      if (standing === 'other' || (standing === 'absent' && mustBeThere)) {
        return { ok: false, failure: changed(entry) }
      }
      if (standing === 'same') {
        if (record === null) journal.commit({ insertion: null })
        return { ok: true, text: null, ours: record !== null && record.insertion !== null }
      }
      const appended = appendEntry(text, entry, parse)
      if (!appended.ok) {
        const { rosterFile } = host.environment
        return {
          ok: false,
          failure: { code: 'roster_unusable', params: { path: rosterFile, why: appended.why } },
        }
      }
      journal.commit({ insertion: { ...appended.insertion } })
      return { ok: true, text: appended.text, ours: true }
    })
    if (!edited.ok) return { ok: false, failure: edited.failure, notes: [] }
    return { ok: true, notes: [{ code: edited.ours ? 'roster.appended' : 'roster.present' }] }
  },

  async undo({ host }, { entry }, record) {
    if (record === null || record.insertion === null) return { state: 'undone', notes: [] }
    const insertion: RosterInsertion = record.insertion
    const edited = await host.roster.edit<{ state: 'removed' | 'absent' | 'changed' }>(({ text, parse }) => {
      const removed = removeEntry(text, entry, insertion, parse)
      if (removed.state !== 'unusable') {
        return { ok: true, text: removed.state === 'removed' ? removed.text : null, state: removed.state }
      }
      const { rosterFile } = host.environment
      return {
        ok: false,
        failure: { code: 'roster_unusable', params: { path: rosterFile, why: removed.why } },
      }
    })
    if (!edited.ok) return { state: 'failed', failure: edited.failure, notes: [] }
    if (edited.state === 'changed') return { state: 'kept', notes: [{ code: 'roster.kept' }] }
    return { state: 'undone', notes: edited.state === 'removed' ? [{ code: 'roster.removed' }] : [] }
  },

  async verify({ host }, { entry }) {
    const read = await host.roster.read()
    if (!read.ok) return { ok: false, failure: read.failure, notes: [] }
    const standing = standingOf(read.people, entry, await sharedNames(host, entry))
    return standing === 'same' ? { ok: true, notes: [] } : { ok: false, failure: changed(entry), notes: [] }
  },
}

/** What the roster says about this person: by Telegram id, by OS user, and by other names of the same uid. */
function standingOf(
  people: readonly RosterPerson[],
  entry: RosterEntry,
  names: ReadonlySet<string>,
): 'absent' | 'same' | 'other' {
  const about = people.filter(
    (person) => person.entry.telegram_id === entry.telegram_id || names.has(person.entry.os_user),
  )
  const [only] = about
  if (only === undefined) return 'absent'
  return about.length === 1 && only.exactId && sameEntry(only.entry, entry) ? 'same' : 'other'
}

async function sharedNames({ accounts }: Host, { os_user: osUser }: RosterEntry): Promise<Set<string>> {
  const account = await accounts.byName(osUser)
  return new Set([osUser, ...(account ? await accounts.namesOf(account.uid) : [])])
}

function changed({ os_user: osUser }: RosterEntry): StepFailure {
  return { code: 'roster_changed', params: { os_user: osUser } }
}
