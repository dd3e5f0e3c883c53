/**
 * `switch.ts VERSION [--start] [--give-up-newer] [--within SECONDS] [--die-before N]`: what `usher install` ends with; prints the
 * result as JSON. `--die-before`: is killed before it runs its Nth program.
 */
import { cpSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { switchTo } from '../../../src/install/switch.ts'
import { createPrograms } from '../../../src/provisioning/host/programs/create-programs.ts'
import type { Programs } from '../../../src/provisioning/host/programs/programs.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    start: { type: 'boolean', default: false },
    'give-up-newer': { type: 'boolean', default: false },
    within: { type: 'string', default: '20' },
    'die-before': { type: 'string', default: '0' },
  },
})
const real = createPrograms('system')
let count = 0
const programs: Pick<Programs, 'run'> = {
  run(program, args, options) {
    count++
    if (count === Number(values['die-before'])) process.kill(process.pid, 'SIGKILL')
    return real.run(program, args, options)
  },
}
const result = await switchTo(
  {
    root: '',
    programs,
    placeSystem: async (version) => {
      cpSync(`/opt/usher/${version}/system`, '/', { recursive: true })
      await programs.run('/usr/bin/systemctl', ['daemon-reload'])
    },
    say: (text) => void process.stderr.write(`${text}\n`),
  },
  {
    version: positionals[0] ?? '',
    start: values.start,
    giveUpNewer: values['give-up-newer'],
    readyWithinMs: Number(values.within) * 1000,
  },
)
process.stdout.write(`${JSON.stringify(result)}\n`)
process.exitCode = result.ok ? 0 : 1
