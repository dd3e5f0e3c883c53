import childProcess from 'node:child_process'
import { readFileSync } from 'node:fs'
import koffi from 'koffi'
import { functionsOf } from './files.ts'
import type { Injector } from './injector.ts'

/** Functions of libraries that change nothing but this process. Every other one has to be known here. */
const LOOKING = /^(posix_spawnattr_\w+|posix_spawn_file_actions_\w+|pipe2|getsockopt|getpeereid)$/
/** They tell somebody something and change nothing on the host. */
const TELLING = /^(socket|connect|send|sendto|close|fcntl)$/

const HANGING = ['/bin/sleep', '100000'] as const
const FAILING = ['/bin/sh', '-c', 'echo "input/output error (injected)" >&2; exit 1'] as const
/** Does the program's work, then something else. */
const after = (then: string) => ['/bin/sh', '-c', `"$@"; ${then}`, 'sh'] as const

type Native = (...args: unknown[]) => unknown

/** Makes every start of a program, and every signal that is sent, an effect. There are no other ways to do either. */
export function interceptPrograms(injector: Injector): void {
  const node = childProcess as unknown as Record<string, unknown>
  for (const name of functionsOf(childProcess)) {
    node[name] = () => unknownTo('child_process', name)
  }
  interceptLibraries(injector)

  const kill = process.kill.bind(process)
  const signalled = new Set<string>()
  process.kill = (pid, signal) => {
    // How often a process that is just ending is told again is a matter of moments.
    const told = `${signal} ${pid} ${startTimeOf(pid)}`
    const isRepeated = signalled.has(told)
    signalled.add(told)
    return signal === 0 || isRepeated
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
}

function startTimeOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19] ?? ''
  } catch {
    return '' // it has ended
  }
}

function interceptLibraries(injector: Injector): void {
  let dyingWith: unknown = null
  const ways: Record<string, (original: Native) => Native> = {
    waitpid: (waitpid) => (pid, status, options) => {
      const found = waitpid(pid, status, options)
      return found === dyingWith ? injector.die() : found
    },
    posix_spawn: (spawn) => (pid, path, actions, attributes, argv, environment) => {
      const asked = (argv as (string | null)[]).filter((argument) => argument !== null)
      const [program = '', ...args] = asked
      const perform = () => spawn(pid, path, actions, attributes, argv, environment)
      const instead = (other: readonly string[], more: readonly string[] = []) =>
        spawn(pid, other[0], actions, attributes, [...other, ...more, null], environment)
      return injector.pass({
        form: 'program',
        what: `run:${nameOf(program, args)}`,
        perform,
        fail: () => instead(FAILING),
        failAfter: () => instead(after('exit 1'), asked),
        hang: () => instead(HANGING),
        hangAfter: () => instead(after(`exec ${HANGING.join(' ')}`), asked),
        killDuring() {
          // It gets its input first, and the worker no word of it.
          setImmediate(() => injector.die())
          return perform()
        },
        killAfter() {
          const failed = perform()
          dyingWith = (pid as number[])[0]
          return failed
        },
      })
    },
  }
  const { load } = koffi
  koffi.load = (...path) => {
    const library = load(...path)
    const original = library.func.bind(library) as unknown as (...prototype: unknown[]) => Native
    const func = (...prototype: unknown[]): Native => {
      const name = /(\w+)\s*\(/.exec(String(prototype[0]))?.[1] ?? String(prototype[0])
      const native = original(...prototype)
      const way = Object.hasOwn(ways, name) ? ways[name] : undefined
      if (way !== undefined) return way(native)
      return LOOKING.test(name) || TELLING.test(name) ? native : () => unknownTo('a library', name)
    }
    return { func } as unknown as typeof library
  }
}

function unknownTo(where: string, name: string): never {
  throw new Error(`the fault injector does not know ${name} of ${where}; teach it before using it`)
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
