import { OPTIONAL_KEYS } from '../domain/person.ts'
import type { AnswersView, PersonView, RoleView } from '../protocol/views.ts'
import { durationText } from './duration.ts'
import { fieldLabel } from './fields.ts'
import type { Line } from './line.ts'
import { plain } from './plain.ts'

/** One line on what a role may do and what granting it needs: for buttons and lists. */
export function roleLine(role: RoleView): string {
  const groups =
    role.groups.length === 0 ? 'no groups' : `groups ${role.groups.map((g) => plain(g)).join(', ')}`
  const count = role.approval.count === 1 ? '1 approval' : `${role.approval.count} approvals`
  const stepUp = role.approval.step_up === 'terminal' ? ' and a confirmation on a terminal' : ''
  return `${plain(role.name)}: ${plain(role.description, 200)} (${groups}; needs ${count}${stepUp} within ${durationText(role.approval.expires_ms)})`
}

const PROOFS: Record<AnswersView['proof'], string> = {
  started: 'they started the bot themself',
  picker: "chosen with Telegram's user picker",
  forward: 'from a forwarded message',
  contact: 'from a shared contact',
  typed: 'typed by hand, not proven',
}

/** Every answer that was given, one a line; what is inherited is left out. */
export function answerLines(answers: AnswersView): Line[] {
  const lines: Line[] = [
    field('name', answers.name),
    { mark: 'none', text: `Telegram id: ${answers.telegram_id} (${PROOFS[answers.proof]})` },
    {
      mark: 'none',
      text: `OS user: ${plain(answers.os_user)} (${answers.account === 'create' ? 'a new account' : 'an existing account is adopted'})`,
    },
    field('role', answers.role),
  ]
  if (answers.reason !== undefined) lines.push(field('reason', answers.reason))
  return [...lines, ...entryLines(answers)]
}

/** The optional part of a roster entry, one a line. */
export function entryLines(entry: Partial<AnswersView>): Line[] {
  return OPTIONAL_KEYS.flatMap((key) => {
    const value = entry[key]
    return value === undefined ? [] : [field(key, valueText(value))]
  })
}

/** A person in one line, for lists. */
export function personLine(person: PersonView): string {
  const uid = person.uid === null ? 'no account on this host' : `uid ${person.uid}`
  const waits = person.waits_for_start === true ? '; not active before they press Start at the bot' : ''
  return `${plain(person.os_user)}: ${plain(person.name)} (${plain(person.role)}, Telegram id ${person.telegram_id}, ${uid})${waits}`
}

/** A person with everything that the caller may see. */
export function personLines(person: PersonView): Line[] {
  const folders = (person.folders ?? []).map(
    (folder): Line => ({
      mark: folder.exists ? 'done' : 'failed',
      text: folder.exists ? `folder ${plain(folder.path)}` : `folder ${plain(folder.path)} is missing`,
      indent: 1,
    }),
  )
  const run: Line[] =
    person.last_run_id === null ? [] : [{ mark: 'none', text: `last run: ${person.last_run_id}`, indent: 1 }]
  return [
    { mark: 'none', text: personLine(person) },
    ...entryLines(person.entry).map((line) => ({ ...line, indent: 1 })),
    ...folders,
    ...run,
  ]
}

function field(name: string, value: string): Line {
  return { mark: 'none', text: `${capital(fieldLabel(name))}: ${plain(value, 500)}` }
}

function valueText(value: string | number | boolean | string[]): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return String(value)
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
