import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { SYSTEM_CONFIG_FILE, systemPaths } from '../../src/config/paths.ts'
import { STEP_ORDER } from '../../src/domain/step.ts'

const text = readFileSync(fileURLToPath(new URL('../../deploy/HOST_CHANGES.md', import.meta.url)), 'utf8')
/** The rows of its tables, as cells. */
const rows = [...text.matchAll(/^\| (.+) \|$/gm)].map((match) => (match[1] ?? '').split(' | '))

describe('deploy/HOST_CHANGES.md', () => {
  it('says of every step kind what it changes and how that is undone, in the order of the steps', () => {
    const steps = rows.filter(([kind]) => STEP_ORDER.some((one) => kind === `\`${one}\``))
    expect(steps.map(([kind]) => kind)).toEqual(STEP_ORDER.map((kind) => `\`${kind}\``))
    for (const [, change = '', undo = ''] of steps) {
      expect(change.length).toBeGreaterThan(10)
      expect(undo.length).toBeGreaterThan(10)
    }
  })

  it('says of every other change how it is taken back', () => {
    expect(rows.filter((cells) => cells.some((cell) => cell.trim() === ''))).toEqual([])
    expect(rows.length).toBeGreaterThan(25)
  })

  it('names every place where something of Usher stands by default', () => {
    const places = [SYSTEM_CONFIG_FILE, ...Object.values(systemPaths())]
    expect(places.filter((place) => !text.includes(`\`${place}\``))).toEqual([])
  })

  it.each([
    ...['/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow', '/etc/subuid', '/etc/subgid'],
    ...['admin.sock', 'bot.sock', 'worker.sock', 'usher.db', '-wal', '-shm', 'usher.db.lock', 'locks'],
    ...['.usher-quarantine', 'isolation-probe', '/var/cache/usher', 'MEMORY.md', '{paths.roster}'],
  ])('names %s, which a run, the worker or the account tools write', (name) => {
    expect(text).toContain(name)
  })
})
