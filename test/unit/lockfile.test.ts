import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

type Entry = {
  version?: string
  integrity?: string
  resolved?: string
  hasInstallScript?: boolean
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

const lockfile = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
const { packages } = JSON.parse(readFileSync(lockfile, 'utf8')) as { packages: Record<string, Entry> }
const names = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)))

test('the lockfile names the packages of every platform: npm ci refuses one that does not', () => {
  const wanted = Object.values(packages).flatMap((entry) => [
    ...Object.keys(entry.optionalDependencies ?? {}),
    ...Object.keys(entry.dependencies ?? {}),
  ])
  expect(wanted.filter((name) => !names.has(name))).toEqual([])
})

test('the lockfile names no registry', () => {
  expect(Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined)).toEqual([])
})

test('the runtime is pinned to one exact version on every platform that has one', () => {
  const pinned = Object.entries(packages[''] as Entry).find(([key]) => key === 'optionalDependencies')?.[1]
  const versions = Object.entries(pinned as Record<string, string>).filter(([name]) =>
    name.startsWith('node-'),
  )
  expect(versions.length).toBeGreaterThanOrEqual(2)
  expect(new Set(versions.map(([, version]) => version)).size).toBe(1)
  for (const [name, version] of versions) {
    expect(packages[`node_modules/${name}`]).toMatchObject({
      version,
      integrity: expect.stringMatching(/^sha512-/),
    })
  }
})
