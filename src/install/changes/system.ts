import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from '../../setup/ensure.ts'
import type { ChangeContext, InstallHost, Removal } from '../context.ts'
import { type Image, sha256Of, systemFiles } from '../image.ts'
import { CURRENT_LINK, type Made, PROGRAM_FOLDER } from '../record.ts'
import { takeBack } from '../take-back.ts'
import { versionsThere } from '../versions.ts'
import { dropFile, ensureFile } from './file.ts'
import { ensureLink } from './link.ts'
import { reloadUnits } from './services.ts'

/** The files of a version's `system/`, and the command. systemd reads its units again when one of them changed. */
export async function ensureSystem(context: ChangeContext, image: Image): Promise<Outcome[]> {
  const { host, dryRun, record } = context
  const files = systemFiles(image.tree)
  const outcomes: Outcome[] = []
  const known = (path: string) => new Set(versionsOf(host).flatMap((tree) => hashIn(tree, path)))
  for (const { path, source } of files) {
    const bytes = readFileSync(source)
    outcomes.push(...ensureFile(context, { path, bytes, mode: 0o644, goes: 'uninstall', known: known(path) }))
  }
  const wanted = new Set(files.map(({ path }) => path))
  for (const made of record?.made ?? []) {
    if (made.kind === 'file' && made.path.startsWith('/usr/') && !wanted.has(made.path))
      outcomes.push(...dropFile(context, made, known(made.path)))
  }
  outcomes.push(
    ...ensureLink(context, { path: '/usr/bin/usher', target: `${CURRENT_LINK}/usher`, goes: 'uninstall' }),
  )
  const units = outcomes.some(
    ({ state, subject }) => state === 'change' && subject.includes('/systemd/system/'),
  )
  if (dryRun || !units || outcomes.some(({ state }) => state === 'problem')) return outcomes
  const failed = await reloadUnits(host)
  if (failed !== null)
    outcomes.push({
      state: 'problem',
      subject: 'systemd',
      text: `cannot let systemd read the units: ${failed}`,
    })
  return outcomes
}

/** The units and the like of the version from before are in their places again. */
export async function takeBackSystem(
  host: InstallHost,
  made: readonly Made[],
  onRemoval: (removal: Removal) => void,
): Promise<void> {
  const system = made.filter(
    (one) =>
      ['file', 'replaced', 'dropped', 'link', 'put-aside'].includes(one.kind) &&
      'path' in one &&
      one.path.startsWith('/usr/'),
  )
  await takeBack(host, system, { dryRun: false, onRemoval })
}

function versionsOf(host: InstallHost): string[] {
  const folder = `${host.root}${PROGRAM_FOLDER}`
  return versionsThere(folder).map(({ version }) => join(folder, version))
}

function hashIn(tree: string, path: string): string[] {
  const file = join(tree, 'system', path.slice(1))
  return existsSync(file) ? [sha256Of(readFileSync(file))] : []
}
