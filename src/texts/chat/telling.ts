import { type QuietHours, quietSpan } from '../../domain/quiet-hours.ts'
import type { Words } from '../words.ts'
import type { Html } from './html.ts'

/** To the admins, once: somebody cannot be written to. `name` is null for whom the roster does not know. */
export function unreachableText(words: Words, id: number, name: string | null): Html {
  const who =
    name === null ? { html: `<code>${id}</code>` } : words.html('telling.unreachable_name', { name, id })
  return words.html('telling.unreachable', { who })
}

/** So many messages were left out here. */
export function leftOutText(words: Words, count: number): Html {
  return words.html('telling.left_out', { count })
}

/** Answers `/quiet` without anything: how it is. */
export function quietHoursText(words: Words, quiet: QuietHours | null): Html {
  return quiet === null ? words.html('telling.quiet_none') : words.html('telling.quiet_is', described(quiet))
}

/** They were just set, or ended with null. */
export function quietSetText(words: Words, quiet: QuietHours | null): Html {
  return quiet === null ? words.html('telling.quiet_off') : words.html('telling.quiet_set', described(quiet))
}

/** What was wrong with what was typed behind `/quiet`. */
export function quietRefusedText(words: Words, code: 'form' | 'same' | 'zone', zone: string): Html {
  return words.html(`telling.quiet_refused.${code}`, code === 'zone' ? { zone } : {})
}

function described(quiet: QuietHours): { span: string; zone: string } {
  return { span: quietSpan(quiet), zone: quiet.zone }
}
