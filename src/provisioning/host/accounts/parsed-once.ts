/**
 * A parser that remembers its last text: reading a file again costs little, parsing it again for every question costs more
 * with every account. What it gives is shared by all who ask, so it is frozen.
 */
export function parsedOnce<T extends object>(
  parse: (text: string) => readonly T[],
): (text: string) => readonly Readonly<T>[] {
  let last: { text: string; entries: readonly Readonly<T>[] } | null = null
  return (text) => {
    if (last?.text !== text) last = { text, entries: Object.freeze(parse(text).map(frozen)) }
    return last.entries
  }
}

function frozen<T extends object>(entry: T): Readonly<T> {
  for (const value of Object.values(entry)) if (typeof value === 'object') Object.freeze(value)
  return Object.freeze(entry)
}
