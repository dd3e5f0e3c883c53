import { lstatSync, readFileSync, unlinkSync } from 'node:fs'
import type { Config } from '../../config/config.ts'
import type { Outcome, Owner } from '../ensure.ts'
import type { WantedFile } from '../first-start/write-together.ts'
import { type DropIns, dropInFile, dropInsFor, HEADING } from './paths-drop-in.ts'

/** What setup writes and takes away for a config. */
export interface DropInFiles {
  wanted: WantedFile[]
  /** Ours of an earlier config, which this one does not need. */
  stale: string[]
}

/** The files that the units of this host need for a config of a whole system. */
export function dropInFiles(
  config: Config,
  isInstalled: (unit: keyof DropIns) => boolean,
  root: Owner,
): DropInFiles {
  const wanted: WantedFile[] = []
  const stale: string[] = []
  const dropIns = Object.entries(dropInsFor(config)) as [keyof DropIns, string | null][]
  for (const [unit, content] of dropIns) {
    const path = dropInFile(unit)
    if (content !== null && isInstalled(unit)) {
      wanted.push({ path, content, owner: root, mode: 0o644, what: `places of ${unit}` })
    } else if (isOurs(path)) stale.push(path)
  }
  return { wanted, stale }
}

/** Takes those away that no config needs any more. */
export function removeStale(stale: readonly string[], { dryRun }: { dryRun: boolean }): Outcome[] {
  return stale.map((path) => {
    if (!dryRun) unlinkSync(path)
    return { state: 'change', subject: path, text: 'file removed: the config needs it no more' }
  })
}

function isOurs(path: string): boolean {
  const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
  return isFile && readFileSync(path, 'utf8').startsWith(HEADING)
}
