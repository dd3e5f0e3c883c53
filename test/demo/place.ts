/** Where the demo can play, and how it gets there: it starts itself again in the right place. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canUnshare, spawnInSandbox } from '../support/sandbox/sandbox.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const NODE_FLAGS = ['--disable-warning=ExperimentalWarning']

export type Place =
  | { kind: 'sandbox' }
  /** Single-user mode as the caller. */
  | { kind: 'here'; why: string }
  /** Single-user mode, but the caller is root, who is nobody's own account: as somebody else. */
  | { kind: 'as'; uid: number; gid: number; why: string }

export async function findPlace(): Promise<Place> {
  const possible = await canUnshare()
  if (possible.ok) return { kind: 'sandbox' }
  if (process.getuid?.() !== 0) {
    const system = process.platform === 'linux' ? 'you are not root' : `this is ${process.platform}`
    return { kind: 'here', why: system }
  }
  return { kind: 'as', ...somebody(), why: `root may not make private namespaces here` }
}

/**
 * Starts the demo again where it plays and waits for its end; gives its exit status. A signal to this process goes on to
 * that one, and what it leaves is removed.
 */
export async function playAt(
  place: Exclude<Place, { kind: 'here' }>,
  words: readonly string[],
): Promise<number> {
  if (place.kind === 'sandbox') {
    const node = process.execPath.startsWith(CHECKOUT)
      ? process.execPath.slice(CHECKOUT.length + 1)
      : process.execPath
    return follow(
      spawnInSandbox([node, ...NODE_FLAGS, 'test/demo/main.ts', '--on=system', ...words], {
        stdio: 'inherit',
      }),
    )
  }
  const scratch = mkdtempSync(join(tmpdir(), 'usher-demo-'))
  chmodSync(scratch, 0o755)
  try {
    const { uid, gid, why } = place
    const become = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--inh-caps=-all']
    const tied = ['--pdeathsig', 'KILL', '--']
    const node = (checkout: string) => join(checkout, 'node_modules/.bin/node')
    // By a shell, because setpriv gives its capabilities up only with the program that it becomes.
    const trial = ['/bin/sh', '-c', 'exec "$0" --version', node(CHECKOUT)]
    const reachable = spawnSync('setpriv', [...become, '--', ...trial]).status === 0
    const checkout = reachable ? CHECKOUT : copyOf(CHECKOUT, join(scratch, 'usher'))
    const own = join(scratch, 'own')
    mkdirSync(own, { mode: 0o700 })
    chownSync(own, uid, gid)
    return await follow(
      spawn(
        'setpriv',
        [
          ...become,
          ...tied,
          ...[reachable ? process.execPath : node(checkout), ...NODE_FLAGS],
          join(checkout, 'test/demo/main.ts'),
          `--on=own:${why}`,
          ...words,
        ],
        { stdio: 'inherit', cwd: '/', env: { ...process.env, TMPDIR: own, HOME: own } },
      ),
    )
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

async function follow(child: ChildProcess): Promise<number> {
  // On a terminal Ctrl-C reaches the child as well; it cleans up, and this process waits for that.
  const pass = (signal: NodeJS.Signals) => void child.kill(signal)
  const ignore = () => {}
  process.on('SIGINT', ignore)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)))
  })
}

/** Whoever called sudo; else the first person of this host; else any account that has a home, as a person must. */
function somebody(): { uid: number; gid: number } {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid, , home = '']) => ({ name, uid: Number(uid), gid: Number(gid), home }))
    .filter(({ name, uid, home }) => name !== '' && uid > 0 && isFolder(home))
  const caller = accounts.find(({ uid }) => String(uid) === process.env['SUDO_UID'])
  const person = accounts.find(({ uid }) => uid >= 1000 && uid < 60_000)
  const found = caller ?? person ?? accounts[0]
  if (found === undefined) throw new Error('cannot play: no account of this host has a home')
  return found
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** What runs, without the tools of development, where everybody can read it. */
function copyOf(checkout: string, target: string): string {
  const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>
  }
  const tools = new Set(
    Object.entries(lock.packages).flatMap(([path, { dev }]) => (dev ? [join(checkout, path)] : [])),
  )
  for (const name of ['package.json', 'usher', 'src', 'conversations', 'deploy', 'test', 'node_modules']) {
    cpSync(join(checkout, name), join(target, name), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => !tools.has(path) && path !== process.execPath,
    })
  }
  const node = process.execPath
  const place = join(
    target,
    node.startsWith(checkout) ? node.slice(checkout.length + 1) : 'node_modules/.bin/node',
  )
  try {
    linkSync(node, place)
  } catch {
    copyFileSync(node, place, constants.COPYFILE_FICLONE)
  }
  spawnSync('chmod', ['-R', 'go+rX', target])
  return target
}
