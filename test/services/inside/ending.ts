/** Run inside a systemd sandbox: ends the processes of the account with this uid and removes what it left. */

import { removeLeftoversOf } from '../../../src/provisioning/host/accounts/leftovers.ts'
import { createPrograms } from '../../../src/provisioning/host/programs/create-programs.ts'
import { processesOf } from '../../../src/provisioning/host/programs/end-processes.ts'

const programs = createPrograms('system')
const signal = AbortSignal.timeout(20_000)
const maria = { name: 'maria', uid: 4301, gid: 4301, gecos: '', home: '/home/maria', shell: '/bin/bash' }
const before = processesOf(maria.uid).length
const begun = performance.now()
const result = await programs.endProcessesOf(maria.uid, signal)
const seen = {
  before,
  ...result,
  after: processesOf(maria.uid).length,
  ms: performance.now() - begun,
  leftovers: await removeLeftoversOf({ programs }, maria, signal),
}
export type Seen = typeof seen
console.log(JSON.stringify(seen))
