import { existsSync } from 'node:fs'
import type { Programs } from '../programs/programs.ts'

/** All names of each unit, aliases included (systemctl(1), property Names); only of those that systemd knows. */
export async function readUnitNames(
  programs: Pick<Programs, 'run'>,
  units: readonly string[],
): Promise<Record<string, string[]>> {
  if (units.length === 0 || !existsSync('/run/systemd/system')) return {}
  const names: Record<string, string[]> = {}
  for (const unit of units) {
    const shown = await programs.run('/usr/bin/systemctl', [
      'show',
      '--property=Names',
      '--value',
      '--',
      unit,
    ])
    if (shown.ok) names[unit] = shown.stdout.split(/\s+/).filter((name) => name !== '')
  }
  return names
}
