/** What a test looks for in a text: a part of it, or a regular expression. */
export type Pattern = string | RegExp

export const matches = (pattern: Pattern, text: string): boolean =>
  typeof pattern === 'string' ? text.includes(pattern) : text.search(pattern) >= 0

/** Button labels are named whole, unless by a regular expression. */
export const matchesLabel = (pattern: Pattern, label: string): boolean =>
  typeof pattern === 'string' ? label === pattern : label.search(pattern) >= 0

export const show = (pattern: Pattern): string =>
  typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern)
