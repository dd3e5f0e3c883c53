import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunView } from '../../src/protocol/views.ts'
import { processesOf } from '../../src/provisioning/host/programs/end-processes.ts'
import { CrashingWorker } from '../crash/crashing-worker.ts'
import { ipcObjects, leaveThings } from '../crash/leftovers.ts'
import { installCrashHost } from '../crash/sandbox-host.ts'
import { endOf, type Newcomer, onboard, undo } from '../crash/scenarios.ts'
import {
  findAccount,
  hasAccount,
  SYSTEM_PLACES,
  type SystemInstallation,
} from '../support/stage/system-installation.ts'

const RELEASE = '/run/usher-crash-release'
const USERADD = 'account/do/run:/usr/sbin/useradd/1'
/** The run has said what it is about to do, or is about to say it, and has done nothing yet. */
const BEFORE_THE_RECORD = ['account/do/commit:meta/1', 'account/do/journal/1', USERADD]

const worker = new CrashingWorker()
let host: SystemInstallation
let people = 0

beforeAll(async () => {
  host = await installCrashHost([])
  await worker.start()
})
afterAll(async () => {
  await worker.close()
  rmSync(RELEASE, { force: true })
  host.remove()
})

function newcomer(): Newcomer {
  people += 1
  return { osUser: `m${people}w`, telegramId: 730_000_000 + people }
}

/** Stops the worker before the point, does something to the host, and lets it go on, or kills it there. */
async function meanwhile(
  point: string,
  ask: () => Promise<number>,
  deed: () => void,
  ending: 'go on' | 'kill' = 'go on',
): Promise<RunView> {
  rmSync(RELEASE, { force: true })
  const paused = worker.heard('paused')
  await worker.order({ do: 'pause', at: point, release: RELEASE })
  const asked = ask()
  await paused
  deed()
  if (ending === 'kill') await worker.kill()
  else writeFileSync(RELEASE, '')
  return endOf(worker, await asked)
}

const causesOf = ({ steps }: RunView) =>
  steps.flatMap(({ failure }) => (failure === null ? [] : [failure.code]))
const linesOf = (...names: string[]) =>
  ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].flatMap((file) =>
    readFileSync(`/etc/${file}`, 'utf8')
      .split('\n')
      .filter((line) => names.includes(line.split(':')[0] ?? ''))
      .map((line) => `${file}: ${line}`),
  )
const look = (path: string) => {
  const { ino, uid, gid, mode, ctimeMs } = statSync(path)
  return { ino, uid, gid, mode, ctimeMs }
}

test.for(
  BEFORE_THE_RECORD.flatMap((point) => [
    { point, ending: 'go on' as const },
    { point, ending: 'kill' as const },
  ]),
)(
  'an administrator makes the account when the run is at $point ($ending): it stays theirs',
  async ({ point, ending }) => {
    const person = newcomer()
    const home = `/home/${person.osUser}`
    let theirs: unknown
    const all = () => [linesOf(person.osUser), look(home), look(`${home}/notes`)]
    const run = await meanwhile(
      point,
      () => onboard(worker, person),
      () => {
        execFileSync('/usr/sbin/useradd', ['--create-home', '--shell', '/bin/bash', person.osUser])
        writeFileSync(`${home}/notes`, 'the administrator made this\n')
        theirs = all()
      },
      ending,
    )
    expect([run.state, causesOf(run)]).toEqual(['undone', ['account_appeared']])
    expect(all()).toEqual(theirs)
    expect(readFileSync(SYSTEM_PLACES.roster, 'utf8')).not.toContain(person.osUser)
  },
)

test.for(BEFORE_THE_RECORD)(
  'an administrator makes a group of the name when the run is at %s: it stays theirs',
  async (point) => {
    const person = newcomer()
    let theirs: unknown
    const run = await meanwhile(
      point,
      () => onboard(worker, person),
      () => {
        execFileSync('/usr/sbin/groupadd', [person.osUser])
        theirs = linesOf(person.osUser)
      },
    )
    expect([run.state, causesOf(run)]).toEqual(['undone', ['group_appeared']])
    expect(linesOf(person.osUser)).toEqual(theirs)
    expect([hasAccount(person.osUser), existsSync(`/home/${person.osUser}`)]).toEqual([false, false])
  },
)

/** Uids are given in order, each once. */
async function uidOfTheNext(): Promise<number> {
  const before = newcomer()
  expect((await endOf(worker, await onboard(worker, before))).state).toBe('succeeded')
  return findAccount(before.osUser).uid + 1
}

test('an administrator gives the uid that the run has chosen to somebody else: the run takes another one', async () => {
  const uid = await uidOfTheNext()
  const [person, other] = [newcomer(), `${newcomer().osUser}-theirs`]
  let theirs: unknown
  const all = () => [linesOf(other), look(`/home/${other}`)]
  const run = await meanwhile(
    USERADD,
    () => onboard(worker, person),
    () => {
      execFileSync('/usr/sbin/useradd', ['--create-home', '--uid', String(uid), other])
      theirs = all()
    },
  )
  expect(run.state).toBe('succeeded')
  expect(findAccount(person.osUser).uid).not.toBe(uid)
  expect(all()).toEqual(theirs)
})

test('an administrator gives the gid that the run has chosen to a group: nothing of that group changes', async () => {
  const gid = await uidOfTheNext()
  const [person, other] = [newcomer(), `${newcomer().osUser}-theirs`]
  let theirs: unknown
  const run = await meanwhile(
    USERADD,
    () => onboard(worker, person),
    () => {
      execFileSync('/usr/sbin/groupadd', ['--gid', String(gid), other])
      theirs = linesOf(other)
    },
  )
  expect(linesOf(other)).toEqual(theirs)
  expect(run.state).toBe('succeeded')
  expect(findAccount(person.osUser).gid).not.toBe(gid)
})

test('all that a person left behind is gone before their account goes', async () => {
  const person = newcomer()
  const onboarded = await onboard(worker, person)
  await endOf(worker, onboarded)
  const { uid } = findAccount(person.osUser)
  const paths = leaveThings(person.osUser)
  const look = () => ({
    account: hasAccount(person.osUser),
    processes: processesOf(uid).length,
    files: paths.filter((path) => existsSync(path)).length,
    ipc: ipcObjects().filter((object) => object.endsWith(`of uid ${uid}`)).length,
  })
  expect(look()).toEqual({ account: true, processes: 1, files: paths.length, ipc: 3 })
  let atUserdel: unknown
  const run = await meanwhile(
    'account/undo/run:/usr/sbin/userdel/1',
    () => undo(worker, person, onboarded),
    () => {
      atUserdel = look()
    },
  )
  expect(atUserdel).toEqual({ account: true, processes: 0, files: 0, ipc: 0 })
  expect(run.state).toBe('succeeded')
  expect(look()).toMatchObject({ account: false, processes: 0 })
})
