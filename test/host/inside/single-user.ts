/** Run as an ordinary account: programs in single-user mode, in the containment found and in the least one. */
import { mkdirSync, readdirSync } from 'node:fs'
import type { Host } from '../../../src/provisioning/host/host.ts'
import { createPrograms } from '../../../src/provisioning/host/programs/create-programs.ts'
import { processesOf } from '../../../src/provisioning/host/programs/end-processes.ts'
import { runAsPerson } from '../../../src/provisioning/host/programs/person-programs.ts'
import type { Containment } from '../../../src/provisioning/host/programs/programs.ts'
import { type RunLaunch, runProgram } from '../../../src/provisioning/host/programs/run-program.ts'
import { createPosixSpawn } from '../../../src/provisioning/host/programs/spawn-posix.ts'
import { smokeTest } from '../../../src/provisioning/steps/smoke-test.ts'

const uid = process.getuid!()
const me = { osUser: 'maria', uid, gid: process.getgid!(), home: '/home/maria', shell: '/bin/sh' }
const spawn = createPosixSpawn()
const launch: RunLaunch = (what) => runProgram(spawn, what)
const programs = createPrograms('single-user')
const found = await programs.containment()
const others = () => processesOf(uid).filter(({ pid }) => pid !== process.pid).length

async function look(containment: Containment) {
  const run = (text: string, options = {}) =>
    runAsPerson(launch, containment, me, ['/bin/sh', '-c', text], options)
  const identity = await run('id -u; id -g; umask; pwd; echo "$HOME"; ulimit -Hc')
  const session = await run('setsid sleep 98 & (setsid sleep 98 &); sleep 0.05')
  const afterEnd = others()
  const slow = await run('setsid sleep 98 & sleep 98', { timeoutMs: 200 })
  return { identity, session: { ok: session.ok, left: afterEnd }, slow, left: others() }
}

const refused = await programs.runAsPerson({ ...me, uid: uid + 1 }, ['/bin/true']).then(
  () => 'ran',
  (error: unknown) => String(error),
)
const folder = '/home/maria/memory'
mkdirSync(folder, { mode: 0o700 })
const entry = { name: 'maria', uid, gid: me.gid, gecos: '', home: me.home, shell: me.shell }
/** As much of a host as a smoke test has to do with in this mode. */
const host = {
  environment: { mode: 'single-user' },
  programs,
  accounts: { byName: async (name: string) => (name === 'maria' ? entry : null) },
} as unknown as Host
const smoke = await smokeTest.apply(
  {
    host,
    run: { runId: 1, requestId: 1, marker: 'feed', undoing: false },
    journal: { commit() {} },
    signal: AbortSignal.timeout(10_000),
  },
  {
    ...{
      osUser: 'maria',
      telegramId: 42,
      home: me.home,
      writable: [folder],
      path: ['/usr/bin', '/bin'],
      via: null,
    },
    agentCommand: ['touch', `${me.home}/.made-by-agent`],
  },
  null,
)
const seen = {
  smoke,
  leftInFolder: readdirSync(folder),
  found,
  refused,
  own: await programs.run('/usr/bin/id', ['-u']),
  least: await look('own-session'),
  best: await look(found),
}
export type Seen = typeof seen
console.log(JSON.stringify(seen))
