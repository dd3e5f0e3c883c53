import { existsSync } from 'node:fs'
import type { Environment } from '../config/environment.ts'
import { jsonDocument } from '../protocol/json-document.ts'
import { freshPlaces } from '../setup/init-places.ts'
import type { InstallHost } from './context.ts'
import { placesHere } from './install-image.ts'
import { withInstallLock } from './lock.ts'
import { type Output, Progress, refuse } from './output.ts'
import { readRecord } from './record.ts'
import { recover } from './recover.ts'
import { uninstall } from './uninstall.ts'

export interface UninstallPorts {
  host: InstallHost
  output: Output
  environment: Environment
}

export interface RemovalWish {
  purge: boolean
  data: boolean
  dryRun: boolean
  /** The package's own script asks; nobody else takes away what dpkg brought. */
  byPackage?: boolean
}

/** `usher install --uninstall` and `--purge`; gives the exit status. */
export async function uninstallHere(ports: UninstallPorts, wish: RemovalWish): Promise<number> {
  if (wish.dryRun) return perform(ports, wish)
  const locked = await withInstallLock(() => perform(ports, wish))
  return locked.ok ? locked.value : refuse(ports.output, 4, 'held', locked.message)
}

async function perform({ host, output, environment }: UninstallPorts, wish: RemovalWish): Promise<number> {
  const { dryRun } = wish
  const progress = new Progress(output, dryRun)
  const show = (text: string) => progress.text(text)
  const recovered = await recover({ host, onRemoval: (removal) => progress.removal(removal, dryRun) }, dryRun)
  if (!recovered.ok) return refuse(output, 2, 'invalid', recovered.message)
  if (recovered.found !== null)
    show(
      `Found a half-finished installation of ${recovered.found.version}: ${dryRun ? 'it would be taken back' : 'dealt with'} first.\n`,
    )
  const record = readRecord(host.root, host.owner)
  if (!record.ok) return refuse(output, 2, 'invalid', record.message)
  if (record.value === null) {
    show('Usher is not installed here; nothing to take away.\n')
    if (output.json) output.write(jsonDocument({ ok: true, dry_run: dryRun, changes: [] }))
    return 0
  }
  if (record.value.by === 'package' && wish.byPackage !== true) {
    const message =
      'cannot take this away: Usher came as a package; apt remove usher keeps config and data, apt purge usher removes the config too'
    return refuse(output, 2, 'invalid', message, {
      violations: [{ field: 'package', code: 'packaged', message }].slice(output.json ? 0 : 1),
    })
  }
  // A config that cannot be used any more is no reason to stay installed.
  const here = placesHere(environment)
  const places = here.ok ? here.value : freshPlaces(undefined, environment, 0)
  const result = await uninstall(host, record.value, { ...wish, places }, (removal) =>
    progress.removal(removal, dryRun),
  )
  progress.end()
  if (!result.ok) return refuse(output, result.code === 'wrong_state' ? 4 : 1, result.code, result.message)
  const failed = result.removals.filter(({ state }) => state === 'failed')
  if (failed.length > 0) {
    const message = `cannot take everything away: ${failed.length} things are still there; try again`
    const violations = failed.map(({ subject, text }) => ({ field: subject, code: 'problem', message: text }))
    return refuse(output, 1, 'internal', message, { violations, changes: result.removals })
  }
  const changes = result.removals.filter(({ state }) => state !== 'gone')
  if (output.json) {
    output.write(jsonDocument({ ok: true, dry_run: dryRun, changes }))
    return 0
  }
  show(closingText(wish, places.paths.data))
  return 0
}

function closingText({ purge, data, dryRun }: RemovalWish, folder: string): string {
  if (dryRun) return '\nNothing was changed.\n'
  if (!purge)
    return [
      '',
      'Uninstalled. Config, roster, secrets, data and the service accounts stay.',
      'To have it back: install again. To remove those too: ./usher install --purge in a checkout, then',
      'they go by the record /opt/usher/installed.json.',
      '',
    ].join('\n')
  const kept = !data && existsSync(folder) ? ` ${folder} stays (--purge-data removes it).` : ''
  return `\nPurged.${kept} Accounts of people, and what is in their homes, are as they were.\n`
}
