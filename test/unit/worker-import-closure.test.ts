import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'

const checkout = fileURLToPath(new URL('../..', import.meta.url))

/** What root's code may import. To add one is a decision about who can become root: it needs its reason in docs/decisions.md. */
const allowed = ['koffi', 'kysely', 'pino', 'yaml', 'zod']

/** Node's own modules that root has no business with. */
const refusedBuiltins = [
  'http2',
  'https',
  'dgram',
  'dns',
  'tls',
  'repl',
  'inspector',
  'vm',
  'wasi',
  'cluster',
]

/** The packages that come with those: whoever controls one of them controls root. */
const withThem = [
  '@pinojs/redact',
  'atomic-sleep',
  'on-exit-leak-free',
  'pino-abstract-transport',
  'pino-std-serializers',
  'process-warning',
  'quick-format-unescaped',
  'real-require',
  'safe-stable-stringify',
  'sonic-boom',
  'split2',
  'thread-stream',
]

type Dependency = { module: string; resolved: string; dependencyTypes: string[] }
type Module = { source: string; dependencies: Dependency[] }

let imported: { readonly from: string; readonly packages: string[]; readonly builtins: string[] }[]

beforeAll(async () => {
  const tool = join(checkout, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const argv = [tool, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'src/worker']
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: checkout, maxBuffer: 1 << 26 })
  const { modules } = JSON.parse(stdout) as { modules: Module[] }
  const own = modules.filter(({ source }) => /^(src|conversations|test)\//.test(source))
  imported = own.map(({ source, dependencies }) => {
    const atRunTime = dependencies.filter((dependency) => !dependency.dependencyTypes.includes('type-only'))
    const packages = atRunTime.flatMap(({ resolved }) => {
      const path = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(resolved)
      return path === null ? [] : [path[1]!]
    })
    const builtins = atRunTime
      .filter(({ dependencyTypes }) => dependencyTypes.includes('core'))
      .map(({ module }) => module.replace(/^node:/, ''))
    return { from: source, packages, builtins }
  })
}, 30_000)

test('the worker and what it reaches import only the packages that root may have', () => {
  expect(imported.length).toBeGreaterThan(2)
  const others = imported.flatMap(({ from, packages }) =>
    packages.filter((name) => !allowed.includes(name)).map((name) => `${from} imports ${name}`),
  )
  expect(others).toEqual([])
})

test('the worker reaches no code of bot, client, CLI or conversations', () => {
  expect(
    imported.filter(({ from }) => /^(src\/(bot|cli|client|texts)|conversations|test)\//.test(from)),
  ).toEqual([])
})

test('the worker reaches no network but its sockets', () => {
  const others = imported.flatMap(({ from, builtins }) =>
    builtins.filter((name) => refusedBuiltins.includes(name)).map((name) => `${from} imports ${name}`),
  )
  expect(others).toEqual([])
})

test('what the allowed packages bring along is known', () => {
  const lock = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dependencies?: Record<string, string> }>
  }
  const reached = new Map<string, string>() // path in node_modules → name
  const visit = (name: string, from: string) => {
    const nested = `${from}/node_modules/${name}`
    const path = nested in lock.packages ? nested : `node_modules/${name}`
    if (reached.has(path)) return
    reached.set(path, name)
    for (const next of Object.keys(lock.packages[path]!.dependencies ?? {})) visit(next, path)
  }
  for (const name of allowed) visit(name, '')
  const others = new Set([...reached.values()].filter((name) => !allowed.includes(name)))
  expect([...others].sort()).toEqual(withThem)
})

test('no package runs a script of its own when it is installed', () => {
  expect(readFileSync(join(checkout, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m)
})
