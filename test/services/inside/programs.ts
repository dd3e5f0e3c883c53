/** Run inside a systemd sandbox, in a unit of its own: what programs of a person are there. Prints one JSON document. */
import { createPrograms } from '../../../src/provisioning/host/programs/create-programs.ts'
import { processesOf } from '../../../src/provisioning/host/programs/end-processes.ts'
import type { PersonIdentity } from '../../../src/provisioning/host/programs/programs.ts'

const programs = createPrograms('system')
const maria: PersonIdentity = {
  osUser: 'maria',
  uid: 4301,
  gid: 4301,
  home: '/home/maria',
  shell: '/bin/bash',
}
const script = (text: string): [string, ...string[]] => ['/bin/sh', '-c', text]
const odd = ['$HOME', '$'.concat('{USER}'), '$$', '%h', '%%', 'a b', '', "'", '\\x41', '\n', '*']

const identity = await programs.runAsPerson(
  maria,
  script('id -u; id -g; id -G; umask; pwd; ulimit -Hc; cat'),
  { stdin: 'given' },
)
const environment = await programs.runAsPerson(maria, ['/usr/bin/env'], { path: ['/opt/bin', '/bin'] })
const argumentsOf = await programs.runAsPerson(maria, ['/usr/bin/printf', '[%s]\\n', ...odd])
const home = await programs.runAsPerson(
  maria,
  script('echo x >/home/maria/file && cat /home/maria/file; grep NoNew /proc/self/status'),
)
const status = await programs.runAsPerson(maria, script('echo no >&2; exit 7'))
const daemon = '(setsid sh -c "sleep 91 & exit" <&- >&- 2>&- &); setsid sleep 91 &'
const ended = await programs.runAsPerson(maria, script(`${daemon} sleep 0.05`))
const leftAfterEnd = processesOf(maria.uid).length
const slow = await programs.runAsPerson(maria, script(`${daemon} trap "" TERM; sleep 91`), { timeoutMs: 300 })
const leftAfterDeadline = processesOf(maria.uid).length
const aborted: { code: string; left: number }[] = []
for (const delay of [0, 3, 6, 10, 15, 25, 40]) {
  const stop = new AbortController()
  setTimeout(() => stop.abort(), delay)
  const result = await programs.runAsPerson(maria, script('setsid sleep 92 & sleep 92'), {
    signal: stop.signal,
  })
  aborted.push({ code: result.ok ? 'ok' : result.failure.code, left: processesOf(maria.uid).length })
}
const via = await programs.runAsPerson(maria, ['/usr/bin/id', '-un'], {
  via: { user: 'kai', argv: ['/usr/bin/env'] },
})
const durations: number[] = []
for (let i = 0; i < 10; i++) durations.push((await programs.runAsPerson(maria, ['/bin/true'])).durationMs)

const seen = {
  containment: await programs.containment(),
  identity,
  environment: environment.stdout.trim().split('\n').sort(),
  arguments: {
    given: odd.map((argument) => `[${argument}]`).join('\n'),
    got: argumentsOf.stdout.trimEnd(),
  },
  home,
  status,
  ended: { ok: ended.ok, left: leftAfterEnd },
  slow: { result: slow, left: leftAfterDeadline },
  aborted,
  via,
  medianMs: durations.sort((a, b) => a - b)[5]!,
}
export type Seen = typeof seen
console.log(JSON.stringify(seen))
