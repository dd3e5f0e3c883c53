import type { EventView } from '../protocol/views.ts'
import { brokenHistory, postedHead } from '../texts/chat/audit.ts'
import type { Html } from '../texts/chat/html.ts'

export interface NoticeOptions {
  /** Whether the admins' chats keep the end of the history's chain. */
  postHead: boolean
}

/** What every admin is told about an event that no card shows; null for all others. */
export function noticeOf({ type, data }: EventView, { postHead }: NoticeOptions): Html[] | null {
  switch (type) {
    case 'audit.head': {
      const { id, hash } = data
      if (!postHead || typeof id !== 'number' || typeof hash !== 'string') return null
      return [postedHead({ id, hash })]
    }
    case 'audit.broken':
      return [brokenHistory(String(data['expected_id'] ?? '?'), String(data['found_id'] ?? '?'))]
    default:
      return null
  }
}
