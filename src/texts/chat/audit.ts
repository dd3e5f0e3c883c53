import type { AuditEntryView } from '../../protocol/views.ts'
import { auditLine, auditText, headText } from '../audit.ts'
import { timeText } from '../duration.ts'
import { optional, type Words } from '../words.ts'
import { MAX_MESSAGE_LENGTH } from './fit.ts'
import { type Html, lineHtml } from './html.ts'

/** What was asked for, for people. */
export interface AskedOfHistory {
  person?: string | undefined
  request?: number | undefined
  run?: number | undefined
  from?: number | undefined
  to?: number | undefined
}

/**
 * One page of the history: as many of the entries as fit into a message, the newest first.
 *
 * @returns `last`: the id of the last entry that is shown; null when there is none
 */
export function auditPage(
  words: Words,
  asked: AskedOfHistory,
  entries: readonly AuditEntryView[],
): { html: string; shown: number; last: number | null } {
  const head = headOf(words, asked).html
  const lines: string[] = []
  let room = MAX_MESSAGE_LENGTH - head.length
  for (const entry of entries) {
    const line = entryHtml(words, entry).html
    room -= line.length + 1
    if (room < 0) break
    lines.push(line)
  }
  const last = entries[lines.length - 1]?.id ?? null
  const body = entries.length === 0 ? [words.html('audit_page.nothing').html] : lines
  return { html: [head, ...body].join('\n'), shown: lines.length, last }
}

function entryHtml(words: Words, entry: AuditEntryView): Html {
  const { mark } = auditLine(words, entry)
  const values = { id: entry.id, at: timeText(words, entry.at), entry: auditText(words, entry) }
  return lineHtml({ mark, text: words.say('audit_page.entry', values) })
}

function headOf(words: Words, { person, request, run, from, to }: AskedOfHistory): Html {
  const about = [
    ...(person === undefined ? [] : [person]),
    ...(request === undefined ? [] : [words.say('audit_page.about_request', { id: request })]),
    ...(run === undefined ? [] : [words.say('audit_page.about_run', { id: run })]),
    ...(from === undefined ? [] : [words.say('audit_page.about_from', { at: timeText(words, from) })]),
    ...(to === undefined ? [] : [words.say('audit_page.about_until', { at: timeText(words, to) })]),
  ].join(', ')
  return words.html('audit_page.head', optional({ about: about === '' ? null : about }))
}

/** The end of the history's chain, for a chat that this host cannot change afterwards. */
export function postedHead(words: Words, head: { id: number; hash: string }): Html {
  return words.html('audit_page.posted_head', { id: head.id, head: headText(head) })
}

/** Somebody has changed the history behind Usher's back. */
export function brokenHistory(words: Words, expected: string, found: string): Html {
  return words.html('audit_page.broken', { expected, found })
}
