import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeFile, MANIFEST_FILE, type Manifest, pathsBelow } from '../../src/config/manifest.ts'
import { makeCompileCache } from './compile-cache.ts'
import { copyPackages, productionPackages } from './dependencies.ts'
import { gatherScattered } from './one-file.ts'
import { copyRuntime, minimumGlibc, pinnedRuntime } from './runtime.ts'
import { systemFiles } from './system-files.ts'
import { originOf, versionOf } from './version.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
/** `uname -m` of what `process.arch` stands for. */
const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** All that is executed by its path. */
const PROGRAMS = /\/opt\/usher\/[^/]+\/(usher|bin\/node)$/

/** A root file system's image of what a host gets. */
export type Staged = {
  readonly root: string
  readonly version: string
  /** `root`/opt/usher/`version`. */
  readonly tree: string
  readonly manifest: Manifest
  /** Seconds since 1970, of every file. */
  readonly time: number
}

export type StageOptions = {
  /** `SOURCE_DATE_EPOCH`: instead of the commit's time. */
  readonly epoch?: string | undefined
}

/**
 * Lays out in `root`, an empty or missing folder, what a host gets. Changes nothing else, needs neither root nor network, and gives
 * the same bytes each time. Throws, with a message for people, where something that it needs is missing; what is there by then stays.
 */
export async function stageTree(root: string, options: StageOptions = {}): Promise<Staged> {
  const { version: release } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
    version: string
  }
  const origin = originOf(checkout, release, options.epoch)
  mkdirSync(root, { recursive: true })
  if (readdirSync(root).length > 0) throw new Error(`cannot stage into ${root}: it is not empty`)

  const making = join(root, 'opt/usher/making')
  mkdirSync(making, { recursive: true })
  emitJavaScript(making)
  const packages = productionPackages(checkout)
  copyPackages(checkout, packages, making)
  await gatherScattered(making)
  const runtime = pinnedRuntime(checkout)
  copyRuntime(runtime, join(making, 'bin/node'))
  const glibc = minimumGlibc([
    join(making, 'bin/node'),
    ...pathsBelow(making)
      .filter((path) => path.endsWith('.node'))
      .map((path) => join(making, path)),
  ])
  writeFileSync(join(making, 'usher'), launcher(glibc))
  systemFiles({ checkout, packages, runtime, release, time: origin.time }, join(making, 'system'))
  settle(making, origin.time)

  const version = versionOf(origin, contentHash(making))
  const tree = join(root, 'opt/usher', version)
  renameSync(making, tree)
  writeFileSync(
    join(tree, 'package.json'),
    `${JSON.stringify({ name: 'usher', version, license: 'MIT', type: 'module' }, null, 2)}\n`,
  )
  makeCompileCache(root, tree)
  settle(tree, origin.time)
  const manifest: Manifest = {
    version,
    arch: process.arch,
    glibc,
    files: pathsBelow(tree).map((path) => describeFile(tree, path)!),
  }
  writeFileSync(join(tree, MANIFEST_FILE), `${JSON.stringify(manifest, null, 1)}\n`)

  cpSync(join(tree, 'system'), root, { recursive: true })
  mkdirSync(join(root, 'usr/bin'), { recursive: true })
  symlinkSync('/opt/usher/current/usher', join(root, 'usr/bin/usher'))
  settle(root, origin.time)
  return { root, version, tree, manifest, time: origin.time }
}

/** Our own code as plain JavaScript: types stripped, `.ts` in imports rewritten, comments left out. */
function emitJavaScript(to: string): void {
  const tsc = join(checkout, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', join(checkout, 'deploy/stage/tsconfig.json'), '--outDir', to])
}

function launcher(glibc: string): string {
  return readFileSync(join(checkout, 'deploy/stage/launcher.sh'), 'utf8')
    .replaceAll('@MACHINE@', MACHINES[process.arch] ?? process.arch)
    .replaceAll('@GLIBC@', glibc)
}

/** One hash over what is in a tree: paths, bytes and modes. */
function contentHash(tree: string): string {
  const lines = pathsBelow(tree).map((path) => describeFile(tree, path))
  return createHash('sha256').update(JSON.stringify(lines)).digest('hex')
}

/** Modes whatever the umask is, and one time for all. */
function settle(path: string, time: number): void {
  const stat = lstatSync(path)
  if (stat.isDirectory()) {
    chmodSync(path, 0o755)
    for (const name of readdirSync(path)) settle(join(path, name), time)
  } else if (stat.isFile()) {
    chmodSync(path, PROGRAMS.test(path) ? 0o755 : 0o644)
  }
  lutimesSync(path, time, time)
}
