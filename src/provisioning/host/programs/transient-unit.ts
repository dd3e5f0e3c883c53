import { setTimeout as delay } from 'node:timers/promises'
import { readProcess } from './process-table.ts'
import type { ProgramResult } from './programs.ts'

export interface TransientUnit {
  /** Without the suffix `.service`. */
  name: string
  uid: number
  gid: number
  env: Record<string, string>
  timeoutMs: number
  noNewPrivileges: boolean
}

/**
 * The argv that runs `argv` in a transient unit of its own (systemd-run(1)): outside our own unit's sandbox, in a cgroup
 * that systemd empties with SIGKILL when the program ends, before `--wait` returns. No PAM session is opened, so an
 * expired account runs.
 */
export function inTransientUnit(unit: TransientUnit, argv: readonly string[]): [string, ...string[]] {
  const properties = [
    'KillSignal=SIGKILL',
    'TimeoutStopSec=2',
    // Second line: holds when we are gone.
    `RuntimeMaxSec=${Math.ceil(unit.timeoutMs / 1000) + 1}`,
    'UMask=0077',
    'LimitCORE=0',
    'IgnoreSIGPIPE=no',
    'WorkingDirectory=/',
    ...(unit.noNewPrivileges ? ['NoNewPrivileges=yes'] : []),
  ]
  return [
    '/usr/bin/systemd-run',
    ...['--quiet', '--pipe', '--wait', '--collect', '--service-type=exec', `--unit=${unit.name}.service`],
    ...[`--uid=${unit.uid}`, `--gid=${unit.gid}`],
    ...properties.flatMap((property) => ['-p', property]),
    ...Object.entries(unit.env).map(([name, value]) => `--setenv=${name}=${value}`),
    '--',
    // systemd expands `$` in the arguments of a service; `$$` is one `$` (systemd.service(5)).
    ...argv.map((argument) => argument.replaceAll('$', '$$$$')),
  ]
}

/**
 * Ends the unit that the `systemd-run` with this pid asked for, which we started and have not reaped. It may not be
 * loaded yet; `systemd-run` returns when it is gone.
 */
export async function endTransientUnit(
  systemctl: (args: string[]) => Promise<ProgramResult>,
  name: string,
  systemdRun: number,
): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    const client = readProcess(systemdRun)
    if (client === null || client.state === 'Z') return
    await systemctl(['kill', '--signal=SIGKILL', `${name}.service`])
    await delay(50)
  }
}
