import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, visit } from 'yaml'
import type { RosterEntry } from '../../domain/person.ts'
import { isTelegramId } from '../../domain/telegram-id.ts'

/** A roster larger than this, in bytes, is refused unread. */
export const ROSTER_LIMIT_BYTES = 8 * 1024 * 1024

/** One entry of `users:`, with the keys that Usher knows and whose values have the right type. */
export interface RosterPerson {
  entry: RosterEntry
  /**
   * False when `telegram_id` is a string of digits. Such an entry names that Telegram id (nobody else may be given it)
   * but gives no privilege, because other readers of the file would not match it.
   */
  exactId: boolean
  /** Counted from 1. */
  line: number
}

export type RosterParse =
  | { ok: true; people: readonly RosterPerson[] }
  /** `why` names the line and says what to do; text from the file in it is raw. */
  | { ok: false; why: string }

/** The parsed tree beside what it means; for the editor of the text only. */
export type RosterTree =
  | {
      ok: true
      /** Shared by all who ask, and frozen. */
      people: readonly RosterPerson[]
      users: YAMLSeq
      usersPair: Pair<Node, Node>
      /** The document as plain values, made when it is first asked for. Not to be changed. */
      values(): { users: unknown[] }
    }
  | { ok: false; why: string }

export type ParseRoster = (text: string) => RosterTree

/**
 * Parses a roster strictly: YAML 1.2, one document, no duplicate keys, aliases, merge keys or unknown tags; `users` must be
 * there and be a list (`users: []` is the empty roster), every entry a map with a decimal `telegram_id`. Whatever is
 * not so is a problem, never an empty roster.
 */
export function parseRoster(text: string): RosterParse {
  const tree = parseRosterTree(text)
  return tree.ok ? { ok: true, people: tree.people } : tree
}

/** As `parseRoster`, with the nodes and their offsets in `text`. */
export function parseRosterTree(text: string): RosterTree {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    version: '1.2',
    uniqueKeys: true,
    merge: false,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const refuse = (why: string, offset?: number) => ({
    ok: false as const,
    why: offset === undefined ? why : `line ${lines.linePos(offset).line}: ${why}`,
  })
  if ('empty' in documents || documents.length === 0) return refuse('it is empty: write "users: []"')
  for (const document of documents) {
    const problem = document.errors[0] ?? document.warnings[0]
    if (problem) return refuse(firstLine(problem.message), problem.pos[0])
  }
  if (documents.length > 1) return refuse('it has more than one document', documents[1]?.range[0])
  const document = documents[0] as unknown as Document
  const root = document.contents
  if (root === null) return refuse('it is empty: write "users: []"')
  if (!isMap(root)) return refuse('its top level must be a map with the key "users"', offsetOf(root))

  const banned = findBanned(root)
  if (banned) return refuse(banned.why, banned.offset)

  const usersPair = root.items.find((pair) => isScalar(pair.key) && pair.key.value === 'users')
  if (!usersPair) return refuse('the key "users" is missing: write "users: []"')
  const users = usersPair.value
  if (!isSeq(users)) {
    return refuse('"users" must be a list: write "users: []" when it is empty', offsetOf(usersPair.key))
  }
  const people: RosterPerson[] = []
  for (const item of users.items) {
    const offset = offsetOf(item) ?? offsetOf(users)
    if (!isMap(item)) return refuse('an entry of "users" must be a map', offset)
    const person = readEntry(item)
    if (typeof person === 'string') return refuse(person, offset)
    people.push(frozen({ ...person, line: lines.linePos(offset ?? 0).line }))
  }
  let values: { users: unknown[] } | undefined
  return {
    ok: true,
    people: Object.freeze(people),
    users,
    usersPair: usersPair as Pair<Node, Node>,
    values() {
      values ??= document.toJS({ maxAliasCount: 0 }) as { users: unknown[] }
      return values
    },
  }
}

function frozen(person: RosterPerson): RosterPerson {
  Object.freeze(person.entry.github_repos)
  Object.freeze(person.entry)
  return Object.freeze(person)
}

function readEntry(item: YAMLMap): Omit<RosterPerson, 'line'> | string {
  const id = item.get('telegram_id', true)
  if (id === undefined) return 'the entry has no telegram_id'
  if (!isScalar(id)) return 'telegram_id must be an integer'
  const exactId = typeof id.value === 'number'
  const digits = exactId ? (id.source ?? '') : id.value
  if (typeof digits !== 'string' || !/^[0-9]+$/.test(digits) || !isTelegramId(Number(digits))) {
    return `telegram_id must be an integer from 1 to 2^52 - 1, not ${JSON.stringify(id.source ?? id.value)}`
  }
  const text: Record<'name' | 'os_user' | 'role', string> = { name: '', os_user: '', role: '' }
  for (const key of ['name', 'os_user', 'role'] as const) {
    const value = item.get(key)
    if (value === undefined || value === null) continue
    if (typeof value !== 'string') return `${key} must be a string: quote it`
    text[key] = value
  }
  return { exactId, entry: { telegram_id: Number(digits), ...text, ...optionalKeys(item) } }
}

function optionalKeys(item: YAMLMap): Partial<RosterEntry> {
  const found: Partial<RosterEntry> = {}
  for (const key of ['github', 'workspace_base', 'model', 'agent_backend'] as const) {
    const value = item.get(key)
    if (typeof value === 'string') found[key] = value
  }
  for (const key of ['max_budget', 'github_notify_chat_id'] as const) {
    const value = item.get(key)
    if (typeof value === 'number') found[key] = value
  }
  for (const key of ['pr_review', 'issue_triage'] as const) {
    const value = item.get(key)
    if (typeof value === 'boolean') found[key] = value
  }
  const repos = item.get('github_repos')
  if (isSeq(repos)) {
    const names = repos.items.map((repo) => (isScalar(repo) ? repo.value : null))
    if (names.every((name) => typeof name === 'string')) found.github_repos = names
  }
  return found
}

/** What other readers of the file could understand differently, or what could make a small file a huge tree. */
function findBanned(root: YAMLMap): { why: string; offset: number | undefined } | null {
  let found: { why: string; offset: number | undefined } | null = null
  visit(root, {
    Node(_key, node) {
      if (isAlias(node)) found = { why: `the alias *${node.source} is not supported`, offset: offsetOf(node) }
      else if (node.tag && !node.tag.startsWith('tag:yaml.org,2002:')) {
        found = { why: `the tag ${node.tag} is not supported`, offset: offsetOf(node) }
      }
      return found ? visit.BREAK : undefined
    },
    Pair(_key, pair) {
      if (!isScalar(pair.key)) found = { why: 'a key must be a plain scalar', offset: offsetOf(pair.key) }
      else if (pair.key.value === '<<') {
        found = { why: 'the merge key << is not supported', offset: offsetOf(pair.key) }
      }
      return found ? visit.BREAK : undefined
    },
  })
  return found
}

function offsetOf(node: unknown): number | undefined {
  const range = (node as { range?: [number, number, number] | null } | null)?.range
  return range?.[0]
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message
}
