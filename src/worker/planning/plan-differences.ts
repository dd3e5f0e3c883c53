import { canonicalJson } from '../../domain/canonical-json.ts'
import type { Json, JsonObject } from '../../domain/json.ts'

/** Members that differ in every revision and say nothing. */
const IGNORED = new Set(['request', 'format'])
/** More than this many places are summed up. */
const LIMIT = 8

/**
 * What of a plan's basis is no longer as it was approved, in words for people: `the account, the path /srv/x`. Only places
 * are named, never values: those are on the new plan.
 */
export function planDifferences(before: JsonObject, after: JsonObject): string[] {
  const places = new Set<string>()
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (IGNORED.has(key) || same(before[key], after[key])) continue
    for (const place of placesOf(key, before[key], after[key])) places.add(place)
  }
  const all = [...places]
  return all.length <= LIMIT ? all : [...all.slice(0, LIMIT), `${all.length - LIMIT} more`]
}

const FACT_NAMES: Readonly<Record<string, string>> = {
  account: 'the account',
  accountExpired: "the account's expiry",
  power: 'what the account can do',
  sameNamedGroup: "the group of the account's name",
  rosterMatches: 'the roster',
  shellExists: 'the shell',
  personUids: 'the range of uids for people',
}

function placesOf(key: string, before: Json | undefined, after: Json | undefined): string[] {
  switch (key) {
    case 'facts':
      return differing(before, after).flatMap((fact) => {
        const [was, is] = [member(before, fact), member(after, fact)]
        if (fact === 'paths') return differing(was, is).map((path) => `the path ${path}`)
        if (fact === 'roleGroups') return differing(was, is).map((group) => `the group ${group}`)
        if (fact === 'owners') return differing(was, is).map((user) => `the account ${user}`)
        return [FACT_NAMES[fact] ?? fact]
      })
    case 'steps':
      return stepKinds(before, after).map((kind) => `the step ${kind}`)
    case 'role':
      return ['the role']
    case 'template':
      return ['the memory template']
    case 'records':
      return ["the run's records"]
    case 'demands':
      return ['what the plan demands']
    case 'expires_ms':
      return ['how long a request lives']
    default:
      return [key]
  }
}

function stepKinds(before: Json | undefined, after: Json | undefined): string[] {
  const [was, is] = [before, after].map((steps) => (Array.isArray(steps) ? steps : []))
  const length = Math.max(was?.length ?? 0, is?.length ?? 0)
  return Array.from({ length }, (_, index) => index)
    .filter((index) => !same(was?.[index], is?.[index]))
    .map((index) => String(member(is?.[index] ?? was?.[index], 'kind')))
}

function differing(before: Json | undefined, after: Json | undefined): string[] {
  const keys = [before, after].flatMap((value) => (isObject(value) ? Object.keys(value) : []))
  return [...new Set(keys)].filter((key) => !same(member(before, key), member(after, key)))
}

function member(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? value[key] : undefined
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null)
}
