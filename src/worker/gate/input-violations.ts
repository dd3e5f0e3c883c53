import type { z } from 'zod'
import type { Violation } from '../../domain/violation.ts'

/**
 * What a schema says about an input, as violations of the protocol: all of them at once. `answers.` is left out of the
 * fields' names, because people are asked for `os_user`, not for `answers.os_user`.
 */
export function violationsOf(error: z.ZodError, input: unknown): Violation[] {
  return error.issues.flatMap((issue): Violation[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: fieldOf([...issue.path, key]), code: 'unknown_field' }))
    }
    const field = fieldOf(issue.path)
    if (valueAt(input, issue.path) === undefined) return [{ field, code: 'required' }]
    if (issue.code === 'too_big' && issue.origin === 'string') {
      return [{ field, code: 'text_too_long', params: { max: Number(issue.maximum) } }]
    }
    return [{ field, code: 'wrong_type' }]
  })
}

function fieldOf(path: readonly PropertyKey[]): string {
  const [first, ...rest] = path.map(String)
  if (first === undefined) return ''
  return (first === 'answers' && rest.length > 0 ? rest : [first, ...rest]).join('.')
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}
