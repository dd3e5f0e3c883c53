import { chmodSync, chownSync, lstatSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { discardTree } from './changes/tree.ts'

/** On a disk, not in memory: an image has 150 MB. */
const PREFIX = '/var/tmp/usher-install-'

/** A new folder that only this owner can enter. */
export function makeScratch(owner: { uid: number; gid: number }): string {
  const folder = mkdtempSync(PREFIX)
  chmodSync(folder, 0o700)
  chownSync(folder, owner.uid, owner.gid)
  return folder
}

/** Takes a scratch folder of root's away; anything else is left alone. */
export function discardScratch(folder: string): void {
  if (!folder.startsWith(PREFIX) || dirname(folder) !== dirname(PREFIX)) return
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (!stat?.isDirectory() || stat.uid !== 0 || (stat.mode & 0o077) !== 0) return
  for (const name of readdirSync(folder)) discardTree(join(folder, name))
  rmdirSync(folder)
}
