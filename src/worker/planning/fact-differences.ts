import type { Difference, DifferenceCode } from '../../domain/difference.ts'
import type { Json, JsonObject } from '../../domain/json.ts'
import { differingKeys, gainedAndLost, isObject, member, same, text } from './json-parts.ts'

/** What of the facts that a plan rests on is not as it was, most telling first: the account, paths, roster, groups. */
export function factDifferences(
  before: Json | undefined,
  after: Json | undefined,
  osUser: string,
): Difference[] {
  const [existed, exists] = [before, after].map((facts) => isObject(member(facts, 'account')))
  const about = { osUser, cameOrWent: existed !== exists }
  return LOOKS.flatMap(([fact, look]) => {
    const [was, is] = [member(before, fact), member(after, fact)]
    return same(was, is) ? [] : look(was, is, about)
  })
}

interface About {
  osUser: string
  /** An account that appeared or went explains what it can do, when it expires, and its own group. */
  cameOrWent: boolean
}
type Look = (before: Json | undefined, after: Json | undefined, about: About) => Difference[]

const LOOKS: readonly (readonly [fact: string, look: Look])[] = [
  ['account', accountDifferences],
  ['accountExpired', expiryDifference],
  ['power', powerDifferences],
  ['sameNamedGroup', sameNamedGroupDifferences],
  ['paths', pathDifferences],
  ['rosterMatches', rosterDifferences],
  ['roleGroups', roleGroupDifferences],
  ['owners', (before, after) => names(before, after, 'owner_changed', 'user')],
  [
    'shellExists',
    (_, after) => [{ code: 'shell_changed', params: { now: after === true ? 'there' : 'gone' } }],
  ],
  [
    'personUids',
    (before, after) => [
      { code: 'uid_range_changed', params: { before: rangeText(before), after: rangeText(after) } },
    ],
  ],
  ['mode', (_, after) => [{ code: 'plan_changed', params: { what: `mode ${text(after)}` } }]],
  ['ownUid', (_, after) => [{ code: 'plan_changed', params: { what: `uid ${text(after)}` } }]],
]

const ACCOUNT_PARTS = [
  ['uid', 'uid'],
  ['gid', 'gid'],
  ['home', 'home'],
  ['shell', 'shell'],
  ['gecos', 'comment'],
] as const

function accountDifferences(
  before: Json | undefined,
  after: Json | undefined,
  { osUser }: About,
): Difference[] {
  if (!isObject(before))
    return [one('account_appeared', { os_user: osUser, uid: text(member(after, 'uid')) })]
  if (!isObject(after)) return [one('account_gone', { os_user: osUser })]
  return ACCOUNT_PARTS.flatMap(([key, what]): Difference[] => {
    const [was, is] = [member(before, key), member(after, key)]
    if (same(was, is)) return []
    return [one('account_changed', { os_user: osUser, what, before: text(was), after: text(is) })]
  })
}

function expiryDifference(_: Json | undefined, after: Json | undefined, about: About): Difference[] {
  if (about.cameOrWent) return []
  const now = after === true ? 'expired' : 'active'
  return [one('account_expiry_changed', { os_user: about.osUser, now })]
}

function powerDifferences(before: Json | undefined, after: Json | undefined, about: About): Difference[] {
  if (about.cameOrWent) return []
  const { osUser } = about
  const groups = gainedAndLost(member(before, 'groups'), member(after, 'groups'))
  const [was, is] = [before, after].map((power) => ({
    sudo: member(power, 'sudoRules'),
    linger: member(power, 'linger'),
    keys: member(power, 'authorizedKeys'),
  }))
  const rules = (list: Json | undefined) => (Array.isArray(list) ? list.length : 0)
  return [
    ...(Object.keys(groups).length === 0
      ? []
      : [one('account_groups_changed', { os_user: osUser, ...groups })]),
    ...(same(was?.sudo, is?.sudo)
      ? []
      : [one('account_sudo_changed', { os_user: osUser, before: rules(was?.sudo), after: rules(is?.sudo) })]),
    ...(same(was?.linger, is?.linger)
      ? []
      : [one('account_linger_changed', { os_user: osUser, now: is?.linger === true ? 'on' : 'off' })]),
    ...(same(was?.keys, is?.keys)
      ? []
      : [one('account_keys_changed', { os_user: osUser, before: text(was?.keys), after: text(is?.keys) })]),
  ]
}

function sameNamedGroupDifferences(
  before: Json | undefined,
  after: Json | undefined,
  { osUser, cameOrWent }: About,
): Difference[] {
  if (cameOrWent) return []
  const gid = (group: Json | undefined) => text(member(group, 'gid'))
  if (!isObject(before)) return [one('group_appeared', { group: osUser, gid: gid(after) })]
  if (!isObject(after)) return [one('group_gone', { group: osUser })]
  return [one('group_changed', { group: osUser, before: gid(before), after: gid(after) })]
}

function pathDifferences(before: Json | undefined, after: Json | undefined): Difference[] {
  return differingKeys(before, after).flatMap((path): Difference[] => {
    const [was, is] = [member(before, path), member(after, path)]
    const [kindBefore, kind] = [was, is].map((fact) => text(member(fact, 'kind')) || 'absent')
    if (kindBefore === 'absent') {
      const uid = member(is, 'uid')
      const known = uid !== undefined
      return [
        one('path_appeared', {
          path,
          kind: kind ?? '',
          ...(known && { uid: text(uid), mode: modeText(is) }),
        }),
      ]
    }
    if (kind === 'absent') return [one('path_gone', { path, kind: kindBefore ?? '' })]
    const part = (what: string, a: string, b: string) =>
      a === b ? [] : [one('path_changed', { path, what, before: a, after: b })]
    return [
      ...part('kind', kindBefore ?? '', kind ?? ''),
      ...part('owner', text(member(was, 'uid')), text(member(is, 'uid'))),
      ...part('group', text(member(was, 'gid')), text(member(is, 'gid'))),
      ...part('mode', modeText(was), modeText(is)),
      ...part('error', text(member(was, 'errno')), text(member(is, 'errno'))),
    ]
  })
}

function modeText(fact: Json | undefined): string {
  const mode = member(fact, 'mode')
  return typeof mode === 'number' ? mode.toString(8).padStart(4, '0') : ''
}

function rosterDifferences(before: Json | undefined, after: Json | undefined): Difference[] {
  const [was, is] = [before, after].map(entriesById)
  const ids = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])]
  return ids.flatMap((id): Difference[] => {
    const [old, current] = [was?.get(id), is?.get(id)]
    const entry = current ?? old
    const who = { os_user: text(entry?.['os_user']), telegram_id: text(entry?.['telegram_id']) }
    if (old === undefined) return [one('roster_entry_appeared', who)]
    if (current === undefined) return [one('roster_entry_gone', who)]
    const fields = differingKeys(old, current)
    return fields.length === 0
      ? []
      : [one('roster_entry_changed', { os_user: who.os_user, fields: fields.join(', ') })]
  })
}

function entriesById(matches: Json | undefined): Map<string, JsonObject> {
  const entries = Array.isArray(matches) ? matches.map((match) => member(match, 'entry')) : []
  return new Map(
    entries
      .filter(isObject)
      .map((entry) => [`${text(entry['telegram_id'])} ${text(entry['os_user'])}`, entry]),
  )
}

function roleGroupDifferences(before: Json | undefined, after: Json | undefined): Difference[] {
  return differingKeys(before, after).flatMap((group): Difference[] => {
    const [was, is] = [member(before, group), member(after, group)]
    // A group that only one of the two roles has is the role's difference.
    if (was === undefined || is === undefined) return []
    if (was === null) return [one('role_group_changed', { group, now: 'there' })]
    if (is === null) return [one('role_group_changed', { group, now: 'gone' })]
    if (!same(member(was, 'gid'), member(is, 'gid')))
      return [one('role_group_changed', { group, now: 'another' })]
    const now = member(is, 'member') === true ? 'member' : 'not a member'
    return [one('membership_changed', { group, now })]
  })
}

function names(
  before: Json | undefined,
  after: Json | undefined,
  code: DifferenceCode,
  param: string,
): Difference[] {
  return differingKeys(before, after).map((name) => one(code, { [param]: name }))
}

function rangeText(range: Json | undefined): string {
  return `${text(member(range, 'min'))}-${text(member(range, 'max'))}`
}

function one(code: DifferenceCode, params: Record<string, string | number>): Difference {
  return { code, params }
}
