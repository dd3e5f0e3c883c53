import { dirname } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Facts, PathFact } from '../../domain/facts.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import type { Violation, ViolationCode } from '../../domain/violation.ts'
import { homeOf, isWithin, personPaths, withParents } from '../planning/person-paths.ts'
import { expandWorkspace } from '../planning/workspace.ts'

/** hier(7): folders of the system, of root and of everybody; a person's workspace is never in one. */
const SYSTEM_FOLDERS = [
  ...[
    '/bin',
    '/boot',
    '/dev',
    '/etc',
    '/lib',
    '/lib32',
    '/lib64',
    '/libx32',
    '/lost+found',
    '/proc',
    '/root',
  ],
  ...[
    '/run',
    '/sbin',
    '/sys',
    '/tmp',
    '/usr',
    '/var/backups',
    '/var/cache',
    '/var/lock',
    '/var/log',
    '/var/mail',
  ],
  ...['/var/run', '/var/spool', '/var/tmp', '/var/lib/systemd', '/var/lib/dpkg', '/var/lib/apt'],
]
/** Folders that hold other people's or programs' folders: below them is fine, they themselves are not. */
const SHARED_FOLDERS = ['/', '/home', '/media', '/mnt', '/opt', '/srv', '/var', '/var/lib', '/var/opt']

type PathAnswers = Pick<OnboardAnswers, 'telegram_id' | 'os_user' | 'account' | 'workspace_base'>

/** What is wrong with the paths that the plan would touch; pure. Components are judged without following links. */
export function pathViolations(config: Config, answers: PathAnswers, facts: Facts): Violation[] {
  const home = homeOf(facts, answers.os_user)
  const paths = personPaths(config, answers, home)
  const root = facts.ownUid ?? 0
  const person = answers.account === 'adopt' ? (facts.account?.uid ?? null) : null
  const personsFolder = (path: string, owner: string): Violation[] => {
    const uid = owner === 'person' ? person : (facts.owners[owner]?.uid ?? null)
    return directoryViolations('data', path, facts, uid, owner === 'person' ? answers.os_user : owner)
  }
  return [
    ...homeViolations(answers, facts, home),
    ...dataRootViolations(facts, paths.data, root),
    ...directoryViolations('data', paths.memoryRoot, facts, root, 'root'),
    ...directoryViolations('data', paths.historyRoot, facts, root, 'root'),
    ...personsFolder(paths.memory, config.folders.memory.owner),
    ...personsFolder(paths.history, config.folders.history.owner),
    ...seedViolations(facts, paths.seed),
    ...workspaceViolations(config, answers, facts, { home, root, person }),
  ]
}

function homeViolations(answers: PathAnswers, facts: Facts, home: string): Violation[] {
  const why = answers.account === 'create' ? newHomeProblem(facts, home) : oldHomeProblem(facts, home)
  return why === null ? [] : [{ field: 'os_user', code: 'home_unusable', params: { home, why } }]
}

function newHomeProblem(facts: Facts, home: string): string | null {
  if (facts.account !== null || factOf(facts, home).kind === 'absent') return null
  return 'something is there already; move it away first'
}

function oldHomeProblem(facts: Facts, home: string): string | null {
  if (facts.account === null) return null
  const fact = factOf(facts, home)
  switch (fact.kind) {
    case 'absent':
      return 'it does not exist'
    case 'unreadable':
      return `it cannot be read: ${fact.errno}`
    case 'symlink':
      return 'it is a symbolic link'
    case 'directory':
      if (fact.uid !== facts.account.uid) return `it belongs to uid ${fact.uid}, not to the account`
      return (fact.mode & 0o022) === 0 ? null : 'others may write to it'
    default:
      return 'it is not a folder'
  }
}

function dataRootViolations(facts: Facts, path: string, root: number): Violation[] {
  if (factOf(facts, path).kind !== 'absent') return directoryViolations('data', path, facts, root, 'root')
  return [at('data', 'path_unreadable', path, { errno: "it does not exist; run 'usher init'" })]
}

function seedViolations(facts: Facts, path: string): Violation[] {
  const fact = factOf(facts, path)
  if (fact.kind === 'absent' || fact.kind === 'file') return []
  if (fact.kind === 'unreadable') return [at('data', 'path_unreadable', path, { errno: fact.errno })]
  if (fact.kind === 'symlink') return [at('data', 'path_is_symlink', path)]
  return [at('data', 'path_not_allowed', path, { why: 'it is not a plain file' })]
}

function workspaceViolations(
  config: Config,
  answers: PathAnswers,
  facts: Facts,
  { home, root, person }: { home: string; root: number; person: number | null },
): Violation[] {
  const field = 'workspace_base'
  const template = answers.workspace_base ?? config.defaults.workspace_base
  if (template === undefined) return []
  const expanded = expandWorkspace(template, { ...answers, home })
  if (!expanded.ok) return [expanded.violation]
  const { path } = expanded
  const why = forbidden(config, facts, path, home)
  if (why !== null) return [at(field, 'path_not_allowed', path, { why })]

  const violations = directoryViolations(field, path, facts, person, answers.os_user)
  const parents = withParents(dirname(path))
  if (isWithin(path, home)) {
    for (const parent of parents.filter((one) => isWithin(one, home) && one !== home)) {
      const { kind } = factOf(facts, parent)
      // The person makes the rest as themself; a link is refused because the proof would be about another folder.
      if (kind === 'symlink') violations.push(at(field, 'path_is_symlink', parent))
      if (kind === 'file' || kind === 'other') violations.push(at(field, 'path_not_a_directory', parent))
    }
    return violations
  }
  for (const parent of parents) {
    if (factOf(facts, parent).kind === 'absent') {
      violations.push(at(field, 'path_not_allowed', path, { why: `the folder ${parent} does not exist` }))
    }
    violations.push(...directoryViolations(field, parent, facts, root, 'root'))
  }
  return violations
}

/** Why nobody may have a workspace there, or null. */
function forbidden(config: Config, facts: Facts, path: string, home: string): string | null {
  const { roster, data, state, botState, run, secrets } = config.paths
  const ours = [data, state, botState, run, dirname(roster), dirname(secrets)]
  // In single-user mode Usher's own folders are below the only home there is.
  if (ours.some((folder) => isWithin(path, folder) && !isWithin(home, folder))) {
    return "it is inside one of Usher's own folders"
  }
  if (isWithin(path, home)) return null
  if (SHARED_FOLDERS.includes(path) || path === facts.homeBase) return 'it is shared with everybody'
  if (isWithin(path, facts.homeBase)) return "it is inside somebody else's home"
  if (SYSTEM_FOLDERS.some((folder) => isWithin(path, folder))) return 'it is a folder of the system'
  return null
}

/** What is wrong with a folder that is there: it must be a real one, `owner`'s, and closed to other writers. */
function directoryViolations(
  field: string,
  path: string,
  facts: Facts,
  owner: number | null,
  expected: string,
): Violation[] {
  const fact = factOf(facts, path)
  switch (fact.kind) {
    case 'absent':
      return []
    case 'unreadable':
      return [at(field, 'path_unreadable', path, { errno: fact.errno })]
    case 'symlink':
      return [at(field, 'path_is_symlink', path)]
    case 'file':
    case 'other':
      return [at(field, 'path_not_a_directory', path)]
    case 'directory': {
      const found: Violation[] = []
      if (fact.uid !== owner) found.push(at(field, 'path_wrong_owner', path, { uid: fact.uid, expected }))
      if ((fact.mode & 0o022) !== 0) {
        const mode = fact.mode.toString(8).padStart(4, '0')
        found.push(at(field, 'path_writable_by_others', path, { mode }))
      }
      return found
    }
  }
}

function factOf(facts: Facts, path: string): PathFact {
  return facts.paths[path] ?? { kind: 'absent' }
}

function at(field: string, code: ViolationCode, path: string, more: Violation['params'] = {}): Violation {
  return { field, code, params: { path, ...more } }
}
