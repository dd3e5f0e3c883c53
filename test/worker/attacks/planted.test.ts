/** Whole runs over an account whose owner is hostile and alive: what they plant before a run, and while it is going on. */
import { execFileSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StepKind } from '../../../src/domain/step.ts'
import { attackedEngine, type Happening } from '../../support/attacks/attacked-engine.ts'
import { type Canaries, plantCanaries, VICTIM } from '../../support/attacks/canaries.ts'
import { loadLibc } from '../../support/attacks/libc.ts'
import { type Swapper, startSwapper } from '../../support/attacks/start-swapper.ts'
import { type Fixture, operator } from '../../support/engine-fixture.ts'
import { places } from '../../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../../support/host/test-machine.ts'

const OLE = 4791
const home = '/home/ole'
/** As long as a run of an ordinary person may take on a busy machine, in milliseconds. */
const PATIENCE = 15_000

let fixture: Fixture
let happening: Happening
let canaries: Canaries
let forget: () => void
const mounts: string[] = []

beforeEach(() => {
  forget = rememberMachine()
  addAccount('ole', OLE)
  execFileSync('chmod', ['0700', home])
  canaries = plantCanaries()
  happening = {}
})
afterEach(async () => {
  await fixture.remove()
  for (const mount of mounts.splice(0)) execFileSync('umount', ['--lazy', mount])
  canaries.remove()
  execFileSync('rm', ['-rf', '--', '/home/.usher-quarantine', '/home/away'])
  forget()
})

const asOle = (script: string) =>
  execFileSync(
    'setpriv',
    [`--reuid=${OLE}`, `--regid=${OLE}`, '--clear-groups', '--', '/bin/sh', '-c', `cd; ${script}`],
    { env: { HOME: home, PATH: '/usr/bin:/bin' }, timeout: 10_000, stdio: ['ignore', 'ignore', 'pipe'] },
  )

/** A folder of theirs, with its parents up to the home or the data root. */
function folderOf(path: string): void {
  if (existsSync(path)) return
  const theirs = path.startsWith(`${home}/`)
  if (theirs) folderOf(dirname(path))
  else mkdirSync(dirname(path), { recursive: true, mode: 0o711 })
  mkdirSync(path, { mode: 0o700 })
  chownSync(path, OLE, OLE)
}

/** Where the run goes, and which of its steps goes there first. */
const targets: [path: string, step: StepKind][] = [
  [`${home}/deep`, 'data-dirs'],
  [`${home}/deep/work`, 'data-dirs'],
  [`${places.dataDir}/memory/42`, 'data-dirs'],
  [`${places.dataDir}/history/42`, 'data-dirs'],
  [`${places.dataDir}/memory/42/MEMORY.md`, 'memory-seed'],
  [`${home}/.ssh/authorized_keys`, 'account'],
]

/** Another name of a file that stands on the same file system; data and homes are on different ones. */
function linkTo(name: 'of-root' | 'victim', path: string): void {
  linkSync(path.startsWith('/home/') ? `/home/${name}/file` : '/srv/of-root/file', path)
}

function mounted(path: string, from: string): void {
  mkdirSync(path)
  chownSync(path, OLE, OLE)
  execFileSync('mount', ['--bind', from, path])
  mounts.push(path)
}

const plants: [title: string, plant: (path: string) => void][] = [
  ['a link to the password hashes', (path) => symlinkSync('/etc/shadow', path)],
  ['a link to another home', (path) => symlinkSync('/home/victim', path)],
  ['a link to nothing', (path) => symlinkSync('/home/victim/new', path)],
  ['a link to itself', (path) => symlinkSync(path, path)],
  ['another name of a file of root', (path) => linkTo('of-root', path)],
  ['another name of a file of somebody else', (path) => linkTo('victim', path)],
  ['a pipe', (path) => execFileSync('mkfifo', ['-m', '666', path])],
  ['a socket', (path) => loadLibc().makeSocket(path)],
  ['a device', (path) => execFileSync('mknod', [path, 'c', '1', '5'])],
  ['a terminal', (path) => execFileSync('mknod', [path, 'c', '5', '0'])],
  [
    'a file of a terabyte',
    (path) => {
      writeFileSync(path, '')
      truncateSync(path, 2 ** 40)
      chownSync(path, OLE, OLE)
    },
  ],
  [
    'a folder of somebody else',
    (path) => {
      mkdirSync(path)
      chownSync(path, VICTIM, VICTIM)
    },
  ],
  [
    'a folder that is closed to themself',
    (path) => {
      mkdirSync(path, { mode: 0 })
      chownSync(path, OLE, OLE)
    },
  ],
  ['the home of somebody else, mounted', (path) => mounted(path, '/home/victim')],
]

/** What a run ended with, for the one that asked: nothing half. */
async function onboard(telegramId = 42): Promise<string> {
  const answers = {
    telegram_id: telegramId,
    name: 'Ole',
    os_user: 'ole',
    role: 'user',
    account: 'adopt',
    proof: 'started',
  } as const
  const begun = performance.now()
  const drafted = await fixture.call(operator, 'request.draft', { answers })
  if (!drafted.ok) {
    expect(drafted.error.code).toBe('invalid')
    expect(drafted.error.violations?.length).toBeGreaterThan(0)
    return `refused: ${drafted.error.violations?.map(({ code }) => code).join(', ')}`
  }
  const { id, plan } = drafted.output.request
  const agreed = { id, digest: plan.digest }
  const submitted = await fixture.call(operator, 'request.submit', agreed)
  const approved = submitted.ok ? await fixture.call(operator, 'request.approve', agreed) : submitted
  if (!approved.ok) {
    expect(['invalid', 'digest_differs']).toContain(approved.error.code)
    await fixture.call(operator, 'request.cancel', { id })
    return `refused: ${approved.error.code}`
  }
  const run = await fixture.ended(approved.output.request.run_id ?? 0)
  if (run.state === 'superseded') {
    await fixture.ok(operator, 'request.cancel', { id })
    return 'returned to be approved anew'
  }
  expect(performance.now() - begun).toBeLessThan(PATIENCE)
  const failure = run.steps.find((step) => step.failure !== null)?.failure?.code
  expect(['succeeded', 'undone']).toContain(run.state)
  // A cause in words that somebody can act upon, never "a bug".
  if (run.state === 'undone')
    expect(failure).toMatch(
      /^(path_unsafe|path_occupied|folder_not_usable|not_isolated|agent_command_failed|program_failed|probe_failed)$/,
    )
  return run.state === 'undone' ? `undone: ${failure}` : run.state
}

const tally = new Map<string, number>()
afterAll(() => console.log('what runs over planted things ended with:', Object.fromEntries(tally)))

function count(outcome: string): void {
  const [word = ''] = outcome.split(':')
  tally.set(word, (tally.get(word) ?? 0) + 1)
}

function nothingHalf(outcome: string, swapped = false): void {
  expect(canaries.touched()).toEqual([])
  // Somebody who moves their folders about during the proof may move a file of the proof away with them: it is theirs.
  const depth = swapped ? '1' : '4'
  const listed = execFileSync(
    'find',
    ['/home', places.dataDir, '-xdev', '-maxdepth', depth, '-name', '.usher-*', '-print'],
    {
      encoding: 'utf8',
    },
  )
  expect(listed.split('\n').filter((path) => path !== '' && !path.endsWith('.usher-quarantine'))).toEqual([])
  if (outcome !== 'succeeded') expect(readFileSync(places.rosterFile, 'utf8')).not.toContain('ole')
}

const lookOf = (path: string) => {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats && `${stats.ino} ${stats.uid}:${stats.gid} ${stats.mode.toString(8)} ${stats.size}`
}

describe.each(targets)('in the place of %s', (path, step) => {
  test.each(plants)('%s', async (_title, plant) => {
    const planted = (): string | undefined => {
      folderOf(dirname(path))
      if (existsSync(path)) asOle(`rmdir ${path} 2>/dev/null || mv ${path} ${path}.moved`)
      plant(path)
      return lookOf(path)
    }
    fixture = await attackedEngine(happening)
    const before = planted()
    const early = await onboard()
    count(early)
    nothingHalf(early)
    expect(lookOf(path)).toBe(before)
    // Once more, with the same thing there from one moment to the next, when the plan is approved and the run has begun.
    if (early === 'succeeded') return
    for (const mount of mounts.splice(0)) execFileSync('umount', [mount])
    execFileSync('rm', ['-rf', '--', path])
    let during: string | undefined
    happening[`apply ${step}`] = () => {
      during = planted()
    }
    const late = await onboard()
    count(late)
    nothingHalf(late)
    expect(lookOf(path)).toBe(during)
  })
})

describe('while it goes on', () => {
  test('an agent command of theirs that exchanges everything it can reach, and then fails', async () => {
    fixture = await attackedEngine(happening, {
      smoke: { agentCommand: ['agent'], path: ['{home}/bin', '/usr/bin', '/bin'], via: null },
    })
    asOle(`mkdir bin; cat >bin/agent <<'END'
#!/bin/sh
cd || exit 9
mv deep gone; ln -s /home/victim deep; mkdir -p gone/work
mkfifo gone/work/pipe gone/pipe
rm -f ${places.dataDir}/memory/42/MEMORY.md; ln -s /etc/shadow ${places.dataDir}/memory/42/MEMORY.md
ln -s /home/victim ${places.dataDir}/history/42/link
chmod 777 . gone ${places.dataDir}/memory/42
setsid sleep 4799 >/dev/null 2>&1 &
exit 3
END
chmod 700 bin/agent`)
    expect(await onboard()).toBe('undone: agent_command_failed')
    nothingHalf('undone')
    expect(readdirSync(`${home}/gone`)).toContain('pipe')
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain('sleep 4799')
  })

  test('whole runs, one after another, against a process that swaps the folders', {
    timeout: 60_000,
  }, async () => {
    execFileSync('install', ['-d', '-o', String(OLE), '-g', String(OLE), '/home/away'])
    fixture = await attackedEngine(happening)
    let swapper: Swapper | undefined
    const begin = async () => {
      swapper ??= await startSwapper(OLE, home, '/home/away', ['deep:decoy', 'deep/work:evil', 'work:evil'])
    }
    const outcomes = new Map<string, number>()
    let swaps = 0
    const until = performance.now() + 4_000
    for (let count = 0; performance.now() < until; count++) {
      asOle(`find . -mindepth 1 -delete; mkdir -p evil/work; : >evil/work/file; ln -s /etc work
        ln -s /home/victim decoy; [ ${count % 2} = 0 ] || mkdir -p deep/work`)
      // From the first step on, or from before the plan: then most is refused before it is a run.
      if (count % 4 === 0) await begin()
      happening['apply account'] = begin
      const outcome = await onboard(100 + count)
      swaps += (await swapper?.end()) ?? 0
      swapper = undefined
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      nothingHalf(outcome, true)
      if (outcome === 'succeeded') break
    }
    console.log('whole runs against a swapper:', Object.fromEntries(outcomes), 'swaps:', swaps)
    expect(swaps).toBeGreaterThan(100)
  })
})
