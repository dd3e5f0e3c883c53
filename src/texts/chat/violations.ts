import type { Violation } from '../../domain/violation.ts'
import { violationText } from '../violations.ts'
import type { Words } from '../words.ts'
import { type Html, join, lineHtml } from './html.ts'

/** Everything that is wrong with an answer, in the words that the terminal uses too. */
export function violationsHtml(words: Words, violations: readonly Violation[]): Html {
  if (violations.length === 0) return words.html('dialogue.unusable')
  return join(
    violations.map((violation) => lineHtml({ mark: 'failed', text: violationText(words, violation) })),
  )
}
