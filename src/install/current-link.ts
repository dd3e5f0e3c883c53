import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFolder } from './record.ts'

/** The version that the link names; null where there is no link. */
export function currentVersion(link: string): string | null {
  return lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(link) : null
}

/**
 * Lets the link name `version`, or takes it away for null, in one rename: whoever looks finds the one or the other. The link is
 * relative, so that an image can be moved.
 */
export function pointLink(link: string, version: string | null): void {
  if (currentVersion(link) === version) return
  const fresh = `${link}.new`
  if (lstatSync(fresh, { throwIfNoEntry: false }) !== undefined) unlinkSync(fresh)
  if (version === null) unlinkSync(link)
  else {
    symlinkSync(version, fresh)
    renameSync(fresh, link)
  }
  syncFolder(dirname(link))
}
