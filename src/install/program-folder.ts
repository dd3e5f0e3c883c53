import { existsSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import type { InstallHost } from './context.ts'
import { type Made, PROGRAM_FOLDER, RECORD_FILE } from './record.ts'

/** /opt/usher goes after its journal and its record, and only when nothing else is in it. */
export function removeProgramFolders(host: InstallHost, left: readonly Made[]): void {
  for (const made of left.toReversed()) {
    if (made.kind !== 'folder' || !PROGRAM_FOLDER.startsWith(made.path)) continue
    const folder = `${host.root}${made.path}`
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
  }
}

/** The record goes, and what an interrupted switch left beside it. */
export function removeRecord({ root }: InstallHost): void {
  for (const name of [RECORD_FILE, `${PROGRAM_FOLDER}/switching.json`]) {
    if (existsSync(`${root}${name}`)) unlinkSync(`${root}${name}`)
  }
}
