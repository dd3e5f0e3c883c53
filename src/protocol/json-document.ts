import { replaceUnsafeCharacters, unicodeEscape } from '../domain/unsafe-text.ts'
import type { ErrorCode } from './errors.ts'

/** One thing that is wrong, as `--json` names it: `code` is stable, `message` is for people. */
export interface DocumentViolation {
  field: string
  code: string
  params?: Record<string, string | number>
  message: string
}

/** What `--json` prints when a program refuses: `violations` is always there, empty when no single field is to blame. */
export function refusalDocument(
  code: ErrorCode,
  message: string,
  violations: readonly DocumentViolation[] = [],
): { ok: false; error: { code: ErrorCode; message: string; violations: readonly DocumentViolation[] } } {
  return { ok: false, error: { code, message, violations } }
}

/** One JSON document; what could move a cursor or reorder text is written as `\u…`, which means the same. */
export function jsonDocument(document: unknown): string {
  return `${spelledOut(JSON.stringify(document, null, 2))}\n`
}

/** Text with control, invisible and bidirectional characters spelled out as `\u…`; line feeds stay. */
export function spelledOut(text: string): string {
  return replaceUnsafeCharacters(text, (found) => (found === '\n' ? found : unicodeEscape(found)))
}
