import { OPTIONAL_KEYS } from '../domain/person.ts'
import type { AnswersView, PersonView, RoleView } from '../protocol/views.ts'
import { durationText, timeText } from './duration.ts'
import { failureLines } from './failures.ts'
import { fieldLabel } from './fields.ts'
import type { Line } from './line.ts'
import { plain } from './plain.ts'
import type { Words } from './words.ts'

/** One line on what a role may do and what granting it needs: for buttons and lists. */
export function roleLine(words: Words, role: RoleView): string {
  return words.say('role.line', {
    name: role.name,
    description: plain(role.description, 200),
    has_groups: role.groups.length === 0 ? 'no' : 'yes',
    groups: role.groups.join(', '),
    count: role.approval.count,
    step_up: role.approval.step_up,
    within: durationText(words, role.approval.expires_ms),
  })
}

/** Every answer that was given, one a line; what is inherited is left out. */
export function answerLines(words: Words, answers: AnswersView): Line[] {
  const { telegram_id: id, os_user, account } = answers
  const proof = words.say(`proof.${answers.proof}`)
  const lines: Line[] = [
    field(words, 'name', answers.name),
    { mark: 'none', text: words.say('answer.telegram_id', { id, proof }) },
    { mark: 'none', text: words.say('answer.os_user', { os_user, account }) },
    field(words, 'role', answers.role),
  ]
  if (answers.reason !== undefined) lines.push(field(words, 'reason', answers.reason))
  return [...lines, ...entryLines(words, answers)]
}

/** The optional part of a roster entry, one a line. */
export function entryLines(words: Words, entry: Partial<AnswersView>): Line[] {
  return OPTIONAL_KEYS.flatMap((key) => {
    const value = entry[key]
    return value === undefined ? [] : [field(words, key, valueText(words, value))]
  })
}

/** A person in one line, for lists. */
export function personLine(words: Words, person: PersonView): string {
  const { os_user, name, role, telegram_id, uid } = person
  return words.say('person.line', {
    ...{ os_user, name, role, telegram_id },
    has_uid: uid === null ? 'no' : 'yes',
    uid: uid ?? '',
    state: person.state ?? (person.waits_for_start === true ? 'waits_for_start' : 'active'),
  })
}

/** A person with everything that the caller may see. */
export function personLines(words: Words, person: PersonView): Line[] {
  const folders = (person.folders ?? []).map(
    ({ path, exists }): Line => ({
      mark: exists ? 'done' : 'failed',
      text: words.say('person.folder', { exists: exists ? 'yes' : 'no', path }),
      indent: 1,
    }),
  )
  const run: Line[] =
    person.last_run_id === null
      ? []
      : [{ mark: 'none', text: words.say('person.last_run', { id: person.last_run_id }), indent: 1 }]
  return [
    { mark: 'none', text: personLine(words, person) },
    ...entryLines(words, person.entry).map((line) => ({ ...line, indent: 1 })),
    ...folders,
    ...smokeLines(words, person.last_smoke),
    ...run,
  ]
}

/** A line of a field with its value. */
/** What came of the last smoke test; nothing where nobody looked. */
function smokeLines(words: Words, last: PersonView['last_smoke']): Line[] {
  if (last === undefined) return []
  if (last === null) return [{ mark: 'info', text: words.say('person.smoke_never'), indent: 1 }]
  const { passed, failure } = last
  const values = { passed: passed ? 'yes' : 'no', at: timeText(words, last.at), run: last.run_id }
  return [
    { mark: passed ? 'done' : 'failed', text: words.say('person.smoke', values), indent: 1 },
    ...(failure === null ? [] : failureLines(words, failure, 2)),
  ]
}

function field(words: Words, name: string, value: string): Line {
  const label = capital(fieldLabel(words, name))
  return { mark: 'none', text: words.say('answer.line', { label, value: plain(value, 500) }) }
}

/** A value of an entry in words. */
export function valueText(words: Words, value: string | number | boolean | string[]): string {
  if (Array.isArray(value)) return value.length === 0 ? words.say('answer.none') : value.join(', ')
  if (typeof value === 'boolean') return words.say(value ? 'answer.yes' : 'answer.no')
  return String(value)
}

/** At the beginning of a line. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
