import type { Json, JsonObject } from '../../domain/json.ts'

/** Members of an event's data whose text is one word of a closed list. */
const WORDS = new Set(['kind', 'mode', 'revision', 'via', 'by', 'from', 'state', 'code'])
const WORD = /^[a-z][a-z0-9_.-]{0,40}$/

/**
 * What of an event's data leaves through the bot: numbers, yes and no, and words of closed lists; of a failure its code. What
 * people or programs wrote (reasons, output, paths, names) stays: whoever took the bot could else read years of it at once.
 */
export function redacted(data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]): [string, Json][] => {
      if (typeof value === 'number' || typeof value === 'boolean') return [[key, value]]
      if (typeof value === 'string') return WORDS.has(key) && WORD.test(value) ? [[key, value]] : []
      if (key !== 'failure' || value === null || Array.isArray(value)) return []
      return [[key, redacted({ code: value['code'] ?? '' })]]
    }),
  )
}
