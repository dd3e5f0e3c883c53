import { readFileSync } from 'node:fs'
import type { ErrorCode } from '../protocol/errors.ts'
import {
  type DocumentViolation,
  jsonDocument,
  refusalDocument,
  spelledOut,
} from '../protocol/json-document.ts'

/** Says why nothing was done, as text or as one JSON document, and gives the exit status. */
export function refuse(
  json: boolean,
  exit: number,
  code: ErrorCode,
  message: string,
  violations: readonly DocumentViolation[] = [],
): number {
  if (json) process.stdout.write(jsonDocument(refusalDocument(code, message, violations)))
  else {
    const lines = violations.map((violation) => `  ${violation.field}: ${violation.message}\n`)
    process.stderr.write(spelledOut(`usher: ${message}\n${lines.join('')}`))
  }
  return exit
}

export function programVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version)
}
