import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { whyOf } from '../domain/step.ts'
import { copyTree } from './changes/tree.ts'
import type { InstallHost } from './context.ts'
import { readImage } from './image.ts'
import { type Output, refuse } from './output.ts'
import { discardScratch, makeScratch } from './scratch.ts'
import { type Trust, trustWriters } from './trust.ts'
import { type Writers, writersOf } from './writers.ts'

const SETPRIV = '/usr/bin/setpriv'
const RM = '/usr/bin/rm'
/** Compiling and copying take half a minute on a slow machine. */
const STAGING_MS = 600_000

export interface CheckoutPorts {
  host: InstallHost
  signal: AbortSignal
  output: Output
  checkout: string
  trust: Trust
  /** Whether an image is needed; taking Usher away needs none. */
  stage: boolean
  argv: readonly string[]
}

/**
 * `./usher install` in a checkout: stages an image as the account that the checkout belongs to, copies it out of that account's reach
 * while it compares every file with the manifest, and becomes that copy's own `usher install`.
 *
 * @returns an exit status where it comes to nothing; null where no image is needed and the caller goes on
 */
export async function installCheckout(ports: CheckoutPorts): Promise<number | null> {
  const { host, output, checkout, trust, stage, signal } = ports
  const writers = await writersOf(host.programs, checkout)
  const trusted = await trustWriters(checkout, writers, trust)
  if (!trusted.ok)
    return refuse(output, 2, 'invalid', trusted.message, {
      violations: [{ field: checkout, code: 'untrusted', message: trusted.message }].slice(
        output.json ? 0 : 1,
      ),
    })
  if (!stage) return null
  if (!output.json) output.write(`Staging an image of ${checkout} ...\n`)
  const maker = writers.kind === 'one' ? makerOf(writers) : null
  const theirs = makeScratch(maker ?? { uid: 0, gid: 0 })
  const ours = makeScratch({ uid: 0, gid: 0 })
  let left = true
  try {
    const staging = await stageAs(host, maker, checkout, join(theirs, 'image'), signal)
    if (staging !== null) return refuse(output, 1, 'internal', `cannot stage ${checkout}: ${staging}`)
    const folder = join(theirs, 'image/opt/usher')
    const read = readImage(join(folder, readdirSync(folder)[0] ?? ''))
    if (!read.ok) return refuse(output, 1, 'internal', read.problem)
    const tree = join(ours, 'usher')
    const problem = await copyTree(host, read.image, tree, signal)
    if (problem !== null) return refuse(output, 1, 'internal', problem)
    await discardTheirs(host, theirs)
    left = false
    const argv = [...withoutTrust(ports.argv), '--scratch', ours]
    return become(join(tree, 'usher'), ['install', ...argv])
  } catch (error) {
    if (!signal.aborted) throw error
    return refuse(output, 1, 'internal', 'stopped while staging; nothing was changed')
  } finally {
    if (left) await discardTheirs(host, theirs)
    discardScratch(ours)
  }
}

/** This process goes on as that program; nothing of it is left. Comes back only where there is no such call. */
function become(program: string, args: readonly string[]): never {
  const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' }
  if (process.execve !== undefined) process.execve(program, [program, ...args], env)
  throw new Error('cannot become another program: this Node has no execve')
}

/** As the account's login would be, without its environment; its groups give it nothing that staging needs. */
function makerOf({ uid }: Extract<Writers, { kind: 'one' }>): { uid: number; gid: number } {
  return { uid, gid: uid }
}

/** What the staging said when it failed; null when the image is there. */
async function stageAs(
  { programs }: InstallHost,
  maker: { uid: number; gid: number } | null,
  checkout: string,
  to: string,
  signal: AbortSignal,
): Promise<string | null> {
  const node = join(checkout, 'node_modules/.bin/node')
  const program = [node, '--disable-warning=ExperimentalWarning', join(checkout, 'deploy/stage/main.ts'), to]
  const as =
    maker === null
      ? []
      : [`--reuid=${maker.uid}`, `--regid=${maker.gid}`, '--clear-groups', '--no-new-privs', '--reset-env']
  const [command, ...args] =
    maker === null ? (program as [string, ...string[]]) : ([SETPRIV, ...as, '--', ...program] as const)
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/nonexistent' }
  const staged = await programs.run(command, args, { timeoutMs: STAGING_MS, signal, env })
  return staged.ok ? null : staged.stderr.trim() || whyOf(staged.failure)
}

/** By rm(1), which follows no link that somebody puts there meanwhile. */
async function discardTheirs({ programs }: InstallHost, folder: string): Promise<void> {
  await programs.run(RM, ['--recursive', '--force', '--one-file-system', '--', folder], { timeoutMs: 60_000 })
}

/** The image is root's by now: nobody else has to be trusted any more. */
function withoutTrust(argv: readonly string[]): string[] {
  return argv.filter(
    (word, index) => !word.startsWith('--trust-owner') && argv[index - 1] !== '--trust-owner',
  )
}
