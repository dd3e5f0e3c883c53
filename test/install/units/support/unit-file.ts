import { readFileSync } from 'node:fs'

/** One `Key=Value` of a unit file, in the order in which they stand; keys may come again. */
export interface Setting {
  section: string
  key: string
  value: string
}

/** The settings of a unit file (systemd.syntax(7)): comments and empty lines left out, no continuation lines. */
export function readUnit(file: URL | string): Setting[] {
  let section = ''
  const settings: Setting[] = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const heading = /^\[(\w+)\]$/.exec(line)
    if (heading !== null) section = heading[1]!
    const setting = /^(\w+)=(.*)$/.exec(line)
    if (setting !== null) settings.push({ section, key: setting[1]!, value: setting[2]! })
  }
  return settings
}

/** What says how a service is started, watched and ended, and not what it may. */
const LIFE =
  /^(Type|NotifyAccess|Exec\w+|Restart\w*|Timeout\w+|Watchdog\w+|KillMode|Slice|SyslogIdentifier|SuccessExitStatus)$/

/** The `[Service]` settings that say what a service may, as properties for systemd-run(1). */
export function sandboxProperties(settings: readonly Setting[]): string[] {
  return settings
    .filter(({ section, key }) => section === 'Service' && !LIFE.test(key))
    .flatMap(({ key, value }) => ['-p', `${key}=${value}`])
}
