import type { z } from 'zod'
import type { missingSchema, RequestView } from '../protocol/views.ts'
import { actorText } from './actors.ts'
import { returnedLines } from './differences.ts'
import { timeText } from './duration.ts'
import { askedLines } from './edits.ts'
import type { Line } from './line.ts'
import { plain } from './plain.ts'
import { planLines } from './plans.ts'
import type { Params, Words } from './words.ts'

/** What people read as the state of a request. */
export function requestStateText(words: Words, state: RequestView['state']): string {
  return words.say(`request_state.${state}`)
}

/** What the request asks for, in the middle of a sentence: `onboard Ada Lovelace as ada (role user)`. */
export function requestSubject(words: Words, request: RequestView): string {
  return words.coded(`request_subject.${asksFor(request)}`, subjectValues(request))
}

/** What the request asks for, as a title. */
export function requestTitle(words: Words, request: RequestView): string {
  return words.coded(`request_title.${asksFor(request)}`, subjectValues(request))
}

function asksFor({
  kind,
  undoes,
  findings = [],
}: RequestView): RequestView['kind'] | 'take_over' | 'undo_edit' {
  if (undoes === 'edit') return 'undo_edit'
  const takesOver = kind === 'repair' && findings.some(({ code }) => code === 'entry.unrecorded')
  return takesOver ? 'take_over' : kind
}

function subjectValues({ answers, edit, undo_of: run }: RequestView): Params {
  // Who is changed is who they are now.
  const { name, os_user, role } = edit?.before ?? answers
  return { ...{ name: plain(name, 64), os_user, role }, ...(run === null ? {} : { run }) }
}

/** A request in one line, for lists. */
export function requestLine(words: Words, request: RequestView): string {
  const { id, state } = request
  return words.say('request.line', {
    ...{ id, subject: requestSubject(words, request), state: requestStateText(words, state) },
  })
}

/** What the request still lacks before it runs, one thing a line. */
export function missingText(words: Words, missing: z.infer<typeof missingSchema>, id: number): string {
  switch (missing.kind) {
    case 'approvals':
      return words.say('missing.approvals', { need: missing.need, have: missing.have })
    case 'terminal':
      return words.say('missing.terminal', { id })
    case 'consent':
      return words.say('missing.consent', { id })
    case 'hold':
      return words.say('missing.hold', { until: timeText(words, missing.until) })
  }
}

/** The request with every answer, who decided, what is missing, and its plan. */
export function requestLines(words: Words, request: RequestView): Line[] {
  const { id, state, revision, host } = request
  const at = (time: number) => timeText(words, time)
  const isOpen = state === 'draft' || state === 'submitted'
  const asked = { by: actorText(words, request.requester), at: at(request.created_at), revision, host }
  const lines: Line[] = [
    { mark: 'none', text: requestLine(words, request) },
    { mark: 'none', text: words.say('request.asked_by', asked), indent: 1 },
  ]
  if (isOpen) {
    lines.push({ mark: 'none', text: words.say('request.lapses', { at: at(request.expires_at) }), indent: 1 })
  }
  for (const { by, via, at: time } of request.approvals) {
    const values = { by: actorText(words, by), via, at: at(time) }
    lines.push({ mark: 'done', text: words.say('request.approved_by', values), indent: 1 })
  }
  if (request.decided_by !== null && state !== 'approved') {
    const values = { state, by: actorText(words, request.decided_by) }
    lines.push({ mark: 'info', text: words.say('request.decided_by', values), indent: 1 })
  }
  if (request.reason !== null) {
    lines.push({ mark: 'info', text: words.say('request.because', { reason: request.reason }), indent: 1 })
  }
  lines.push(...indented(returnedLines(words, request)))
  if (isOpen) {
    for (const missing of request.missing) {
      lines.push({ mark: 'will', text: missingText(words, missing, id), indent: 1 })
    }
  }
  if (request.run_id !== null) {
    lines.push({ mark: 'info', text: words.say('request.run', { run: request.run_id }), indent: 1 })
  }
  const planHead = request.kind === 'undo' ? 'request.plan_of_undo' : 'request.plan'
  return [
    ...lines,
    { mark: 'none', text: words.say('request.answers') },
    ...indented(askedLines(words, request)),
    { mark: 'none', text: words.say(planHead) },
    ...indented(planLines(words, request.plan)),
  ]
}

function indented(lines: Line[]): Line[] {
  return lines.map((line) => ({ ...line, indent: (line.indent ?? 0) + 1 }))
}
