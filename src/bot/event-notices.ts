import { type EventView, stuckSchema } from '../protocol/views.ts'
import { brokenHistory, postedHead } from '../texts/chat/audit.ts'
import { reconcileFailedText, reconcileOverdueText } from '../texts/chat/drift-card.ts'
import { factorNotice } from '../texts/chat/factors.ts'
import type { Html } from '../texts/chat/html.ts'
import { stuckRunText } from '../texts/chat/stuck-run.ts'
import { witnessUnreachable } from '../texts/chat/witness.ts'
import type { Words } from '../texts/words.ts'

export interface NoticeOptions {
  /** Whether the admins' chats keep the end of the history's chain. */
  postHead: boolean
}

/** What every admin is told about an event that no card shows; null for all others. */
export function noticeOf(words: Words, event: EventView, { postHead }: NoticeOptions): Html[] | null {
  const { type, data, run_id, request_id } = event
  switch (type) {
    case 'audit.head': {
      const { id, hash } = data
      if (!postHead || typeof id !== 'number' || typeof hash !== 'string') return null
      return [postedHead(words, { id, hash })]
    }
    case 'audit.broken':
      return [brokenHistory(words, String(data['expected_id'] ?? '?'), String(data['found_id'] ?? '?'))]
    case 'reconcile.failed':
      // It is tried again and again; that it still fails says `reconcile.overdue`.
      return data['changed'] === false ? null : [reconcileFailedText(words, String(data['why'] ?? ''))]
    case 'reconcile.overdue':
      return [reconcileOverdueText(words, Number(data['since'] ?? 0))]
    case 'witness.unreachable':
      return request_id === null ? null : [witnessUnreachable(words, request_id, String(data['bot'] ?? ''))]
    case 'run.stuck': {
      const stuck = stuckSchema.safeParse(data)
      if (!stuck.success || run_id === null || request_id === null) return null
      return [stuckRunText(words, run_id, request_id, stuck.data)]
    }
    default: {
      const notice = factorNotice(words, event)
      return notice === null ? null : [notice]
    }
  }
}

/** Whether `noticeOf` has something to say about it. */
export function hasNotice(words: Words, event: EventView, options: NoticeOptions): boolean {
  return noticeOf(words, event, options) !== null
}

/** What admins are told in their quiet hours too: somebody may be attacking, or the history cannot be trusted. */
const URGENT = [
  'witness.unreachable',
  'audit.broken',
  'chat.alarm',
  'chat.frozen',
  'chat.unfrozen',
  'factor.disabled',
]

/** Whether this waits for nobody's morning. */
export function isUrgentNotice({ type }: EventView): boolean {
  return URGENT.includes(type)
}
