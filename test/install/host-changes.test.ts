import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootMachine, type Machine } from './support/machine.ts'

const document = readFileSync(new URL('../../deploy/HOST_CHANGES.md', import.meta.url), 'utf8')
/** The paths that each row of the section's table names, as patterns. */
const rows = sectionOf('## `usher install`').flatMap((line) => {
  const [change] = /^\| (?!change|---)(.+?) \|/.exec(line)?.slice(1) ?? []
  if (change === undefined) return []
  const paths = [...change.matchAll(/`(\/[^`]+)`/g)].map((match) => match[1]!)
  return [{ change, paths, patterns: paths.map(patternOf) }]
})

function sectionOf(title: string): string[] {
  const lines = document.split('\n')
  const start = lines.findIndex((line) => line.startsWith(title))
  const end = lines.findIndex((line, at) => at > start && line.startsWith('## '))
  return lines.slice(start, end)
}

/** A folder with a slash at its end stands for all that is in it, VERSION for any name. */
function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.+@]/g, '\\$&').replace('VERSION', '[0-9][^/]*')
  return new RegExp(path.endsWith('/') ? `^${escaped.slice(0, -1)}(/.*)?$` : `^${escaped}$`)
}

let machine: Machine
beforeAll(async () => {
  machine = await bootMachine()
})
afterAll(async () => machine?.systemd.stop())

/** Everything on this machine, its volatile folders aside, and Usher's own in those. */
const EVERYTHING =
  '{ find / -xdev -path /work -prune -o -print; find /run/usher* -print 2>/dev/null || true; }'

describe('deploy/HOST_CHANGES.md and what an installation really changes', () => {
  let changed: string[]
  beforeAll(async () => {
    const { shell, staged } = machine
    // As on a machine on which no account was made yet.
    await shell('rm -f /etc/.pwd.lock /etc/passwd- /etc/shadow- /etc/group- /etc/gshadow-')
    await shell(`${EVERYTHING} | sort >/run/before; touch /run/stamp; sleep 0.05`)
    await shell(`${staged} install`)
    // New is what was not there, gone what was, changed what is no folder and has another change time, which nobody can set.
    const text = await shell(`${EVERYTHING} | sort >/run/after; comm -3 /run/before /run/after | tr -d '\\t'
      find / -xdev -path /work -prune -o ! -type d -newercm /run/stamp -print`)
    // The machine's own journal, and folders of others that this sandbox shows.
    const others = /^\/(root|tmp|var\/log|var\/lib\/systemd|var\/cache\/usher|var\/tmp)(\/|$)/
    changed = [...new Set(text.split('\n'))].filter(
      (path) => path !== '' && !others.test(path) && !/^\/run\/usher-sandbox/.test(path),
    )
  })

  test('is a table with rows that name paths', () => {
    expect(rows.length).toBeGreaterThan(12)
    expect(rows.filter(({ paths }) => paths.length === 0)).toEqual([])
  })

  test('every path that changed is named by a row', () => {
    expect(changed.length).toBeGreaterThan(500)
    const patterns = rows.flatMap((row) => row.patterns)
    expect(changed.filter((path) => !patterns.some((pattern) => pattern.test(path)))).toEqual([])
  })

  test('every path of every row changed', () => {
    const named = rows.flatMap(({ paths }) => paths)
    // A machine without /opt is none that this test has.
    const idle = named.filter((path) => path !== '/opt' && !changed.some((one) => patternOf(path).test(one)))
    expect(idle).toEqual([])
  })

  test('what is left after --uninstall is what only a purge takes away, and nothing after that', async () => {
    const { shell } = machine
    const left = async () => {
      const text = await shell(`${EVERYTHING} | sort >/run/after; comm -13 /run/before /run/after`)
      return text.split('\n').filter((path) => changed.includes(path))
    }
    const takenBackBy = (path: string) => {
      const line = sectionOf('## `usher install`').find((row) => {
        const found = rows.find(({ change }) => row.startsWith(`| ${change} |`))
        return found?.patterns.some((pattern) => pattern.test(path)) === true
      })
      return line?.split(' | ')[1] ?? ''
    }
    await shell('usher install --uninstall')
    const stayed = await left()
    expect(stayed).toContain('/etc/usher/config.yaml')
    // The folder of the record goes with it.
    expect(stayed.filter((path) => /^uninstall/.test(takenBackBy(path)) && path !== '/opt/usher')).toEqual([])
    await shell(`${machine.staged} install && usher install --purge --purge-data`)
    expect((await left()).filter((path) => !/^stays/.test(takenBackBy(path)))).toEqual([])
  })
})
