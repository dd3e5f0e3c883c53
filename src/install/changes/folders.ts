import { lstatSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { whyOf } from '../../domain/step.ts'
import { parseGroup, parsePasswd } from '../../provisioning/host/accounts/passwd.ts'
import { type Outcome, octal } from '../../setup/ensure.ts'
import type { ChangeContext, InstallHost } from '../context.ts'
import type { Goes } from '../record.ts'
import { ensureFolder } from './folder.ts'

const TMPFILES = '/usr/bin/systemd-tmpfiles'

export interface FolderLine {
  path: string
  mode: number
  user: string
  group: string
}

/** The `d` lines of tmpfiles.d(5). Any other type is a mistake of ours, and thrown. */
export function foldersOf(tmpfiles: string): FolderLine[] {
  return tmpfiles.split('\n').flatMap((line) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    const [type, path, mode, user, group] = line.trim().split(/\s+/)
    if (type !== 'd' || path === undefined || mode === undefined || user === undefined || group === undefined)
      throw new Error(`cannot follow the line ${JSON.stringify(line)} of tmpfiles.d`)
    return [{ path, mode: Number.parseInt(mode, 8), user, group }]
  })
}

/**
 * The folders that this file of tmpfiles.d(5) names, by the distribution's own tool, which also gives the ones that are there
 * their owner and mode.
 */
export async function ensureFolders(context: ChangeContext, tmpfilesFile: string): Promise<Outcome[]> {
  const { host, dryRun, ledger } = context
  const outcomes: Outcome[] = []
  for (const folder of foldersOf(readFileSync(tmpfilesFile, 'utf8'))) {
    const { path, mode, user } = folder
    const wish = `${octal(mode)} ${user}`
    outcomes.push(...ensureFolder(context, { path: dirname(path), goes: 'purge', contents: false }))
    const stat = lstatSync(`${host.root}${path}`, { throwIfNoEntry: false })
    if (stat === undefined) {
      if (!dryRun) ledger.note({ kind: 'folder', path, ...fateOf(path) })
      outcomes.push({ state: 'change', subject: path, text: `folder made, ${wish}` })
      continue
    }
    if (!stat.isDirectory()) {
      const text = `cannot use ${path}: it is not a folder; move it away`
      outcomes.push({ state: 'problem', subject: path, text })
      continue
    }
    const before = { uid: stat.uid, gid: stat.gid, mode: stat.mode & 0o7777 }
    const owner = ownerOf(host, folder)
    if (before.uid === owner?.uid && before.gid === owner.gid && before.mode === mode) {
      outcomes.push({ state: 'already', subject: path, text: `folder, ${wish}` })
      continue
    }
    if (!dryRun) ledger.note({ kind: 'adjusted', path, before })
    const was = `${octal(before.mode)} ${before.uid}:${before.gid}`
    outcomes.push({ state: 'change', subject: path, text: `folder set to ${wish} (was ${was})` })
  }
  if (dryRun || outcomes.some(({ state }) => state === 'problem')) return outcomes
  if (outcomes.every(({ state }) => state === 'already')) return outcomes
  const made = await host.programs.run(TMPFILES, ['--create', '--', tmpfilesFile])
  if (made.ok) return outcomes
  const text = `cannot make the folders: ${made.stderr.trim() || whyOf(made.failure)}`
  return [{ state: 'problem', subject: 'folders', text }]
}

/** People's memories, the audit trail and the counter of uids are data; the rest is Usher's own. */
export function fateOf(path: string): { goes: Goes; contents: boolean } {
  if (path === '/var/lib/usher' || path.startsWith('/var/lib/usher/'))
    return { goes: 'purge-data', contents: true }
  if (path.startsWith('/run/')) return { goes: 'uninstall', contents: true }
  if (path.startsWith('/var/lib/usher-')) return { goes: 'purge', contents: true }
  return { goes: 'purge', contents: false }
}

/** Null while an account is not there yet, as in a dry run. */
function ownerOf({ root }: InstallHost, { user, group }: FolderLine): { uid: number; gid: number } | null {
  const uid = parsePasswd(readFileSync(`${root}/etc/passwd`, 'utf8')).find(({ name }) => name === user)?.uid
  const gid = parseGroup(readFileSync(`${root}/etc/group`, 'utf8')).find(({ name }) => name === group)?.gid
  return uid === undefined || gid === undefined ? null : { uid, gid }
}
