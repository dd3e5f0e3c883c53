import type { Line } from '../../texts/line.ts'
import { plain } from '../../texts/plain.ts'
import type { OurUnit, OurUnits } from './our-units.ts'

export interface ServicesToStart {
  units: OurUnits
  hasWitness: boolean
}

/** Which of ours this host has, the worker first: the others ask it. */
export function ourServices({ units, hasWitness }: ServicesToStart): OurUnit[] {
  const wanted: OurUnit[] = ['usher-worker.service', 'usher-bot.service']
  if (hasWitness) wanted.push('usher-witness.service')
  return units.canStart() ? wanted.filter((unit) => units.isInstalled(unit)) : []
}

/** Starts each, or restarts it so that it reads what is new. Ends with the first that does not become ready. */
export async function startServices(
  units: OurUnits,
  services: readonly OurUnit[],
): Promise<{ ok: boolean; lines: Line[] }> {
  const lines: Line[] = []
  for (const unit of services) {
    const verb = (await units.isActive(unit)) ? 'restart' : 'start'
    const ran = await units.systemctl(verb, [unit])
    if (ran.ok && (await units.isActive(unit))) {
      lines.push({ mark: 'done', text: `${unit}: ${verb}ed` })
      continue
    }
    const why = ran.ok ? 'it is not active' : plain(ran.failure.detail ?? ran.failure.code, 300)
    lines.push({
      mark: 'failed',
      text: `${unit} did not ${verb}: ${why}; its log says more: journalctl -u ${unit} -n 50`,
    })
    return { ok: false, lines }
  }
  return { ok: true, lines }
}

/** What is left to do by hand where this host has no services for Usher. */
export function byHandLines({
  system,
  botUser,
  configFile,
}: {
  system: boolean
  botUser: string | null
  configFile: string | null
}): Line[] {
  const option = configFile === null ? '' : ` --config ${configFile}`
  const sudo = system ? 'sudo ' : ''
  const bot = botUser === null ? 'usher bot' : `sudo runuser -u ${botUser} -- usher bot`
  return [
    {
      mark: 'info',
      text: 'this host has no services for Usher; until it has (sudo usher install), start it by hand:',
    },
    { mark: 'none', text: `${sudo}usher worker${option}`, indent: 1 },
    { mark: 'none', text: `${bot}${option}`, indent: 1 },
  ]
}
