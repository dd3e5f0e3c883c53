import { existsSync } from 'node:fs'
import { forgetReplaced } from './changes/file.ts'
import type { InstallHost } from './context.ts'
import { closeLedger } from './ledger.ts'
import { type InstallRecord, type Journal, type Made, writeRecord } from './record.ts'

/** The record is written before the journal goes: from then on the installation is complete. */
export function complete(
  host: InstallHost,
  { id, version, at, made }: Pick<Journal, 'id' | 'version' | 'at' | 'made'>,
  record: InstallRecord | null,
  by: InstallRecord['by'],
): void {
  const there = merge(record?.made ?? [], made).filter((one) => {
    // Old versions go with a switch, switch.ts; and what stands in /usr is dpkg's from the package on.
    if (one.kind === 'tree') return existsSync(`${host.root}${one.path}`)
    return !(by === 'package' && 'path' in one && one.kind !== 'folder' && one.path.startsWith('/usr/'))
  })
  writeRecord({ format: 1, id, by, version, at, made: there }, host.root)
  forgetJournal(host, made)
}

/** The older contents of what was replaced go, and the journal with them: nothing can be taken back from here on. */
export function forgetJournal(host: InstallHost, made: readonly Made[]): void {
  for (const one of made) if (one.kind === 'replaced' || one.kind === 'dropped') forgetReplaced(host, one)
  closeLedger(host)
}

/** What holds after an installation on top of an earlier one: the first word on what was before counts, the last on what is. */
export function merge(earlier: readonly Made[], later: readonly Made[]): Made[] {
  const made = [...earlier]
  for (const one of later) {
    if (one.kind === 'replaced') {
      const at = made.findLastIndex((known) => known.kind === 'file' && known.path === one.path)
      const file = made[at]
      if (file?.kind === 'file') made[at] = { ...file, sha256: one.sha256 }
      continue
    }
    if (one.kind === 'put-aside' || one.kind === 'dropped') {
      // What was put aside is the operator's from now on; where ours took its place, that is the next entry.
      const again = later.some((other) => other.kind === 'file' && other.path === one.path)
      const at = again ? -1 : made.findIndex((known) => known.kind === 'file' && known.path === one.path)
      if (at !== -1) made.splice(at, 1)
      continue
    }
    const at = made.findIndex((known) => sameThing(known, one))
    if (at === -1) made.push(one)
    else if (one.kind === 'file') made[at] = one
  }
  return made
}

function sameThing(a: Made, b: Made): boolean {
  if (a.kind !== b.kind) return false
  if ('path' in a && 'path' in b) return a.path === b.path
  if (a.kind === 'account' && b.kind === 'account') return a.name === b.name
  return a.kind === 'enabled' && b.kind === 'enabled' && a.unit === b.unit
}
