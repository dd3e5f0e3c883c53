import type { DocumentViolation } from '../protocol/json-document.ts'
import type { ConfigProblem } from './config.ts'

/** Everything that is wrong with a config, as `--json` names it. */
export function configViolations(problems: readonly ConfigProblem[]): DocumentViolation[] {
  return problems.map(({ key, message }) => ({ field: key, code: 'config_invalid', message }))
}
