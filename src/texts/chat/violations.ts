import type { Violation } from '../../domain/violation.ts'
import { violationText } from '../violations.ts'
import { type Html, h, join, lineHtml } from './html.ts'

/** Everything that is wrong with an answer, in the words that the terminal uses too. */
export function violationsHtml(violations: readonly Violation[]): Html {
  if (violations.length === 0) return h`I cannot use that answer. Please try another one.`
  return join(violations.map((violation) => lineHtml({ mark: 'failed', text: violationText(violation) })))
}
