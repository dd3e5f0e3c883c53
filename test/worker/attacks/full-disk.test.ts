/** A file system that fills up in the middle of a run, in bytes or in inodes, right before each step that writes there. */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StepKind } from '../../../src/domain/step.ts'
import type { RunView } from '../../../src/protocol/views.ts'
import { attackedEngine, type Happening } from '../../support/attacks/attacked-engine.ts'
import { type Fixture, operator, role } from '../../support/engine-fixture.ts'
import { places } from '../../support/host/test-host.ts'
import { rememberMachine } from '../../support/host/test-machine.ts'
import { treeSnapshot } from '../../support/host/tree-snapshot.ts'

const BLOCK = 4096
const stateDir = '/run/small-state'

let fixture: Fixture
let happening: Happening
let forget: () => void
let mounted: string[]

beforeEach(() => {
  forget = rememberMachine()
  happening = {}
  mounted = []
})
afterEach(async () => {
  delete process.env['TMPDIR']
  await fixture.remove()
  for (const path of mounted.reverse()) execFileSync('umount', ['--lazy', path])
  rmSync(stateDir, { recursive: true, force: true })
  forget()
})

/** A small file system in the place of a folder, with what is in the folder. */
function shrink(path: string): void {
  const copy = '/run/small-copy'
  mkdirSync(path, { recursive: true })
  mkdirSync(copy, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m,nr_inodes=3k,mode=755', 'tmpfs', copy])
  execFileSync('cp', ['-a', `${path}/.`, copy])
  execFileSync('mount', ['--move', copy, path])
  mounted.push(path)
}

type Resource = 'bytes' | 'inodes'

function fill(folder: string, resource: Resource): void {
  const filler = `${folder}/.filler`
  if (resource === 'inodes') {
    mkdirSync(filler)
    untilFull(() => {
      for (let count = 0; ; count++) writeFileSync(`${filler}/${count}`, '')
    })
    return
  }
  const file = openSync(filler, 'w')
  for (const size of [1024 * 1024, BLOCK, 1]) {
    untilFull(() => {
      const bytes = Buffer.alloc(size)
      for (;;) if (writeSync(file, bytes) < size) return
    })
  }
  closeSync(file)
}

function untilFull(work: () => void): void {
  try {
    work()
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  }
}

const makeRoom = (folder: string) => rmSync(`${folder}/.filler`, { recursive: true, force: true })

const accountFiles = () =>
  ['passwd', 'shadow', 'group', 'subuid', 'subgid'].map((file) => readFileSync(`/etc/${file}`, 'utf8'))
const host = () => [
  ...accountFiles(),
  ...treeSnapshot('/home', places.dataDir, '/etc/usher').filter((line) => !line.includes('.filler')),
]

const roles = new Map([
  ['admin', role('admin', { permissions: ['*'] })],
  ['user', role('user', { groups: ['games', 'audio'] })],
  ['public', role('public')],
])
const engine = () => attackedEngine(happening, { roles }, { retryMs: 100 })

const failureOf = (run: RunView) => run.steps.find(({ failure }) => failure !== null)?.failure

const cases: [folder: string, resource: Resource, step: StepKind][] = [
  ...(['bytes', 'inodes'] as const).flatMap((resource): [string, Resource, StepKind][] => [
    ['/home', resource, 'account'],
    ['/home', resource, 'data-dirs'],
    ['/home', resource, 'smoke-test'],
    [places.dataDir, resource, 'data-dirs'],
    [places.dataDir, resource, 'memory-seed'],
    [places.dataDir, resource, 'smoke-test'],
    ['/etc', resource, 'account'],
    ['/etc', resource, 'groups'],
    ['/etc', resource, 'activation'],
    ['/etc', resource, 'roster'],
  ]),
]

const endings = new Map<string, number>()
afterAll(() => console.log('runs that met a full disk ended:', Object.fromEntries(endings)))

describe('a run is undone, or waits with its cause, and nothing is left half', () => {
  test.each(cases)('%s without %s from %s on', async (folder, resource, step) => {
    shrink(folder)
    fixture = await engine()
    const before = host()
    happening[`apply ${step}`] = () => fill(folder, resource)
    let run = await fixture.onboard()
    expect(failureOf(run)).toMatchObject({
      code: 'disk_full',
      params: { path: expect.stringContaining(folder) },
    })
    endings.set(`${folder}: ${run.state}`, (endings.get(`${folder}: ${run.state}`) ?? 0) + 1)
    if (run.state === 'failed') {
      // Its undo needs room, too: that is what it says, and when there is room it goes on.
      const left = run.steps.filter(({ state }) => state === 'undo_failed')
      expect(left.map((step) => step.undo_failure?.code)).toEqual(left.map(() => 'disk_full'))
      expect(run.choices).toContain('resume')
      makeRoom(folder)
      await fixture.ok(operator, 'run.resume', { run_id: run.id })
      run = await fixture.ended(run.id)
    } else makeRoom(folder)
    expect(run.state).toBe('undone')
    expect(host()).toEqual(before)
    happening = {}
  })

  test.each(['account', 'groups', 'data-dirs', 'activation', 'roster'] as const)(
    'the state folder without bytes from %s on',
    async (step) => {
      shrink(stateDir)
      process.env['TMPDIR'] = stateDir
      fixture = await engine()
      const filled = Promise.withResolvers<void>()
      happening[`apply ${step}`] = () => {
        delete happening[`apply ${step}`]
        fill(stateDir, 'bytes')
        filled.resolve()
      }
      const ending = fixture.onboard()
      await filled.promise
      await sleep(150)
      // It stands still: what cannot be written down is not done, and reads still answer.
      expect((await fixture.ok(operator, 'run.get', { id: 1 })).run.state).toBe('running')
      makeRoom(stateDir)
      const run = await ending
      expect(run.steps.filter(({ failure }) => failure !== null)).toEqual([])
      expect(run.state).toBe('succeeded')
      endings.set(
        'database: waited, then succeeded',
        (endings.get('database: waited, then succeeded') ?? 0) + 1,
      )
    },
  )
})
