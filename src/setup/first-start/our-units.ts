import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readHostFacts } from '../../config/host-facts.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import type { ProgramResult, Programs } from '../../provisioning/host/programs/programs.ts'

export type OurUnit = 'usher-worker.service' | 'usher-bot.service' | 'usher-witness.service'

/** Where systemd looks for units: systemd.unit(5). */
const UNIT_FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
]
/** A start ends when the service is ready: its unit gives up sooner. */
const START_MS = 120_000

/** What is known of Usher's own services, and how they are started and stopped. */
export interface OurUnits {
  /** Whether this host has units for them. */
  isInstalled(unit: OurUnit): boolean
  /** Whether systemd runs here to start any. */
  canStart(): boolean
  isActive(unit: OurUnit): Promise<boolean>
  systemctl(
    verb: 'start' | 'restart' | 'stop' | 'daemon-reload',
    units?: readonly OurUnit[],
  ): Promise<ProgramResult>
}

export function createOurUnits(programs: Pick<Programs, 'run'>): OurUnits {
  const canStart = () => existsSync('/run/systemd/system')
  return {
    isInstalled: (unit) => UNIT_FOLDERS.some((folder) => existsSync(join(folder, unit))),
    canStart,
    async isActive(unit) {
      return canStart() && (await programs.run('/usr/bin/systemctl', ['is-active', '--quiet', '--', unit])).ok
    },
    systemctl(verb, units = []) {
      if (!canStart()) throw new Error('systemd does not run here')
      const operands = verb === 'daemon-reload' ? [] : ['--', ...units]
      return programs.run('/usr/bin/systemctl', [verb, ...operands], { timeoutMs: START_MS })
    },
  }
}

/** A bot of this account (null: of the caller) that was started by hand; null when none runs. */
export function botByHand(user: string | null, own: number): number | null {
  const uid =
    user === null ? own : readHostFacts(accountFilesOf()).accounts.find(({ name }) => name === user)?.uid
  // Elsewhere than on Linux Telegram's own conflict says it.
  if (!existsSync('/proc')) return null
  for (const pid of readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))) {
    try {
      if (statSync(join('/proc', pid)).uid !== uid) continue
      if (/^usher bot(\0| |$)/.test(readFileSync(join('/proc', pid, 'cmdline'), 'latin1'))) return Number(pid)
    } catch {
      // It ended meanwhile.
    }
  }
  return null
}
