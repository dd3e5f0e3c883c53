import type { FindingCode } from '../domain/finding.ts'
import type { FindingView, ReconciliationView } from '../protocol/views.ts'
import { failureText } from './failures.ts'
import type { Line } from './line.ts'
import { type Params, paramsOf } from './params.ts'
import { plain } from './plain.ts'
import { missingText, requestStateText } from './requests.ts'

const WORDS: Record<FindingCode, (params: Params) => string> = {
  'account.missing': (p) => `the account ${p.text('os_user')} is missing`,
  'account.expired': (p) => `the account ${p.text('os_user')} is expired`,
  'account.never_activated': (p) =>
    `the account ${p.text('os_user')} was never activated, and no Start is waited for`,
  'account.not_a_person': (p) =>
    `the account ${p.text('os_user')} (uid ${p.text('uid')}) cannot be a person's: its uid is outside their range, or the config gives it a meaning`,
  'account.changed': (p) => `the account ${p.text('os_user')} changed while it was looked at`,
  'account.no_entry': (p) =>
    `the account ${p.text('os_user')} (uid ${p.text('uid')}) is not on the roster; take it over, or name it in 'reconcile.ignore_accounts'`,
  'account.entry_removed': (p) =>
    `the account ${p.text('os_user')} (uid ${p.text('uid')}) of run ${p.text('run')} is still there, but its entry is gone from the roster`,
  'home.unusable': (p) => `the home ${p.text('home')} cannot be used: ${p.text('why', 'look at it')}`,
  'group.missing': (p) => `the group ${p.text('group')} of the role does not exist`,
  'groups.not_member': (p) => `not a member of ${p.text('groups')}`,
  'dir.missing': (p) => `the folder ${p.text('path')} is missing`,
  'dir.mode': (p) =>
    `the folder ${p.text('path')} has the mode ${p.text('mode')} instead of ${p.text('expected', '0700')}`,
  'dir.owner': (p) =>
    `the folder ${p.text('path')} belongs to uid ${p.text('uid')} instead of ${p.text('expected', 'its owner, whose account is missing')}`,
  'dir.not_a_directory': (p) => `${p.text('path')} is not a folder but ${kindText(p)}`,
  'dir.unreadable': (p) => `the folder ${p.text('path')} cannot be looked at (${p.text('errno')})`,
  'seed.missing': (p) => `the memory ${p.text('path')} is missing`,
  'seed.not_a_file': (p) => `the memory ${p.text('path')} is not a plain file`,
  'service.down': (p) => `the service ${p.text('unit')} is not active`,
  'smoke.failed': () => 'the smoke test failed',
  'role.unknown': (p) => `the config has no role${p.quoted('role')}; correct the entry or add the role`,
  'entry.unrecorded': () => 'the roster entry was written by hand: no run knows it',
  'entry.edited': (p) => `the roster entry was changed by hand${p.has('keys') ? `: ${p.text('keys')}` : ''}`,
  'entry.invalid': (p) =>
    `the roster entry has no usable ${p.text('field')}${p.quoted('value')}; correct it by hand`,
  'entry.duplicate': (p) =>
    `the roster has the same ${p.text('field')} (${p.text('value')}) in the entry of ${p.text('other', 'somebody else')}; correct one of them`,
  'entry.id_is_text': () => 'the Telegram id stands in quotes in the roster, so that it gives no rights',
  'plan.refused': (p) => `a repair cannot be planned: ${p.text('violations', 'see the other findings')}`,
  'person.unchecked': (p) => `cannot be looked at: ${p.text('why', 'see the log of the worker')}`,
}

function kindText(p: Params): string {
  const kind = p.text('kind')
  if (kind === 'symlink') return 'a symbolic link'
  return kind === 'file' ? 'a file' : 'something else'
}

/** A finding in words, without whom it is about. Harmless in a terminal. */
export function findingText(finding: FindingView): string {
  const { code, params, failure } = finding
  const text = WORDS[code](paramsOf(params))
  return failure === undefined ? text : `${text}: ${failureText(failure)}`
}

/** A finding as a line, and below it what root can type. */
export function findingLines(finding: FindingView, indent = 1): Line[] {
  const mark = finding.repairable ? 'will' : 'failed'
  const byHand: Line[] =
    finding.by_hand === undefined
      ? []
      : [{ mark: 'none', text: `by hand: ${plain(finding.by_hand, 500)}`, indent: indent + 1 }]
  return [{ mark, text: findingText(finding), indent }, ...byHand]
}

/** Whom a finding is about, for people. */
export function findingSubject({ name, os_user, telegram_id }: FindingView): string {
  if (os_user === null && telegram_id === null) return 'This host'
  const user = plain(os_user ?? '', 64)
  return name === null || name === '' ? user : `${plain(name, 64)} (${user})`
}

const OUTCOMES: Record<ReconciliationView['outcome'], { mark: Line['mark']; word: string }> = {
  clean: { mark: 'done', word: 'everything is as roster and roles say' },
  differs: { mark: 'failed', word: 'the host differs from roster and roles' },
  incomplete: { mark: 'failed', word: 'not everybody could be looked at' },
  failed: { mark: 'failed', word: 'cannot compare anything' },
}

/** What came of a reconciliation, in one line. */
export function reconciliationLine(found: ReconciliationView): Line {
  const { mark, word } = OUTCOMES[found.outcome]
  const people = found.people === 1 ? '1 person' : `${found.people} people`
  const why = found.why === null ? '' : `: ${plain(found.why, 500)}`
  const title = found.id === null ? 'Dry run' : `Reconciliation ${found.id}`
  const looked = found.outcome === 'failed' ? '' : ` (${people} looked at)`
  return { mark, text: `${title}: ${word}${why}${looked}` }
}

/** A reconciliation person by person, who was left out, and the repairs that it asked for. */
export function reconciliationLines(found: ReconciliationView): Line[] {
  const bySubject = Map.groupBy(found.findings, findingSubject)
  const findings = [...bySubject].flatMap(([subject, list]): Line[] => [
    { mark: 'none', text: subject },
    ...list.flatMap((finding) => findingLines(finding)),
  ])
  const skipped = found.skipped.map(
    ({ name, os_user, request_id }): Line => ({
      mark: 'info',
      text: `${plain(name, 64)} (${plain(os_user)}) was left out: request ${request_id} is under way`,
    }),
  )
  return [reconciliationLine(found), ...findings, ...skipped, ...found.requests.flatMap(repairLines)]
}

function repairLines(request: ReconciliationView['requests'][number]): Line[] {
  const { id, name, os_user, state, missing } = request
  const what = `Request ${id}: repair ${plain(name, 64)} (${plain(os_user)}): ${requestStateText(state)}`
  return [
    { mark: state === 'submitted' ? 'will' : 'info', text: what },
    ...missing.map((one): Line => ({ mark: 'will', text: missingText(one, id), indent: 1 })),
  ]
}
