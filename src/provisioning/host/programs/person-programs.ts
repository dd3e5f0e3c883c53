import { randomBytes } from 'node:crypto'
import { runInOwnSession } from './own-session.ts'
import { type Becoming, endPidNamespace, inPidNamespace } from './pid-namespace.ts'
import type { Containment, PersonIdentity, ProgramResult, RunAsPersonOptions } from './programs.ts'
import type { Launch, RunLaunch } from './run-program.ts'
import { endTransientUnit, inTransientUnit } from './transient-unit.ts'

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_PATH = ['/usr/local/bin', '/usr/bin', '/bin']

/** The environment of a person's login, made from nothing. */
export function personEnvironment(
  person: Pick<PersonIdentity, 'osUser' | 'home' | 'shell'>,
  path: readonly string[] = DEFAULT_PATH,
): Record<string, string> {
  return {
    HOME: person.home,
    USER: person.osUser,
    LOGNAME: person.osUser,
    SHELL: person.shell,
    PATH: path.join(':'),
    LANG: 'C.UTF-8',
  }
}

/** Runs `argv` as the person, contained as told. What it promises stands at `Programs.runAsPerson`. */
export async function runAsPerson(
  run: RunLaunch,
  containment: Containment,
  person: PersonIdentity,
  argv: readonly [string, ...string[]],
  options: RunAsPersonOptions = {},
): Promise<ProgramResult> {
  const result = await runContained(run, containment, person, argv, options)
  if (result.ok || result.failure.params?.['program'] === undefined) return result
  // The program that was asked for, not the one that contains it.
  const params = { ...result.failure.params, program: argv[0] }
  return { ...result, failure: { ...result.failure, params } }
}

async function runContained(
  run: RunLaunch,
  containment: Containment,
  person: PersonIdentity,
  argv: readonly [string, ...string[]],
  options: RunAsPersonOptions,
): Promise<ProgramResult> {
  const who = await identityToStartAs(run, person, options)
  if (!who.ok) return who.result
  const { start, viaArgv } = who
  const env = { ...personEnvironment(start, options.path), ...options.env }
  const whole = [...viaArgv, ...argv]
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  // Who becomes somebody else on the way needs a setuid program for it.
  const noNewPrivileges = viaArgv.length === 0
  const { stdin, signal } = options
  const launch = ([program, ...args]: readonly string[], stop?: Launch['stop']): Launch => ({
    program: program!,
    args,
    ...{ env, timeoutMs, stop, stdin, signal },
  })

  if (containment === 'transient-unit') {
    const name = `usher-person-${randomBytes(8).toString('hex')}`
    const unit = { name, uid: start.uid, gid: start.gid, env, timeoutMs, noNewPrivileges }
    const systemctl = (args: string[]) => run({ program: '/usr/bin/systemctl', args, timeoutMs: 2_000 })
    const end = (systemdRun: number) => endTransientUnit(systemctl, name, systemdRun)
    return run({ ...launch(inTransientUnit(unit, whole), end), env: {} })
  }
  const own = process.getuid?.()
  if (containment === 'own-session') {
    if (own !== start.uid) throw new Error(`cannot run as uid ${start.uid} in a session of uid ${own}`)
    return runInOwnSession(run, launch(whole))
  }
  if (containment === 'process-group') {
    // sudo(8) becomes the person and takes nothing of ours along; env(1) says what a login would.
    const become = own === start.uid ? [] : ['/usr/bin/sudo', '-n', '-H', '-u', start.osUser, '--']
    const said = Object.entries(env).map(([name, value]) => `${name}=${value}`)
    return run(launch([...become, '/usr/bin/env', '-i', ...said, ...whole]))
  }
  const becoming: Becoming =
    own === start.uid ? 'oneself' : { uid: start.uid, gid: start.gid, noNewPrivileges }
  return run(launch(inPidNamespace(becoming, whole), endPidNamespace))
}

type StartAs =
  | { ok: true; start: PersonIdentity; viaArgv: string[] }
  | { ok: false; result: ProgramResult & { ok: false } }

/** The person, or whom `via` names: looked up by getent(1), so that any name service counts. Never root. */
async function identityToStartAs(
  run: RunLaunch,
  person: PersonIdentity,
  { via, signal }: RunAsPersonOptions,
): Promise<StartAs> {
  if (!via) return { ok: true, start: person, viaArgv: [] }
  const found = await run({
    program: '/usr/bin/getent',
    args: ['--', 'passwd', via.user],
    timeoutMs: 5_000,
    signal,
  })
  const [osUser, , uid, gid, , home, shell] = found.ok ? found.stdout.trimEnd().split(':') : []
  if (found.ok && osUser === via.user && home && shell && Number(uid) > 0) {
    const start = { osUser, uid: Number(uid), gid: Number(gid), home, shell }
    return { ok: true, start, viaArgv: via.argv }
  }
  const why = found.ok ? `uid ${uid} is not somebody to run as` : 'there is no such account'
  return {
    ok: false,
    result: {
      ok: false,
      failure: { code: 'via_failed', params: { user: via.user }, detail: why },
      ...{ status: null, stdout: '', stderr: '', durationMs: found.durationMs },
    },
  }
}
