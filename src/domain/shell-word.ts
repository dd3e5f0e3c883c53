/** One word of a POSIX shell, whatever is in it. For commands that people copy, never for ones that we run. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
