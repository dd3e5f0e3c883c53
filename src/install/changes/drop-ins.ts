import { lstatSync, readFileSync } from 'node:fs'
import type { Config } from '../../config/config.ts'
import type { Outcome } from '../../setup/ensure.ts'
import {
  DROP_IN_FILES,
  type DropIns,
  dropInFile,
  dropInsFor,
  HEADING,
} from '../../setup/units/paths-drop-in.ts'
import type { ChangeContext, InstallHost } from '../context.ts'
import { sha256Of } from '../image.ts'
import { dropFile, ensureFile } from './file.ts'
import { reloadUnits } from './services.ts'

/** The hash of the drop-in that is there, where it was made from a config. */
function madeFromConfig({ root }: InstallHost, path: string): ReadonlySet<string> {
  if (lstatSync(`${root}${path}`, { throwIfNoEntry: false })?.isFile() !== true) return new Set()
  const text = readFileSync(`${root}${path}`)
  return new Set(text.toString().startsWith(HEADING) ? [sha256Of(text)] : [])
}

/** All drop-ins of this machine that were made from a config. */
export function dropInsMade(host: InstallHost): string[] {
  return DROP_IN_FILES.filter((path) => madeFromConfig(host, path).size > 0)
}

/**
 * The drop-ins that the units need for what this config names outside their usual places, and none where they need none. systemd
 * reads its units again when one changed.
 */
export async function ensureDropIns(context: ChangeContext, config: Config | null): Promise<Outcome[]> {
  const { host, dryRun, record } = context
  const dropIns = Object.entries(config === null ? {} : dropInsFor(config)) as [
    keyof DropIns,
    string | null,
  ][]
  const wanted = dropIns.flatMap(([unit, text]) =>
    text === null ? [] : [{ path: dropInFile(unit), bytes: Buffer.from(text) }],
  )
  const outcomes = wanted.flatMap((file) =>
    ensureFile(context, { ...file, mode: 0o644, goes: 'uninstall', known: madeFromConfig(host, file.path) }),
  )
  for (const made of record?.made ?? []) {
    const isOurs = made.kind === 'file' && DROP_IN_FILES.includes(made.path)
    if (isOurs && !wanted.some(({ path }) => path === made.path))
      outcomes.push(...dropFile(context, made, madeFromConfig(host, made.path)))
  }
  if (dryRun || !outcomes.some(({ state }) => state === 'change')) return outcomes
  const failed = await reloadUnits(host)
  if (failed === null) return outcomes
  return [
    ...outcomes,
    { state: 'problem', subject: 'systemd', text: `cannot let systemd read the units: ${failed}` },
  ]
}
