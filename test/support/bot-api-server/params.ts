import type { RequestFields, UploadedFile } from './request-body.ts'

/** Typed access to the parameters of one call. Telegram takes numbers and nested objects also as text. */
export interface Params {
  /** The parameters as sent, for the call log; uploaded files appear by name and size only. */
  readonly payload: Record<string, unknown>
  /** A string; numbers and booleans are written out. Undefined when absent. */
  text(name: string): string | undefined
  /** A safe integer, given as number or as text. Undefined when absent or not one. */
  integer(name: string): number | undefined
  flag(name: string): boolean
  /** A nested value, given as JSON or as text that holds JSON. `{ok: false}` when that text is no JSON. */
  json(name: string): { ok: true; value: unknown } | { ok: false }
  /** The file behind a field: the part itself or the part that an `attach://` value names. */
  file(name: string): UploadedFile | undefined
}

export function createParams({ fields, files }: RequestFields): Params {
  const summaries = Object.entries(files).map(([name, file]) => [
    name,
    { file_name: file.file_name, file_size: file.bytes.length },
  ])
  const present = (name: string) => {
    const value = fields[name]
    return value === null ? undefined : value
  }
  return {
    payload: { ...fields, ...Object.fromEntries(summaries) },
    text(name) {
      const value = present(name)
      if (typeof value === 'string') return value
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
    },
    integer(name) {
      const value = present(name)
      const number = typeof value === 'string' && /^-?\d+$/.test(value.trim()) ? Number(value) : value
      return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
    },
    flag(name) {
      const value = present(name)
      return value === true || value === 1 || /^(true|yes|1)$/i.test(typeof value === 'string' ? value : '')
    },
    json(name) {
      const value = present(name)
      if (typeof value !== 'string') return { ok: true, value }
      if (value === '') return { ok: true, value: undefined }
      try {
        return { ok: true, value: JSON.parse(value) as unknown }
      } catch {
        return { ok: false }
      }
    },
    file(name) {
      const value = present(name)
      const reference = typeof value === 'string' ? /^attach:\/\/(.+)$/.exec(value)?.[1] : undefined
      return files[reference ?? name]
    },
  }
}
