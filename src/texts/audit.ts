import type { EventType } from '../domain/event.ts'
import { type AuditEntryView, type AuditFinding, failureSchema } from '../protocol/views.ts'
import { actorText } from './actors.ts'
import { durationText, localTimeText } from './duration.ts'
import { failureText } from './failures.ts'
import type { Line } from './line.ts'
import { paramsOf } from './params.ts'
import { plain } from './plain.ts'
import { stepTitle } from './steps.ts'

const BACK: Readonly<Record<string, string>> = {
  drift: ': something had changed since it was approved',
  retry: ': it is tried again',
  stale: ': its approval was too old',
}

/** What was done, so that a name before it makes a sentence. Members that did not leave the worker are left out of it. */
const DONE: Record<EventType, (entry: Told) => string> = {
  'request.drafted': (e) =>
    e.word('kind') === 'undo' ? `drafted ${e.request}, to take a run back` : `drafted ${e.request}`,
  'request.submitted': (e) => `submitted ${e.request}${e.revision}`,
  'request.approval': (e) =>
    `approved ${e.request} ${e.word('via') === 'terminal' ? 'on a terminal' : 'in chat'}${e.revision}`,
  'request.consent': (e) =>
    e.word('by') === 'owner'
      ? `agreed to ${e.request} as the owner of the account`
      : `agreed to ${e.request} for the owner of the account${e.because}`,
  'request.approved': (e) => `gave ${e.request} the last thing that it lacked: it is approved${e.revision}`,
  'request.denied': (e) => `denied ${e.request}${e.because}`,
  'request.expired': (e) =>
    e.word('from') === 'draft'
      ? `dropped ${e.request}: it was never submitted`
      : `closed ${e.request}: nobody decided it in time`,
  'request.cancelled': (e) => `took ${e.request} back`,
  'request.returned': (e) =>
    `brought ${e.request} back to be decided anew${e.revision}${BACK[e.word('kind')] ?? e.because}`,
  'run.queued': (e) => `queued ${e.run}`,
  'run.started': (e) => `started ${e.run}`,
  'step.started': (e) => `began the step '${e.step}' of ${e.run}${e.attempt}`,
  'step.finished': (e) => `finished the step '${e.step}' of ${e.run}${e.took}`,
  'step.failed': (e) => `could not do the step '${e.step}' of ${e.run}${e.failure}`,
  'step.undone': (e) =>
    `${UNDONE[e.word('state')] ?? 'dealt with'} the step '${e.step}' of ${e.run}${e.failure}`,
  'run.undoing': (e) => `began to undo ${e.run}`,
  'run.succeeded': (e) => `ended ${e.run}: it succeeded`,
  'run.undone': (e) => `ended ${e.run}: it is undone`,
  'run.failed': (e) => `stopped ${e.run}: it could not be undone to its end`,
  'run.superseded': (e) => `put ${e.run} aside: what was approved is not what would be done now`,
  'run.cancelled': (e) => `cancelled ${e.run}`,
  'run.resumed': (e) => `had ${e.run} go on being undone`,
  'run.kept': (e) => `took note that ${e.run} stays undone`,
  'run.stuck': (e) => `noted that ${e.run} does not go on`,
  'run.abandoned': (e) => `accepted what ${e.run} left${e.because}`,
  'person.started': () => 'pressed Start at the bot',
  'person.activated': (e) =>
    e.is('active')
      ? `activated the account of ${e.run}`
      : `looked at the waiting account of ${e.run}: nothing to lift`,
  'access.asked': (e) => `asked for access${e.number('invitation') === null ? '' : ' with an invitation'}`,
  'access.completed': (e) => `made ${e.request} of ${e.access}`,
  'access.reopened': (e) => `left ${e.access} to wait again`,
  'access.granted': (e) => `granted ${e.access}`,
  'access.denied': (e) => `denied ${e.access}${e.because}`,
  'access.expired': (e) => `closed ${e.access}: nobody answered it in time`,
  'access.withdrawn': (e) => `took ${e.access} back`,
  'access.blocked': (e) => `closed ${e.access}: its asker is blocked`,
  'invite.created': (e) => `made ${e.invitation}`,
  'invite.opened': (e) => `opened ${e.invitation}`,
  'invite.used': (e) => `used ${e.invitation} for ${e.access}`,
  'invite.revoked': (e) => `revoked ${e.invitation}`,
  'invite.expired': (e) => `closed ${e.invitation}: nobody used it in time`,
  'block.added': (e) => `blocked somebody${e.because}`,
  'block.removed': () => 'unblocked somebody',
  'worker.started': (e) => `started${e.version}`,
  'reconcile.finished': (e) => {
    const differing = e.number('differing') ?? 0
    return `compared the roster with the host: ${differing === 0 ? 'nothing differs' : `${differing} differ`}`
  },
  'reconcile.failed': (e) => `could not compare the roster with the host: ${e.word('why')}`,
  'reconcile.overdue': () => 'noted that the roster has not been compared with the host for too long',
  'chat.frozen': () => 'froze approvals in chat',
  'chat.unfrozen': () => 'let approvals in chat count again',
  'chat.alarm': (e) => `raised an alarm: ${ALARMS[e.word('kind')] ?? 'somebody else may have the token'}`,
  'telegram.revoked': (e) => `revoked a Telegram id${e.because}`,
  'telegram.restored': () => 'restored a Telegram id',
  'factor.enrolled': () => 'enrolled a second factor',
  'factor.removed': () => 'removed a second factor',
  'factor.reset': () => 'reset a second factor',
  'factor.disabled': () => 'disabled a second factor: too many wrong codes in a row',
  'witness.asked': (e) => `began to approve ${e.request}, and had the witness send a code${e.revision}`,
  'witness.refused': (e) => `gave a wrong code of the witness for ${e.request}`,
  'witness.unreachable': (e) => `could not send the code for ${e.request}: it may not write to that admin`,
  'audit.head': (e) => `noted the head of the history: event ${e.number('id') ?? e.id - 1}`,
  'audit.broken': (e) =>
    `found the end of the history changed behind its back: it had been at event ${e.number('expected_id') ?? '?'}, and event ${e.number('found_id') ?? '?'} was there`,
}

const ALARMS: Readonly<Record<string, string>> = {
  conflict: 'another program polls with the token',
  foreign_webhook: 'somebody has set a webhook with the token',
  foreign_edit: 'a card does not show what the bot sent',
}

const UNDONE: Readonly<Record<string, string>> = {
  undone: 'undid',
  kept: 'left as it is what belongs to',
  undo_failed: 'could not undo',
  skipped: 'had nothing to undo in',
}

const MARKS: Partial<Record<EventType, Line['mark']>> = {
  'request.approved': 'done',
  'request.denied': 'failed',
  'run.succeeded': 'done',
  'run.undone': 'undone',
  'run.failed': 'failed',
  'step.failed': 'failed',
  'audit.broken': 'failed',
}

/** One entry of the history as a sentence without its time: `Ada Lovelace approved request 7 in chat (revision 1), about Bob`. */
export function auditText(entry: AuditEntryView): string {
  const { type, actor, subject } = entry
  const done = Object.hasOwn(DONE, type)
    ? DONE[type as EventType](toldBy(entry))
    : `noted '${plain(type, 64)}'`
  const own = subject !== null && actor.key === `telegram:${subject.telegram_id}`
  const about =
    subject === null || own
      ? ''
      : `, about ${subject.name === null ? `Telegram user ${subject.telegram_id}` : plain(subject.name, 64)}`
  return `${actorText(actor)} ${done}${about}`
}

/** One entry of the history as a line: id, when in this process's own zone, who did what. */
export function auditLine(entry: AuditEntryView): Line {
  const mark = (Object.hasOwn(MARKS, entry.type) && MARKS[entry.type as EventType]) || 'info'
  return { mark, text: `${entry.id}  ${localTimeText(entry.at)}  ${auditText(entry)}` }
}

/** A head of the history as it is posted and as `usher audit verify --head` takes it: the id, and 128 bits of the hash. */
export function headText(head: { id: number; hash: string }): string {
  return `${head.id}:${head.hash.slice(0, 32)}`
}

const FINDINGS: Record<
  AuditFinding['code'],
  (about: AuditFinding, p: ReturnType<typeof paramsOf>) => string
> = {
  event_missing: (_, p) =>
    p.text('first') === p.text('last')
      ? `event ${p.text('first')} is missing`
      : `events ${p.text('first')} to ${p.text('last')} are missing`,
  event_unlinked: ({ event_id }) =>
    `event ${event_id} was written after another event than the one before it: one of the two was put in, moved or replaced`,
  event_changed: ({ event_id }) => `event ${event_id} is not as it was written`,
  event_stray: () => 'an event has an id that none is given: it was put in',
  end_cut_off: (_, p) => `the end is cut off: events ${p.text('first')} to ${p.text('last')} are missing`,
  end_differs: ({ event_id }) =>
    `the end is not as the worker left it: event ${event_id} was put in or replaced`,
  head_unknown: ({ event_id }) => `event ${event_id}, whose hash was given, is missing`,
  head_differs: ({ event_id }) =>
    `event ${event_id} has another hash than the one that was given: it or something before it was replaced`,
  request_untold: ({ request_id }, p) =>
    `request ${request_id} is ${p.text('stored', 'there')}, but no event speaks of it`,
  request_missing: ({ request_id }, p) =>
    `request ${request_id} is missing; by the events it is ${p.text('told', 'there')}`,
  request_differs: ({ request_id }, p) =>
    `request ${request_id} is ${p.text('stored', 'not')} (state and revision), by the events ${p.text('told', 'otherwise')}`,
  run_differs: ({ run_id, request_id }, p) =>
    `run ${run_id} of request ${request_id} is ${p.text('stored', 'not')}, by the events ${p.text('told', 'otherwise')}`,
  approval_untold: ({ request_id }, p) =>
    `request ${request_id} has an approval${given(p)} that no event speaks of`,
  approval_missing: ({ request_id }, p) =>
    `request ${request_id} lacks an approval${given(p)} that an event speaks of`,
  consent_untold: ({ request_id }, p) =>
    `request ${request_id} has a consent${given(p)} that no event speaks of`,
  consent_missing: ({ request_id }, p) =>
    `request ${request_id} lacks a consent${given(p)} that an event speaks of`,
}

/** What `audit verify` found, in words. */
export function findingText(finding: AuditFinding): string {
  return FINDINGS[finding.code](finding, paramsOf(finding.params))
}

function given(p: ReturnType<typeof paramsOf>): string {
  const by = p.has('by') ? ` by ${actorText({ key: p.text('by'), name: null })}` : ''
  return `${by}${p.has('revision') ? ` (revision ${p.text('revision')})` : ''}`
}

/** What the words need of an entry; text from outside is harmless already. */
type Told = ReturnType<typeof toldBy>

function toldBy({ id, request_id, run_id, data }: AuditEntryView) {
  const number = (key: string): number | null => (typeof data[key] === 'number' ? data[key] : null)
  const word = (key: string): string => (typeof data[key] === 'string' ? plain(data[key], 300) : '')
  const revision = number('revision')
  const duration = number('duration_ms')
  const attempts = number('attempts') ?? 1
  return {
    ...{ id, number, word },
    is: (key: string) => data[key] === true,
    request: request_id === null ? 'a request' : `request ${request_id}`,
    access: `access request ${number('access') ?? '?'}`,
    invitation: `invitation ${number('invitation') ?? '?'}`,
    run: run_id === null ? 'a run' : `run ${run_id}`,
    step: word('kind') === '' ? 'unknown' : stepTitle(word('kind')),
    revision: revision === null ? '' : ` (revision ${revision})`,
    because: word('reason') === '' ? '' : `: ${word('reason')}`,
    took: duration === null ? '' : ` after ${durationText(duration)}`,
    attempt: attempts > 1 ? ` again (attempt ${attempts})` : '',
    version: word('version') === '' ? '' : `, version ${word('version')}`,
    failure: failureOf(data['failure']),
  }
}

function failureOf(failure: AuditEntryView['data'][string] | undefined): string {
  const known = failureSchema.safeParse(failure)
  return known.success ? `: ${failureText(known.data)}` : ''
}
