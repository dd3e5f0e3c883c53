import type { z } from 'zod'
import type { ConfigProblem } from './config.ts'
import { didYouMean } from './did-you-mean.ts'
import { keysAt } from './schema-keys.ts'

type Issue = z.core.$ZodIssue

/** What zod found in `value`, in words, each with the key it is about. */
export function schemaProblems(
  schema: z.ZodType,
  error: z.ZodError,
  value: unknown,
  prefix: string,
): ConfigProblem[] {
  return error.issues.flatMap((issue) => problemsOf(schema, issue, value, prefix))
}

function problemsOf(schema: z.ZodType, issue: Issue, value: unknown, prefix: string): ConfigProblem[] {
  const key = dotted(prefix, issue.path)
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map((name) => ({
      key: dotted(prefix, [...issue.path, name]),
      message: `cannot use the unknown key ${quote(name)}: ${suggestion(name, known)}`,
    }))
  }
  return [{ key, message: `cannot use ${quote(valueAt(value, issue.path))}: ${expectation(issue, value)}` }]
}

function expectation(issue: Issue, root: unknown): string {
  const value = valueAt(root, issue.path)
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? 'it is required' : `it must be ${article(issue.expected)}`
    case 'too_small':
      return issue.origin === 'number'
        ? `it must be at least ${issue.minimum}${issue.inclusive === false ? ', and more' : ''}`
        : 'it must not be empty'
    case 'too_big':
      return `it must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`
    case 'invalid_value':
      return oneOf(value, issue.values.map(String))
    case 'invalid_union':
      return oneOf(value, unionValues(issue.errors))
    case 'invalid_key':
      return "use lower-case letters, digits, '-' and '_' in a name, and begin with a letter"
    case 'invalid_format':
      return issue.message.startsWith('must') ? `it ${issue.message}` : `it must be a valid ${issue.format}`
    default:
      return issue.message
  }
}

function oneOf(value: unknown, values: string[]): string {
  const meant = typeof value === 'string' ? didYouMean(value, values) : null
  return meant === null ? `it must be one of ${values.join(', ')}` : `did you mean ${quote(meant)}?`
}

function unionValues(errors: Issue[][]): string[] {
  return errors.flat().flatMap((issue) => (issue.code === 'invalid_value' ? issue.values.map(String) : []))
}

function suggestion(name: string, known: string[]): string {
  const meant = didYouMean(name, known)
  return meant === null ? 'remove it' : `did you mean ${quote(meant)}?`
}

function article(expected: string): string {
  const words: Record<string, string> = {
    int: 'a whole number',
    number: 'a number',
    string: 'text (in quotes if it looks like a number)',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping of keys',
    record: 'a mapping of names',
  }
  return words[expected] ?? expected
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let at: unknown = root
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<PropertyKey, unknown>)[key]
  }
  return at
}

function dotted(prefix: string, path: readonly PropertyKey[]): string {
  return [prefix, ...path.map(String)].filter((part) => part !== '').join('.')
}

/** JSON spells out control characters; the rest is made harmless where it is shown. */
function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
