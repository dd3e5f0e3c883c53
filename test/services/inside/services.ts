/** Run inside a systemd sandbox: performs `UNIT ACTION COUNT` at once, that often, and prints what came of each. */

import type { ServiceAction } from '../../../src/domain/step.ts'
import { createPrograms } from '../../../src/provisioning/host/programs/create-programs.ts'
import { createServices } from '../../../src/provisioning/host/services/services-systemd.ts'

const [unit, action, count] = process.argv.slice(2) as [string, ServiceAction, string]
const services = createServices(createPrograms('system'))
const signal = AbortSignal.timeout(40_000)
const seen = {
  available: await services.available(),
  outcomes: await Promise.all(
    Array.from({ length: Number(count) }, () => services.perform(unit, action, signal)),
  ),
  active: await services.isActive(unit),
}
export type Seen = typeof seen
console.log(JSON.stringify(seen))
