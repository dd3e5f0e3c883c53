import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { productionPackages } from '../../../deploy/stage/dependencies.ts'
import { RUNTIME_FLAGS } from '../../../deploy/stage/runtime.ts'
import { originOf, versionOf } from '../../../deploy/stage/version.ts'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const read = (path: string) => readFileSync(join(checkout, path), 'utf8')
const hash = '0123456789abcdef'

describe('the version of a tree', () => {
  test('is the release where its commit is tagged', () => {
    expect(versionOf({ release: '1.2.3', time: 0, tagged: true }, hash)).toBe('1.2.3')
  })

  test('else names the time of the commit in UTC, and what was staged', () => {
    const origin = { release: '1.2.3', time: Date.UTC(2026, 10, 21, 9, 8, 7) / 1000, tagged: false }
    expect(versionOf(origin, hash)).toBe('1.2.3+20261121090807.01234567')
  })

  test('takes its time from whoever set one', () => {
    expect(originOf(checkout, '1.2.3', '86400').time).toBe(86_400)
  })

  test.for([undefined, '', 'yesterday', '-1'])('takes %j for no time', (epoch) => {
    expect(originOf(checkout, '1.2.3', epoch).time).toBeGreaterThan(1_700_000_000)
  })
})

describe('the dependencies of a tree', () => {
  const packages = productionPackages(checkout)
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { dev?: boolean }> }

  test('are those that package.json names, and none that is for development', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
    const names = packages.map(({ name }) => name)
    expect(Object.keys(dependencies).filter((name) => !names.includes(name))).toEqual([])
    expect(packages.filter(({ path }) => lock.packages[path]?.dev === true)).toEqual([])
    expect(names).not.toContain('vitest')
  })

  test('are made for this platform only', () => {
    const native = packages.filter(({ name }) => name.startsWith('@koromix/')).map(({ name }) => name)
    expect(native).toEqual([`@koromix/koffi-${process.platform}-${process.arch}`])
  })
})

describe('the launcher of a tree', () => {
  test('starts Node as its compiled code was made', () => {
    expect(read('deploy/stage/launcher.sh')).toContain(
      `exec "$root/bin/node" ${RUNTIME_FLAGS.join(' ')} "$root/src/launch.js" "$@"`,
    )
  })

  test('runs every program by its whole path', () => {
    const lines = read('deploy/stage/launcher.sh').split('\n')
    const commands = lines.filter((line) => !line.trimStart().startsWith('#')).join('\n')
    const called = [...commands.matchAll(/\$\(([^\s)]+)|\| ([^\s]+)(?= -)|^exec (\S+)/gm)]
    const programs = called.map(([, substituted, piped, executed]) => substituted ?? piped ?? executed)
    expect(programs.length).toBeGreaterThan(5)
    expect(programs.filter((program) => !/^"?(\/usr\/bin\/|\$root\/)/.test(program ?? ''))).toEqual([])
  })
})
