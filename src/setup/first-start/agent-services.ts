import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { unitProblem } from '../../config/value-problems.ts'
import type { Programs } from '../../provisioning/host/programs/programs.ts'

/** A service of this host that could be one to tell about new people. */
export interface FoundService {
  unit: string
  description: string
  /** The account that it runs as; null: root, or what systemd makes up. */
  user: string | null
  isActive: boolean
}

/** Where units stand that an operator wrote, not the distribution: systemd.unit(5). */
const OPERATORS = ['/etc/systemd/system', '/usr/local/lib/systemd/system']
const DISTRIBUTION = /^(\/usr)?\/lib\/systemd\/system\//
/** More than these are not asked about. */
const MOST = 40

/**
 * Services that the operator of this host installed and that run or could: candidates for agents that read the roster at their
 * start. What belongs to Usher, to systemd or to the way into the host is none, nor are templates.
 */
export async function findServices(
  programs: Pick<Programs, 'run'>,
  folders: readonly string[] = OPERATORS,
): Promise<FoundService[]> {
  const units = [...new Set(folders.flatMap(unitsIn))].sort().slice(0, MOST)
  const services: FoundService[] = []
  for (const { unit, description, user } of units.map(describe(folders))) {
    const isRunning = existsSync('/run/systemd/system')
    const asked = isRunning
      ? await programs.run('/usr/bin/systemctl', ['is-active', '--quiet', '--', unit])
      : null
    services.push({ unit, description, user, isActive: asked?.ok === true })
  }
  return services.sort((a, b) => Number(b.isActive) - Number(a.isActive) || (a.unit < b.unit ? -1 : 1))
}

function unitsIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter((name) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*\.service$/.test(name) || unitProblem(name) !== null) return false
    try {
      const real = realpathSync(join(folder, name))
      // A link to the distribution's is another name of it; one to /dev/null masks it.
      return real !== '/dev/null' && !DISTRIBUTION.test(real) && !/@\.service$/.test(real)
    } catch {
      return false
    }
  })
}

function describe(folders: readonly string[]) {
  return (unit: string): Omit<FoundService, 'isActive'> => {
    const folder = folders.find((one) => existsSync(join(one, unit))) ?? ''
    const text = readFileSync(join(folder, unit), 'utf8').slice(0, 65_536)
    const setting = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]?.trim() || null
    return { unit, description: setting('Description') ?? '', user: setting('User') }
  }
}
