import childProcess, { type ChildProcess, type SpawnOptions } from 'node:child_process'
import { functionsOf } from './files.ts'
import type { Injector } from './injector.ts'

type Spawn = (program: string, args: readonly string[], options: SpawnOptions) => ChildProcess

const HANGING = ['/bin/sleep', '100000'] as const
const FAILING = ['/bin/sh', '-c', 'echo "input/output error (injected)" >&2; exit 1'] as const
/** Does the program's work, then something else. */
const after = (then: string) => ['/bin/sh', '-c', `"$@"; ${then}`, 'sh'] as const

/** Makes every start of a program, and every signal that is sent, an effect. `spawn` is the only way that there is. */
export function interceptPrograms(injector: Injector): void {
  const module = childProcess as unknown as Record<string, unknown>
  const spawn = childProcess.spawn as unknown as Spawn
  for (const name of functionsOf(childProcess)) {
    module[name] = () => {
      throw new Error(`the fault injector does not know child_process.${name}; teach it before using it`)
    }
  }
  const start: Spawn = (program, args, options) => {
    const instead = ([other, ...before]: readonly string[], more: readonly string[] = []) =>
      spawn(other!, [...before, ...more], options)
    return injector.pass({
      form: 'program',
      what: `run:${nameOf(program, args)}`,
      perform: () => spawn(program, args, options),
      fail: () => instead(FAILING),
      failAfter: () => instead(after('exit 1'), [program, ...args]),
      hang: () => instead(HANGING),
      hangAfter: () => instead(after(`exec ${HANGING.join(' ')}`), [program, ...args]),
      killDuring() {
        // It gets its input first, and the worker no word of it.
        setImmediate(() => injector.die())
        return spawn(program, args, options)
      },
      killAfter: () => spawn(program, args, options).once('exit', () => injector.die()),
    })
  }
  module['spawn'] = start

  const kill = process.kill.bind(process)
  process.kill = (pid, signal) =>
    signal === 0
      ? kill(pid, signal)
      : injector.pass({
          form: 'call',
          what: `signal:${signal}`,
          perform: () => kill(pid, signal),
          fail() {
            throw Object.assign(new Error('kill EPERM (injected)'), { code: 'EPERM', syscall: 'kill' })
          },
        })
}

const CONTAINING = ['/usr/bin/unshare', '/usr/bin/systemd-run', '/usr/bin/setpriv']

/** A program that contains another one is named with it, and systemctl with its verb. */
function nameOf(program: string, args: readonly string[]): string {
  if (CONTAINING.includes(program)) {
    const [inner = '', ...more] = args.slice(args.indexOf('--') + 1)
    return `${program}→${nameOf(inner, more)}`
  }
  const verb = program.endsWith('/systemctl') ? args.find((word) => !word.startsWith('-')) : undefined
  return verb === undefined ? program : `${program} ${verb}`
}
