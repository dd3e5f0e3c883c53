import { normalize } from 'node:path'
import type { Violation } from '../../domain/violation.ts'

const FIELD = 'workspace_base'
const PLACEHOLDER = /\{([^{}]*)\}/g

export type ExpandedWorkspace = { ok: true; path: string } | { ok: false; violation: Violation }

/**
 * Expands `{home}`, `{os_user}` and `{telegram_id}`. The result is absolute and has no `.`, `..` or empty component;
 * whether a person may have it is asked in `validate-paths.ts`.
 */
export function expandWorkspace(
  template: string,
  person: { home: string; os_user: string; telegram_id: number },
): ExpandedWorkspace {
  const values: Record<string, string> = {
    home: person.home,
    os_user: person.os_user,
    telegram_id: String(person.telegram_id),
  }
  const refuse = (code: 'path_not_absolute' | 'path_not_allowed', why?: string): ExpandedWorkspace => ({
    ok: false,
    violation: { field: FIELD, code, params: { path: template, ...(why === undefined ? {} : { why }) } },
  })
  const unknown = [...template.matchAll(PLACEHOLDER)].find(([, name = '']) => !Object.hasOwn(values, name))
  if (unknown !== undefined) return refuse('path_not_allowed', `${unknown[0]} is not a known placeholder`)
  const path = template.replaceAll(PLACEHOLDER, (_, name: string) => values[name] ?? '')
  if (!path.startsWith('/')) return refuse('path_not_absolute')
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
  // `normalize` resolves dots and doubled slashes; what it would change is refused instead of guessed.
  if (normalize(trimmed) !== trimmed) return refuse('path_not_allowed', "it has '.', '..' or an empty part")
  return { ok: true, path: trimmed }
}
