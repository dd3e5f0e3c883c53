import type { NotAnswered } from '../../conversations/ports.ts'
import type { ApiError } from '../protocol/errors.ts'
import { errorText } from '../texts/errors.ts'
import type { Words } from '../texts/words.ts'
import { isAway } from './worker-calls.ts'

/** What the worker says instead, or that it is away. */
export function notAnswered(words: Words, error: ApiError): NotAnswered {
  return {
    ok: false,
    text: isAway({ ok: false, error }) ? words.say('commands.worker_away') : errorText(words, error),
  }
}
