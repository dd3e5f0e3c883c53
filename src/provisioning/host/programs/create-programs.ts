import { existsSync, readFileSync } from 'node:fs'
import { type Platform, platformOf } from '../platform.ts'
import { endMarked } from './end-marked.ts'
import { endProcessesOf } from './end-processes.ts'
import { runAsPerson } from './person-programs.ts'
import { inPidNamespace } from './pid-namespace.ts'
import type { Containment, ProgramResult, Programs } from './programs.ts'
import { type RunLaunch, runProgram } from './run-program.ts'
import type { Spawn } from './spawn.ts'
import { nodeSpawn } from './spawn-node.ts'
import { createPosixSpawn } from './spawn-posix.ts'

/** The programs of this machine. Nothing is started, and no library is loaded for it, before the first call. */
export function createPrograms(
  mode: 'system' | 'single-user',
  createSpawn?: () => Spawn,
  platformName?: NodeJS.Platform,
): Programs {
  const platform = platformOf(platformName)
  let spawn: Spawn | undefined
  let noCore: Promise<ProgramResult | null> | undefined
  let containment: Promise<Containment> | undefined

  const launch: RunLaunch = (what) => {
    spawn ??= (createSpawn ?? (platform.name === 'linux' ? createPosixSpawn : () => nodeSpawn))()
    return runProgram(spawn, what)
  }

  /** Children inherit our limits, so ours are lowered once; that costs no process per program. */
  const forbidCore = () => {
    noCore ??= platform.name === 'linux' ? forbidCoreFiles(launch) : Promise.resolve(null)
    return noCore
  }
  const contain = () => {
    containment ??= chooseContainment(launch, mode, platform)
    return containment
  }

  return {
    async run(program, args, options = {}) {
      const refused = await forbidCore()
      return refused ?? launch({ ...options, program, args })
    },
    async runAsPerson(person, argv, options) {
      refuseWrongPerson(mode, person.uid)
      const refused = await forbidCore()
      return refused ?? runAsPerson(launch, await contain(), person, argv, options)
    },
    async endProcessesOf(uid, signal) {
      return endProcessesOf(this.run, await contain(), uid, signal)
    },
    endMarked,
    containment: contain,
  }
}

/** A person is never root, and in single-user mode always oneself; anything else is a bug of the caller. */
function refuseWrongPerson(mode: 'system' | 'single-user', uid: number): void {
  if (mode === 'system' ? uid > 0 : uid === process.getuid?.()) return
  throw new Error(`cannot run as a person: uid ${uid} is nobody to run as in ${mode} mode`)
}

/** Sets our own hard and soft RLIMIT_CORE to 0; null when it is so, else what `prlimit` said. */
async function forbidCoreFiles(launch: RunLaunch): Promise<ProgramResult | null> {
  if (/^Max core file size +0 +0 /m.test(readFileSync('/proc/self/limits', 'latin1'))) return null
  const args = [`--pid=${process.pid}`, '--core=0:0']
  const set = await launch({ program: '/usr/bin/prlimit', args })
  return set.ok ? null : set
}

/** In system mode nothing less than a cgroup or a pid namespace will do where the kernel has them: else programs of persons fail. */
async function chooseContainment(
  launch: RunLaunch,
  mode: 'system' | 'single-user',
  platform: Platform,
): Promise<Containment> {
  if (platform.contains === 'process group') return 'process-group'
  if (mode === 'system') return existsSync('/run/systemd/system') ? 'transient-unit' : 'pid-namespace'
  const [program, ...args] = inPidNamespace('oneself', ['/bin/true'])
  const tried = await launch({ program, args, timeoutMs: 5_000 })
  return tried.ok ? 'pid-namespace' : 'own-session'
}
