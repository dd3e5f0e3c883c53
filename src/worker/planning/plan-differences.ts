import { canonicalJson } from '../../domain/canonical-json.ts'
import type { Difference } from '../../domain/difference.ts'
import type { Json, JsonObject } from '../../domain/json.ts'
import { factDifferences } from './fact-differences.ts'
import { gainedAndLost, member, same, text } from './json-parts.ts'

/** Members that differ in every revision and say nothing, and those that are looked at with others. */
const IGNORED = new Set(['request', 'format', 'steps', 'facts', 'role', 'expires_ms', 'demands', 'before'])
/** More than these are counted. */
const LIMIT = 12

/**
 * What of a plan's basis is no longer as it was approved. Says everything that a person needs to decide again, and only short
 * values: the whole is on the new plan.
 */
export function planDifferences(before: JsonObject, after: JsonObject): Difference[] {
  const found = [
    ...factDifferences(before['facts'], after['facts'], osUserOf(after)),
    ...roleDifferences(before['role'], after['role']),
    ...demandDifferences(before['demands'], after['demands']),
    ...otherDifferences(before, after),
  ]
  found.push(...stepDifferences(before['steps'], after['steps'], new Set(found.map(({ code }) => code))))
  if (found.length === 0 && !same(without(before), without(after))) found.push({ code: 'plan_changed' })
  return atMost(found)
}

/** The first ones, and how many more there are. */
export function atMost(differences: readonly Difference[]): Difference[] {
  const distinct = [...new Map(differences.map((one) => [canonicalJson(one), one])).values()]
  if (distinct.length <= LIMIT) return distinct
  return [...distinct.slice(0, LIMIT), { code: 'and_more', params: { count: distinct.length - LIMIT } }]
}

function osUserOf(basis: JsonObject): string {
  return text(member(basis['answers'], 'os_user'))
}

function without({ request: _, ...basis }: JsonObject): JsonObject {
  return basis
}

function roleDifferences(before: Json | undefined, after: Json | undefined): Difference[] {
  if (same(before, after)) return []
  const role = text(member(after, 'name') ?? member(before, 'name'))
  const scalar = (what: string, was: Json | undefined, is: Json | undefined): Difference[] =>
    same(was, is)
      ? []
      : [{ code: 'role_changed', params: { role, what, before: text(was), after: text(is) } }]
  const lists = (
    [
      ['groups', 'role_groups_changed'],
      ['permissions', 'role_permissions_changed'],
    ] as const
  ).flatMap(([key, code]): Difference[] => {
    const changes = gainedAndLost(member(before, key), member(after, key))
    return Object.keys(changes).length === 0 ? [] : [{ code, params: { role, ...changes } }]
  })
  const policy = (basis: Json | undefined, key: string) => member(member(basis, 'approval'), key)
  return [
    ...lists,
    ...['shell', 'description'].flatMap((key) => scalar(key, member(before, key), member(after, key))),
    ...['count', 'self', 'step_up', 'expiresMs'].flatMap((key) =>
      scalar(key, policy(before, key), policy(after, key)),
    ),
  ]
}

function demandDifferences(before: Json | undefined, after: Json | undefined): Difference[] {
  return ['terminal', 'consent'].flatMap((what): Difference[] => {
    const is = member(after, what)
    if (same(member(before, what), is)) return []
    return [{ code: 'demand_changed', params: { what, now: is === true ? 'needed' : 'not needed' } }]
  })
}

function otherDifferences(before: JsonObject, after: JsonObject): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap((key): Difference[] => {
    if (IGNORED.has(key) || same(before[key], after[key])) return []
    // An edit is about the entry as it stands: its answers differ where that does.
    if (key === 'answers' && after['kind'] === 'edit') return []
    if (key === 'template') return [{ code: 'template_changed' }]
    if (key === 'records' || key === 'run') {
      return [{ code: 'records_changed', params: { run: text(member(after['run'], 'id')) } }]
    }
    return [{ code: 'plan_changed', params: { what: key } }]
  })
}

/** What of the steps' parameters no other difference explains: they follow from role, template, facts and config. */
function stepDifferences(
  before: Json | undefined,
  after: Json | undefined,
  found: ReadonlySet<Difference['code']>,
): Difference[] {
  const [was, is] = [before, after].map((steps) => (Array.isArray(steps) ? steps : []))
  const kinds = [...new Set([...(was ?? []), ...(is ?? [])].map((step) => text(member(step, 'kind'))))]
  return kinds.flatMap((kind): Difference[] => {
    const [old, current] = [was, is].map((steps) =>
      member(
        steps?.find((step) => member(step, 'kind') === kind),
        'params',
      ),
    )
    if (same(old, current)) return []
    const between = (path: (params: Json | undefined) => string) => ({
      before: path(old),
      after: path(current),
    })
    switch (kind) {
      case 'account':
        if (!same(member(old, 'home'), member(current, 'home'))) {
          return [{ code: 'home_changed', params: between((params) => text(member(params, 'home'))) }]
        }
        return found.has('role_changed') ? [] : [{ code: 'step_changed', params: { kind } }]
      case 'groups':
        return found.has('role_groups_changed') ? [] : [{ code: 'step_changed', params: { kind } }]
      case 'roster':
        return found.has('roster_entry_changed') ? [] : [{ code: 'step_changed', params: { kind } }]
      case 'memory-seed':
        return found.has('template_changed') ? [] : [{ code: 'step_changed', params: { kind } }]
      case 'data-dirs':
        return [{ code: 'folders_changed', params: between(foldersText) }]
      case 'service':
        return same(member(old, 'services'), member(current, 'services'))
          ? []
          : [{ code: 'services_changed', params: between(servicesText) }]
      default:
        return [{ code: 'step_changed', params: { kind } }]
    }
  })
}

function foldersText(params: Json | undefined): string {
  return listText(member(params, 'directories'), (one) => text(member(one, 'path')))
}

function servicesText(params: Json | undefined): string {
  return listText(
    member(params, 'services'),
    (one) => `${text(member(one, 'unit'))} ${text(member(one, 'action'))}`,
  )
}

function listText(list: Json | undefined, name: (one: Json) => string): string {
  return Array.isArray(list) && list.length > 0 ? list.map(name).join(', ') : 'none'
}
