/** A real `Host` on the machine of a sandbox, with a roster, a data folder and a uid counter of its own. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createHost } from '../../../src/provisioning/create-host.ts'
import type { Host, HostEnvironment } from '../../../src/provisioning/host/host.ts'
import type { Services } from '../../../src/provisioning/host/services/services.ts'
import { insideSandbox } from '../sandbox/sandbox.ts'

/** Places of the installation that `makeTestHost` makes. */
export const places = {
  rosterFile: '/etc/usher/users.yaml',
  dataDir: '/srv/usher-data',
  stateDir: '/var/lib/usher',
} as const

/** Counts upwards from the smallest uid of a person, as the worker's store does; nothing is given twice. */
export function countingUids(): HostEnvironment['takeUid'] {
  let next = 0
  return (isFree, { min, max }) => {
    for (next = Math.max(next, min); next <= max; next++) if (isFree(next)) return next++
    return null
  }
}

/** Makes the installation's folders and an empty roster, and gives the host. Inside a sandbox only. */
export function makeTestHost(changes: Partial<HostEnvironment> = {}, services?: Services): Host {
  if (!insideSandbox()) throw new Error('a test host changes accounts and /etc: inside a sandbox only')
  mkdirSync('/etc/usher', { recursive: true, mode: 0o755 })
  mkdirSync(places.dataDir, { recursive: true, mode: 0o711 })
  mkdirSync(places.stateDir, { recursive: true, mode: 0o711 })
  writeFileSync(places.rosterFile, '# people\nusers: []\n', { mode: 0o640 })
  return createHost(
    {
      name: 'testhost',
      mode: 'system',
      ...places,
      secretsFile: '/etc/usher/secrets.yaml',
      databaseFile: `${places.stateDir}/usher.db`,
      botUser: null,
      personUids: null,
      takeUid: countingUids(),
      ...changes,
    },
    services,
  )
}
