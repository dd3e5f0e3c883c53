import { lstatSync, readlinkSync, symlinkSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Outcome } from '../../setup/ensure.ts'
import type { ChangeContext, InstallHost, Removal } from '../context.ts'
import type { Goes, MadeOf } from '../record.ts'
import { ensureFolder } from './folder.ts'

export interface LinkWish {
  path: string
  target: string
  goes: Goes
}

/** The symbolic link; anything else at that place is a problem. */
export function ensureLink(context: ChangeContext, wish: LinkWish): Outcome[] {
  const { host, dryRun, ledger } = context
  const { path, target, goes } = wish
  const real = `${host.root}${path}`
  const outcomes = ensureFolder(context, { path: dirname(path), goes, contents: false })
  if (outcomes.some(({ state }) => state === 'problem')) return outcomes
  const stat = lstatSync(real, { throwIfNoEntry: false })
  if (stat?.isSymbolicLink() && readlinkSync(real) === target)
    return [{ state: 'already', subject: path, text: `link to ${target}` }]
  if (stat !== undefined) {
    const text = `cannot put ours there: ${path} is there and is not Usher's; move it away`
    return [{ state: 'problem', subject: path, text }]
  }
  if (!dryRun) {
    ledger.note({ kind: 'link', ...wish })
    symlinkSync(target, real)
  }
  return [...outcomes, { state: 'change', subject: path, text: `link made to ${target}` }]
}

/** Takes the link away, unless it leads somewhere else by now. */
export function removeLink(host: InstallHost, { path, target }: MadeOf<'link'>, dryRun: boolean): Removal {
  const real = `${host.root}${path}`
  const stat = lstatSync(real, { throwIfNoEntry: false })
  if (stat === undefined) return { state: 'gone', subject: path, text: 'is not there any more' }
  if (!stat.isSymbolicLink() || readlinkSync(real) !== target)
    return { state: 'kept', subject: path, text: 'stays: it is not the link that Usher made' }
  if (!dryRun) unlinkSync(real)
  return { state: 'removed', subject: path, text: 'link removed' }
}
