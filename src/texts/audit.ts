import { EVENT_TYPES, type EventType } from '../domain/event.ts'
import { type AuditEntryView, type AuditFinding, failureSchema } from '../protocol/views.ts'
import { actorText } from './actors.ts'
import { durationText, localTimeText } from './duration.ts'
import { failureText } from './failures.ts'
import type { Line } from './line.ts'
import { plain } from './plain.ts'
import { stepTitle } from './steps.ts'
import type { Params, Words } from './words.ts'

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
export function auditText(words: Words, entry: AuditEntryView): string {
  const { actor, subject } = entry
  const type = knownType(entry)
  const who = actorText(words, actor)
  const done =
    type === null
      ? words.say('audit_unknown', { who, type: plain(entry.type, 64) })
      : words.coded(`audit.${type}`, { ...told(words, entry), who })
  if (subject === null || actor.key === `telegram:${subject.telegram_id}`) return done
  const { name, telegram_id: id } = subject
  return name === null
    ? words.say('audit_about_nameless', { entry: done, id })
    : words.say('audit_about', { entry: done, about: plain(name, 64) })
}

/** One entry of the history as a line: id, when in this process's own zone, who did what. */
export function auditLine(words: Words, entry: AuditEntryView): Line {
  const type = knownType(entry)
  const mark = (type === null ? undefined : MARKS[type]) ?? 'info'
  return { mark, text: `${entry.id}  ${localTimeText(words, entry.at)}  ${auditText(words, entry)}` }
}

/** A head of the history as it is posted and as `usher audit verify --head` takes it: the id, and 128 bits of the hash. */
export function headText(head: { id: number; hash: string }): string {
  return `${head.id}:${head.hash.slice(0, 32)}`
}

/** What `audit verify` found, in words. */
export function findingText(words: Words, finding: AuditFinding): string {
  const { code, event_id: event, request_id: request, run_id: run, params = {} } = finding
  const by = params['by']
  return words.coded(`audit_finding.${code}`, {
    ...params,
    ...(event === null ? {} : { event }),
    ...(request === null ? {} : { request }),
    ...(run === null ? {} : { run }),
    ...(by === undefined ? {} : { by: actorText(words, { key: String(by), name: null }) }),
    several: params['first'] === params['last'] ? 'no' : 'yes',
  })
}

/** Null for one of another version of Usher. */
function knownType({ type }: AuditEntryView): EventType | null {
  return EVENT_TYPES.find((one) => one === type) ?? null
}

/** What the words need of an entry. Members that did not leave the worker are left out of it. */
function told(words: Words, { id, request_id, run_id, data }: AuditEntryView): Params {
  const params: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(data)) {
    if (typeof value === 'number') params[name] = value
    if (typeof value === 'string' && value !== '') params[name] = plain(value, 300)
  }
  const { kind, duration_ms: duration, attempts } = params
  if (!(Number(attempts) > 1)) delete params['attempts']
  const known = failureSchema.safeParse(data['failure'])
  return {
    // The head is noted by the event after it.
    id: id - 1,
    differing: 0,
    why: '',
    ...params,
    ...(request_id === null ? {} : { request: request_id }),
    ...(run_id === null ? {} : { run: run_id }),
    step: kind === undefined ? words.say('audit_step_unknown') : stepTitle(words, String(kind)),
    ...(typeof duration === 'number' ? { took: durationText(words, duration) } : {}),
    ...(known.success ? { failure: failureText(words, known.data) } : {}),
    active: data['active'] === true ? 'yes' : 'no',
  }
}
