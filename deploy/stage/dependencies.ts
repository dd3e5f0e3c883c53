import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A package of the lockfile that the program runs with. */
export type Package = {
  /** `node_modules/NAME`, or deeper. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly license: string
}

type LockEntry = {
  readonly version: string
  readonly license?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
}

/** The runtime itself, which goes to `bin/node`. */
const RUNTIME = /^node_modules\/node-[a-z0-9]+-[a-z0-9]+$/
/** What a package is used by at run time. */
const USED = /(\.(js|mjs|cjs|json|node|wasm)|(^|\/)(licen[cs]e|notice|copying)[^/]*)$/i
const UNUSED = /(^\.|\.(test|spec|bench)\.[cm]?js$|^(tsconfig.*|package-lock)\.json$)/
/** Folders of a package that are for its makers; deeper ones of these names are code (`yaml/dist/doc`). */
const FOR_MAKERS = new Set([
  ...['test', 'tests', '__tests__', 'benchmarks', 'bench'],
  ...['doc', 'docs', 'examples', 'example', 'scripts'],
])

/** The packages that the program needs on this platform, by the lockfile: no dev dependency is among them. */
export function productionPackages(checkout: string): Package[] {
  const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>
  }
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== '' && entry.dev !== true && !RUNTIME.test(path) && isForHere(entry))
    .map(([path, entry]) => ({
      path,
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version,
      license: entry.license ?? 'unknown',
    }))
}

function isForHere({ os, cpu }: LockEntry): boolean {
  return (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true)
}

/**
 * Copies them to `root`, without types, maps, sources, tests and documentation. Throws when one that is installed is not the
 * lockfile's.
 */
export function copyPackages(checkout: string, packages: readonly Package[], root: string): void {
  for (const { path, version } of packages) {
    const file = join(checkout, path, 'package.json')
    const installed = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as LockEntry).version
      : 'none'
    if (installed !== version) {
      throw new Error(`cannot stage: ${path} is ${installed}, the lockfile says ${version}; run: npm ci`)
    }
    copyUsed(join(checkout, path), join(root, path), true)
  }
}

function copyUsed(from: string, to: string, top: boolean): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const { name } = entry
    if (entry.isDirectory()) {
      const skipped = name === 'node_modules' || name.startsWith('.') || (top && FOR_MAKERS.has(name))
      // Libraries for musl: the pinned runtime is linked to glibc.
      if (!skipped && !name.startsWith('musl_')) copyUsed(join(from, name), join(to, name), false)
    } else if (entry.isFile() && USED.test(name) && !UNUSED.test(name)) {
      mkdirSync(dirname(join(to, name)), { recursive: true })
      copyFileSync(join(from, name), join(to, name))
    }
  }
}
