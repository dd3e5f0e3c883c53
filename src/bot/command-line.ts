import type { ErrorCode } from '../protocol/errors.ts'
import {
  type DocumentViolation,
  jsonDocument,
  refusalDocument,
  spelledOut,
} from '../protocol/json-document.ts'

/** Says why `usher NAME` does not run: one document with `json`, else words. Returns its exit status, 2. */
export function refuse(
  name: 'bot' | 'witness',
  json: boolean,
  code: ErrorCode,
  message: string,
  violations: readonly DocumentViolation[] = [],
): number {
  const lines = violations.map((violation) => `  ${violation.field}: ${violation.message}\n`)
  if (json) process.stdout.write(jsonDocument(refusalDocument(code, message, violations)))
  else process.stderr.write(spelledOut(`usher ${name}: ${message}\n${lines.join('')}`))
  return 2
}
