import { existsSync } from 'node:fs'
import { shellWord } from '../../domain/shell-word.ts'
import { type Check, type Finding, ok, problem } from '../finding.ts'
import { editing } from './config.ts'

/** Services that are told about new people. */
export const checkServices: Check = async ({ config, programs }) => {
  const findings: Finding[] = []
  for (const { unit, action } of config.services) {
    if (action === 'remind') continue
    const name = shellWord(unit)
    if (!existsSync('/run/systemd/system')) {
      const what = 'systemd does not run on this machine'
      const fix = `${editing(config.file)}: 'action: remind' for ${unit}`
      findings.push(problem('service.no-systemd', unit, what, `nobody can ${action} it here`, fix))
      continue
    }
    const argv = ['show', '--property=LoadState,ActiveState', '--value', '--', unit]
    const shown = await programs.run('/usr/bin/systemctl', argv)
    const [load, active] = shown.ok ? shown.stdout.split('\n') : []
    if (load !== 'loaded') {
      const what = `systemd does not know it (${load ?? 'no answer'})`
      const why = 'each run would fail at its last step and be undone'
      findings.push(problem('service.unknown', unit, what, why, `${editing(config.file)}: services`))
    } else if (active !== 'active') {
      const why = 'a run ends only when it is active again'
      findings.push(problem('service.inactive', unit, `it is ${active}`, why, `systemctl restart ${name}`))
    } else {
      findings.push(ok('service.ok', unit, 'loaded and active'))
    }
  }
  return findings
}
