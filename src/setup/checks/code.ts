import { existsSync, readFileSync } from 'node:fs'
import { isInstalledTree } from '../../config/code-tree.ts'
import { differencesFromManifest, readManifest } from '../../config/manifest.ts'
import type { Distrust } from '../../config/trusted-path.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { type Finding, type HostCheck, note, ok, problem } from '../finding.ts'

/** How many changed files are named. */
const NAMED = 5

/** The one finding where root may not run this code: nothing else is looked at, because looking would be running it. */
export function untrustedCode({ path, message, mend }: Distrust): Finding {
  const why =
    'whoever can write it becomes root with the next command; nothing else was looked at before that is mended'
  return problem('code.untrusted', path, message, why, mend ?? 'install Usher where only root can write')
}

/** The code that runs: root's alone (main.ts looks before any verb), and byte for byte what was staged. */
export const checkCode: HostCheck = ({ codeRoot, launch, uid }) => {
  if (launch.development !== null) {
    const why = 'whoever can write it becomes root; --development lets that be, for this one command'
    return [problem('code.development', codeRoot, launch.development, why, installFrom(codeRoot))]
  }
  if (!isInstalledTree(codeRoot)) {
    const what = `a checkout of version ${versionOf(codeRoot)}: nothing says what its files should be`
    const why = 'a changed file is only noticed in an installation'
    return [note('code.checkout', codeRoot, what, why, installFrom(codeRoot))]
  }
  const read = readManifest(codeRoot)
  const mend = 'usher install from a fresh download, or apt install --reinstall usher'
  if (!read.ok)
    return [
      problem('code.changed', codeRoot, read.problem, 'nobody can tell whether the code is whole', mend),
    ]
  const { manifest } = read
  const found = differencesFromManifest(codeRoot, manifest)
  if (found.length > 0) {
    const named = found.slice(0, NAMED).map(({ path, what }) => `${path} (${what})`)
    const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : ''
    const what = `not as version ${manifest.version} was made: ${named.join(', ')}${more}`
    return [
      problem('code.changed', codeRoot, what, 'somebody changed what runs as root, or a disk did', mend),
    ]
  }
  const trusted = uid === 0 ? ", root's alone" : ''
  return [
    ok(
      'code.ok',
      codeRoot,
      `version ${manifest.version}, ${manifest.files.length} files as they were made${trusted}`,
    ),
  ]
}

function installFrom(codeRoot: string): string {
  return `chown -hR root ${shellWord(codeRoot)} && chmod -R go-w ${shellWord(codeRoot)} && ${shellWord(`${codeRoot}/usher`)} install`
}

/** What package.json says; the checkout's own. */
export function versionOf(codeRoot: string): string {
  const file = `${codeRoot}/package.json`
  if (!existsSync(file)) return 'unknown'
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown }).version)
}
