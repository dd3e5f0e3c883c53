/**
 * What a host gets, for tests of the level `install`: the staged tree, made once for each content of the checkout and kept in its
 * `.cache`, which sandboxes see read-only.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makePackage } from '../../deploy/stage/debian-package.ts'
import { checkoutInSandbox } from './sandbox/sandbox.ts'

const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
/** What goes into a staged tree or says how it is made. */
const SOURCES = ['src', 'conversations', 'deploy', 'docs']
const SOURCE_FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'CHANGELOG.md', 'LICENSE']
/** So many contents are kept: those that are switched between. */
const KEPT = 3

export type StagedImage = {
  /** The image of a root file system, as the test itself sees it. */
  readonly root: string
  /** The same as a sandbox of either kind sees it: read-only, root's. */
  readonly rootInSandbox: string
  readonly version: string
}

/** Stages the checkout as it is, unless that was done before. Takes some ten seconds the first time. */
export async function stagedImage(): Promise<StagedImage> {
  const folder = kept('staged', (to) => program('main.ts', [join(to, 'root')]))
  const root = join(checkout, folder, 'root')
  const [version] = readdirSync(join(root, 'opt/usher'))
  return { root, rootInSandbox: join(checkoutInSandbox, folder, 'root'), version: version! }
}

export type Package = {
  /** As the test itself sees it. */
  readonly file: string
  readonly fileInSandbox: string
  readonly version: string
}

/**
 * Makes the package of that image, unless that was done before. Compressed as little as xz can: what is made for people takes
 * minutes and is smaller.
 */
export async function debFile(): Promise<Package> {
  const { root, version } = await stagedImage()
  const folder = kept('package', (to) => void makePackage(root, to, { compression: 0 }))
  const [name] = readdirSync(join(checkout, folder))
  return {
    file: join(checkout, folder, name!),
    fileInSandbox: join(checkoutInSandbox, folder, name!),
    version,
  }
}

/** Makes something for the checkout's content as it is now, or gives what was made before: a folder relative to the checkout. */
function kept(kind: string, make: (folder: string) => void): string {
  const home = `.cache/${kind}`
  const folder = `${home}/${contentOf()}`
  if (statSync(join(checkout, folder), { throwIfNoEntry: false }) !== undefined) return folder
  mkdirSync(join(checkout, home), { recursive: true })
  // Many may do so at a time: what is there under its name is whole, and the first one to get it is as good as the last.
  const making = mkdtempSync(join(checkout, home, '.making-'))
  chmodSync(making, 0o755)
  try {
    make(making)
    renameSync(making, join(checkout, folder))
  } catch (error) {
    rmSync(making, { recursive: true, force: true })
    if (statSync(join(checkout, folder), { throwIfNoEntry: false }) === undefined) throw error
  }
  const others = readdirSync(join(checkout, home))
    .filter((name) => !name.startsWith('.'))
    .map((name) => ({ name, made: statSync(join(checkout, home, name)).mtimeMs }))
    .sort((a, b) => b.made - a.made)
  for (const { name } of others.slice(KEPT))
    rmSync(join(checkout, home, name), { recursive: true, force: true })
  return folder
}

function contentOf(): string {
  const hash = createHash('sha256')
  const files = SOURCES.flatMap((folder) => globSync(`${folder}/**/*`, { cwd: checkout }))
  for (const file of [...files, ...SOURCE_FILES].sort()) {
    const path = join(checkout, file)
    if (statSync(path).isFile()) hash.update(`${file}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}

function program(name: string, argv: readonly string[]): void {
  const file = join(checkout, 'deploy/stage', name)
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...argv], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', INIT_CWD: checkout },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
