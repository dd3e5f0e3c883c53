import { plain } from './plain.ts'

/** Values that came with a code, made harmless on the way into a sentence. */
export interface Params {
  /** The value as text, or `fallback` when the code came without it. */
  text(name: string, fallback?: string): string
  /** The value in quotes, or empty text when the code came without it. Starts with a space. */
  quoted(name?: string): string
  /** The value after a space, or empty text when the code came without it. */
  after(name: string): string
  number(name: string): number | null
  has(name: string): boolean
}

/** Wraps the parameters of a violation, note, failure or error. */
export function paramsOf(params: Record<string, string | number> | undefined): Params {
  const values = params ?? {}
  const has = (name: string) => Object.hasOwn(values, name)
  return {
    has,
    text: (name, fallback = '?') => (has(name) ? plain(values[name] ?? fallback, 500) : fallback),
    quoted: (name = 'value') => (has(name) ? ` '${plain(values[name] ?? '', 100)}'` : ''),
    after: (name) => (has(name) ? ` ${plain(values[name] ?? '', 500)}` : ''),
    number: (name) => {
      const value = has(name) ? Number(values[name]) : Number.NaN
      return Number.isFinite(value) ? value : null
    },
  }
}
