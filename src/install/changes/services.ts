import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { whyOf } from '../../domain/step.ts'
import type { Outcome } from '../../setup/ensure.ts'
import type { ChangeContext, InstallHost, Removal } from '../context.ts'
import type { SystemFile } from '../image.ts'
import type { MadeOf } from '../record.ts'

export const SYSTEMCTL = '/usr/bin/systemctl'

/** The units of these files that can be started with the machine: those with an [Install] section. */
export function unitsOf(files: readonly SystemFile[]): string[] {
  return files.flatMap((file) =>
    /\/systemd\/system\/[^/@]+\.service$/.test(file.path) &&
    /^\[Install\]$/m.test(readFileSync(file.source, 'utf8'))
      ? [basename(file.path)]
      : [],
  )
}

/** The unit is started with the machine. One that the operator disabled after an earlier installation stays so. */
export async function ensureEnabled(context: ChangeContext, unit: string): Promise<Outcome[]> {
  const { host, dryRun, ledger, record } = context
  const shown = await host.programs.run(SYSTEMCTL, ['is-enabled', '--', unit])
  const state = shown.stdout.trim()
  const done = (word: Outcome['state'], text: string): Outcome[] => [{ state: word, subject: unit, text }]
  if (state === 'enabled') return done('already', 'starts with the machine')
  if (record?.made.some((made) => made.kind === 'enabled' && made.unit === unit) && state === 'disabled')
    return done('already', 'does not start with the machine: you disabled it')
  if (dryRun) return done('change', 'enabled: starts with the machine')
  ledger.note({ kind: 'enabled', unit })
  const enabled = await host.programs.run(SYSTEMCTL, ['enable', '--quiet', '--', unit])
  if (enabled.ok) return done('change', 'enabled: starts with the machine')
  return done('problem', `cannot enable ${unit}: ${enabled.stderr.trim() || whyOf(enabled.failure)}`)
}

/** The unit is stopped and not started with the machine any more. A unit that stops cleanly is no failure, and none is left. */
export async function removeEnabled(
  host: InstallHost,
  { unit }: MadeOf<'enabled'>,
  dryRun: boolean,
): Promise<Removal> {
  const shown = await host.programs.run(SYSTEMCTL, ['is-enabled', '--', unit])
  if (!/^enabled/.test(shown.stdout))
    return { state: 'gone', subject: unit, text: 'does not start with the machine' }
  if (dryRun) return { state: 'removed', subject: unit, text: 'disabled' }
  const disabled = await host.programs.run(SYSTEMCTL, ['disable', '--now', '--quiet', '--', unit], {
    timeoutMs: 120_000,
  })
  if (disabled.ok) return { state: 'removed', subject: unit, text: 'disabled' }
  return {
    state: 'failed',
    subject: unit,
    text: `cannot disable it: ${disabled.stderr.trim() || whyOf(disabled.failure)}`,
  }
}

/** Lets systemd read the units again. */
export async function reloadUnits(host: InstallHost): Promise<string | null> {
  const reloaded = await host.programs.run(SYSTEMCTL, ['daemon-reload'], { timeoutMs: 90_000 })
  return reloaded.ok ? null : reloaded.stderr.trim() || whyOf(reloaded.failure)
}
