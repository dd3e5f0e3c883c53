import type { ApiResult } from '../api-result.ts'
import type { Fault } from './faults.ts'

/** One call of a Bot API method as the server saw it. */
export interface CallRecord {
  id: number
  method: string
  payload: Record<string, unknown>
  /** Wall clock at the start, ISO 8601. */
  time: string
  /** Monotonic milliseconds of the server's process. */
  started_ms: number
  ended_ms: number
  /** Undefined when no answer was sent: the connection was dropped or the client had gone. */
  response: ApiResult | undefined
  fault: Fault | undefined
}

/** The last calls, oldest first. Polls are kept apart, so that they cannot push the others out. */
export interface CallLog {
  add(call: Omit<CallRecord, 'id'>): CallRecord
  list(filter?: { method?: string; after?: number }): CallRecord[]
}

const MAX_CALLS = 5000
const MAX_POLLS = 500

export function createCallLog(): CallLog {
  const calls: CallRecord[] = []
  const polls: CallRecord[] = []
  let lastId = 0
  return {
    add(call) {
      lastId += 1
      const record = { id: lastId, ...call }
      const [list, limit] = call.method === 'getUpdates' ? [polls, MAX_POLLS] : [calls, MAX_CALLS]
      list.push(record)
      if (list.length > limit) list.shift()
      return record
    },
    list({ method, after = 0 } = {}) {
      const list = method === 'getUpdates' ? polls : calls
      return list.filter((call) => call.id > after && (method === undefined || call.method === method))
    },
  }
}
