import { canonicalJson } from '../../domain/canonical-json.ts'
import type { Json, JsonObject } from '../../domain/json.ts'

/** A member of an object; undefined where there is no object or no such member. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether two values are the same JSON; absent is like null. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null)
}

/** A scalar as it is written, anything else as JSON; empty text for what is absent. */
export function text(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The keys of both objects whose members differ. */
export function differingKeys(before: Json | undefined, after: Json | undefined): string[] {
  const keys = [before, after].flatMap((value) => (isObject(value) ? Object.keys(value) : []))
  return [...new Set(keys)].filter((key) => !same(member(before, key), member(after, key)))
}

/** What is in the second list only, and in the first only, each as one text; what is empty is left out. */
export function gainedAndLost(
  before: Json | undefined,
  after: Json | undefined,
): { gained?: string; lost?: string } {
  const [was = [], is = []] = [before, after].map((list) => (Array.isArray(list) ? list.map(text) : []))
  const gained = is.filter((one) => !was.includes(one)).join(', ')
  const lost = was.filter((one) => !is.includes(one)).join(', ')
  return { ...(gained === '' ? {} : { gained }), ...(lost === '' ? {} : { lost }) }
}
