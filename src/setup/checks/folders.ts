import { lstatSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { readHostFacts } from '../../config/host-facts.ts'
import { othersCanReplace } from '../../config/trusted-file.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import { octal } from '../ensure.ts'
import { type Check, type Finding, note, ok, problem } from '../finding.ts'

/** Of more people than this only the first are looked at: it is a look, not a reconciliation. */
const MOST_PEOPLE = 1000

/** Owners and modes of Usher's own folders; what others could read, list or replace there. */
export const checkFolders: Check = (context) => {
  const { config, uid } = context
  const { paths } = config
  const system = config.mode === 'system'
  const own = system ? 0 : uid
  const root = system ? 0o711 : 0o700
  const wanted: [string, number, number | null][] = [
    [paths.state, root, own],
    [paths.data, root, own],
    [join(paths.data, 'memory'), root, own],
    [join(paths.data, 'history'), root, own],
    [paths.botState, 0o700, system ? context.botUid : own],
  ]
  const findings = wanted.flatMap(([path, mode, owner]) => folderFindings(path, mode, owner))
  if (!system) {
    for (const [path] of wanted) {
      const replaceable = othersCanReplace(path, [0, uid])
      if (replaceable !== null) {
        const why = 'somebody else can put another folder there'
        findings.push(problem('ground.untrusted', path, replaceable, why, mendOf(replaceable)))
      }
    }
  }
  if (findings.length > 0) return findings
  return [ok('folder.ok', 'folders', `${wanted.length} with the owner and mode that they should have`)]
}

function folderFindings(path: string, mode: number, owner: number | null): Finding[] {
  const stat = look(path)
  if (stat === 'hidden') return []
  if (stat === 'absent') {
    return [
      problem(
        'folder.missing',
        path,
        'is not there',
        'the worker or the bot cannot keep anything',
        'usher init',
      ),
    ]
  }
  if (!stat.isDirectory()) {
    const fix = `mv ${shellWord(path)} ${shellWord(`${path}.aside`)} && usher init`
    return [problem('folder.kind', path, 'is no folder', 'root writes nowhere else', fix)]
  }
  const findings: Finding[] = []
  if (owner !== null && stat.uid !== owner) {
    const why = 'whoever owns a folder can replace what is kept in it'
    const fix = `chown -h ${owner} ${shellWord(path)}`
    findings.push(problem('folder.owner', path, `belongs to uid ${stat.uid}, not to ${owner}`, why, fix))
  }
  // More than wanted: others can list or write; less: people cannot reach their own folders.
  if ((stat.mode & 0o7777) !== mode) {
    const what = `has mode ${octal(stat.mode & 0o7777)} instead of ${octal(mode)}`
    const wide = (stat.mode & ~mode & 0o777) !== 0
    const why = wide ? 'others can see or change what is not theirs' : 'people cannot reach their own folders'
    findings.push(problem('folder.mode', path, what, why, `chmod ${octal(mode)} ${shellWord(path)}`))
  }
  return findings
}

/** The folders of each person: theirs (or of the account that the config names), and nobody else's to read. */
export const checkPersonFolders: Check = ({ config, people, uid }) => {
  if (people === null || (config.mode === 'system' && uid !== 0)) return []
  const uids = new Map(readHostFacts(accountFilesOf()).accounts.map((account) => [account.name, account.uid]))
  const findings: Finding[] = []
  const missing: string[] = []
  for (const { telegram_id: id, os_user: osUser } of people.slice(0, MOST_PEOPLE)) {
    for (const kind of ['memory', 'history'] as const) {
      const path = join(config.paths.data, kind, String(id))
      const stat = look(path)
      if (stat === 'absent') missing.push(path)
      else if (stat !== 'hidden')
        findings.push(...personFolder(path, stat, uids.get(ownerOf(config, kind, osUser))))
    }
  }
  const [first] = missing
  if (first !== undefined) {
    const what = `${missing.length} folders of people are not there, ${first} among them`
    const why = 'their agents cannot keep anything there'
    findings.push(note('person-folder.missing', 'folders of people', what, why, 'usher reconcile --run'))
  }
  if (findings.length > 0 || people.length === 0) return findings
  return [ok('person-folder.ok', 'folders of people', `${2 * people.length} are their owners' alone`)]
}

function ownerOf(config: Config, kind: 'memory' | 'history', osUser: string): string {
  const { owner } = config.folders[kind]
  return owner === 'person' ? osUser : owner
}

function personFolder(path: string, stat: Stats, owner: number | undefined): Finding[] {
  const findings: Finding[] = []
  const why = 'somebody else reads or writes what an agent remembers of a person'
  if (owner !== undefined && stat.uid !== owner) {
    const what = `belongs to uid ${stat.uid}, not to ${owner}`
    findings.push(problem('person-folder.owner', path, what, why, `chown -h ${owner} ${shellWord(path)}`))
  }
  if (!stat.isDirectory() || (stat.mode & 0o077) !== 0) {
    const what = stat.isDirectory() ? `has mode ${octal(stat.mode & 0o7777)} instead of 0700` : 'is no folder'
    findings.push(problem('person-folder.mode', path, what, why, `chmod 0700 ${shellWord(path)}`))
  }
  return findings
}

/** The advice at the end of what `othersCanReplace` says. */
function mendOf(message: string): string {
  return /; run (.*)$/.exec(message)?.[1] ?? 'use a folder of your own'
}

function look(path: string): Stats | 'absent' | 'hidden' {
  try {
    return lstatSync(path)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'hidden'
  }
}
