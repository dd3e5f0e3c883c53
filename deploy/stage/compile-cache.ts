import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RUNTIME_FLAGS } from './runtime.ts'

const program = (name: string) => fileURLToPath(new URL(name, import.meta.url))
/** The same name for every folder that is staged into: names of files are part of what is kept. */
const HERE = '/proc/self/cwd'
/** So few that nothing is collected meanwhile: V8 writes out what lay in memory before where a structure has gaps. */
const MODULES_AT_A_TIME = 60

/**
 * Makes `cache/` of the tree in `root`, at `opt/usher/VERSION`: what its own runtime compiles of it, good for every uid, every
 * processor of this kind, and for that one path on a host. Two runs give the same bytes: the seed of the hashes, which are part of
 * them, is fixed here and only here.
 */
export function makeCompileCache(root: string, tree: string): void {
  const scratch = join(root, 'tmp')
  mkdirSync(scratch)
  try {
    const folder = mkdtempSync(join(scratch, 'usher-code-'))
    const asSeen = (path: string) => join(HERE, relative(root, path))
    const run = (argv: readonly string[]) =>
      execFileSync(
        join(tree, 'bin/node'),
        [...RUNTIME_FLAGS, '--random-seed=1', '--preserve-symlinks', ...argv],
        {
          cwd: root,
          env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
          stdio: ['ignore', 'ignore', 'inherit'],
        },
      )
    const list = join(scratch, 'modules')
    run([program('list-modules.js'), asSeen(tree), asSeen(list)])
    const modules = readFileSync(list, 'utf8').split('\n')
    for (let at = 0; at < modules.length; at += MODULES_AT_A_TIME) {
      run([program('compile-modules.js'), asSeen(folder), ...modules.slice(at, at + MODULES_AT_A_TIME)])
    }
    const [made] = readdirSync(folder)
    renameSync(join(folder, made!), join(tree, 'cache'))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
