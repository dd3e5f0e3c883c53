import { jsonDocument } from '../protocol/json-document.ts'
import type { Output } from './output.ts'
import { versionsThere } from './versions.ts'

/** Whether `--switch` was given without a version: nothing follows it, or another option. */
export function asksForVersions(argv: readonly string[]): boolean {
  return argv.some((word, index) => word === '--switch' && (argv[index + 1] ?? '-').startsWith('-'))
}

/** Says which versions lie in `folder`, the one in use first, and how to change to another; gives the exit status. */
export function printVersions(output: Output, folder: string): number {
  const versions = versionsThere(folder)
  if (output.json) {
    const listed = versions.map(({ version, inUse, at, schema }) => ({
      ...{ version, in_use: inUse, last_used: new Date(at).toISOString(), migrations: schema },
    }))
    output.write(jsonDocument({ ok: true, versions: listed }))
    return 0
  }
  if (versions.length === 0) {
    output.write(`No version lies in ${folder}.\n`)
    return 0
  }
  const width = Math.max(...versions.map(({ version }) => version.length))
  for (const { version, inUse, at } of versions) {
    const since = new Date(at).toISOString().slice(0, 16).replace('T', ' ')
    output.write(
      `${version.padEnd(width)}  ${inUse ? `in use since ${since} UTC` : `in use or installed until ${since} UTC`}\n`,
    )
  }
  if (versions.some(({ inUse }) => !inUse)) output.write('\nTo change: sudo usher install --switch VERSION\n')
  return 0
}
