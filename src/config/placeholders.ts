/** What is wrong with the placeholders of `text`, or null: only the allowed ones, each closed. */
export function placeholderProblem(text: string, allowed: readonly string[]): string | null {
  const found = text.match(/\{[^{}]*\}?|\}/g) ?? []
  const wrong = found.find((part) => !allowed.map((name) => `{${name}}`).includes(part))
  if (wrong === undefined) return null
  const may =
    allowed.length === 0
      ? 'no placeholder is allowed here'
      : `only ${allowed.map((name) => `{${name}}`).join(', ')} may be used here`
  return `cannot expand ${JSON.stringify(wrong)}: ${may}`
}

/** What is wrong with a path that may begin with `{home}`, or null. */
export function expandablePathProblem(text: string, allowed: readonly string[]): string | null {
  const placeholder = placeholderProblem(text, allowed)
  if (placeholder !== null) return placeholder
  const start = allowed.includes('home') ? "'/' or {home}" : "'/'"
  const rooted = text.startsWith('/') || (allowed.includes('home') && /^\{home\}(\/|$)/.test(text))
  if (!rooted) return `cannot use ${JSON.stringify(text)}: it must begin with ${start}`
  if (text.indexOf('{home}') > 0)
    return `cannot use ${JSON.stringify(text)}: {home} must stand at its beginning`
  if (text.split('/').includes('..')) return `cannot use ${JSON.stringify(text)}: it must not contain ".."`
  return controlProblem(text)
}

/** Control characters in a value that becomes a path or argument, or null. */
export function controlProblem(text: string): string | null {
  return /\p{Cc}/u.test(text)
    ? `cannot use ${JSON.stringify(text)}: it must not contain control characters`
    : null
}
