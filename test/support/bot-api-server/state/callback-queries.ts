import { randomBytes } from 'node:crypto'

interface CallbackAnswer {
  text: string | undefined
  show_alert: boolean
  url: string | undefined
  at_ms: number
}

interface CallbackRecord {
  id: string
  user_id: number
  chat_id: number
  message_id: number
  data: string
  /** The change clock and the monotonic milliseconds at the tap. */
  version: number
  at_ms: number
  answer: (CallbackAnswer & { version: number }) | undefined
}

/** Button taps that wait for `answerCallbackQuery`: each can be answered once and only for a while. */
export interface CallbackQueries {
  open(tap: Omit<CallbackRecord, 'id' | 'answer' | 'at_ms'>): CallbackRecord
  /** False when the id is unknown, was answered before or is too old. */
  answer(id: string, answer: Omit<CallbackAnswer, 'at_ms'>, version: number): boolean
  list(): readonly CallbackRecord[]
}

const MAX_KEPT = 1000

export function createCallbackQueries(ttlMs: number): CallbackQueries {
  const records: CallbackRecord[] = []
  return {
    open(tap) {
      const id = randomBytes(8).readBigUInt64BE().toString()
      const record: CallbackRecord = { ...tap, id, at_ms: performance.now(), answer: undefined }
      records.push(record)
      if (records.length > MAX_KEPT) records.shift()
      return record
    },
    answer(id, answer, version) {
      const record = records.find((one) => one.id === id)
      if (!record || record.answer || performance.now() - record.at_ms > ttlMs) return false
      record.answer = { ...answer, at_ms: performance.now(), version }
      return true
    },
    list: () => records,
  }
}
