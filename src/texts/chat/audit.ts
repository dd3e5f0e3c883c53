import type { AuditEntryView } from '../../protocol/views.ts'
import { auditLine, auditText, headText } from '../audit.ts'
import { timeText } from '../duration.ts'
import { MAX_MESSAGE_LENGTH } from './fit.ts'
import { type Html, h, lineHtml } from './html.ts'

export const OLDER_LABEL = 'Older ›'
export const NEWEST_LABEL = '« Newest'
export const NO_ENTRIES = 'The history has nothing about that.'
export const AUDIT_USAGE =
  'I did not understand that. /audit shows what happened last; /audit ada, /audit request 7, /audit run 3, /audit 2026-11-20 and /audit since 24h narrow it down, also together.'

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
  asked: AskedOfHistory,
  entries: readonly AuditEntryView[],
): { html: string; shown: number; last: number | null } {
  const head = headOf(asked).html
  const lines: string[] = []
  let room = MAX_MESSAGE_LENGTH - head.length
  for (const entry of entries) {
    const line = entryHtml(entry).html
    room -= line.length + 1
    if (room < 0) break
    lines.push(line)
  }
  const last = entries[lines.length - 1]?.id ?? null
  const body = entries.length === 0 ? [h`${NO_ENTRIES}`.html] : lines
  return { html: [head, ...body].join('\n'), shown: lines.length, last }
}

function entryHtml(entry: AuditEntryView): Html {
  const { mark } = auditLine(entry)
  return lineHtml({ mark, text: `${entry.id} · ${timeText(entry.at)} · ${auditText(entry)}` })
}

function headOf({ person, request, run, from, to }: AskedOfHistory): Html {
  const about = [
    ...(person === undefined ? [] : [person]),
    ...(request === undefined ? [] : [`request ${request}`]),
    ...(run === undefined ? [] : [`run ${run}`]),
    ...(from === undefined ? [] : [`from ${timeText(from)}`]),
    ...(to === undefined ? [] : [`until ${timeText(to)}`]),
  ]
  return h`<b>What happened${about.length === 0 ? '' : `: ${about.join(', ')}`}</b>`
}

/** The end of the history's chain, for a chat that this host cannot change afterwards. */
export function postedHead(head: { id: number; hash: string }): Html {
  return h`🔗 The history of this host is at event ${head.id} today:
<code>${headText(head)}</code>
Nothing is to be done. Whether it is still the same history one day, the host says with
<code>sudo usher audit verify --head ${headText(head)}</code>`
}

/** Somebody has changed the history behind Usher's back. */
export function brokenHistory(expected: string, found: string): Html {
  return h`❌ The history of this host was changed behind Usher's back: it had been at event ${expected}, and event ${found} was there.
Usher goes on, and trusts nothing that stands before. What is wrong, the host says with <code>sudo usher audit verify</code>; who can become root there?`
}
