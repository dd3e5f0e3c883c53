import { changedKeys, ENTRY_KEYS, type EntryKey, type RosterEntry } from '../../domain/person.ts'
import type { PersonView } from '../../protocol/views.ts'
import { fieldLabel } from '../fields.ts'
import { capital, valueText } from '../people.ts'
import { plain } from '../plain.ts'
import type { Words } from '../words.ts'
import { type Html, join } from './html.ts'

/** A page of the people on the roster, one a line, with role and state. */
export function peoplePage(words: Words, people: readonly PersonView[], skip: number): Html {
  if (people.length === 0) return words.html(skip === 0 ? 'commands.no_people' : 'people.page_empty')
  const lines = people.map(({ name, os_user, role, state = 'active' }) =>
    words.html('people.entry', {
      name: plain(name, 64),
      os_user: plain(os_user, 64),
      role: plain(role, 64),
      state,
    }),
  )
  return join([
    words.html('people.page_head', { from: skip + 1, to: skip + people.length }),
    ...lines,
    words.html('people.page_tail'),
  ])
}

/** Every field of somebody's entry with what it says, and what it would say. */
export function editMenu(words: Words, before: RosterEntry, after: RosterEntry): Html {
  const changed = changedKeys(before, after)
  const { name, os_user } = before
  return join([
    words.html('people.edit_head', { name: plain(name, 64), os_user }),
    ...ENTRY_KEYS.map((key) => {
      const field = capital(fieldLabel(words, key))
      const values = { field, before: shown(words, before, key), after: shown(words, after, key) }
      return changed.includes(key)
        ? words.html('people.edit_changed', values)
        : words.html('people.edit_same', values)
    }),
  ])
}

function shown(words: Words, entry: RosterEntry, key: EntryKey): string {
  const value = entry[key]
  return plain(value === undefined ? words.say('edit.nothing') : valueText(words, value), 200)
}
