/**
 * Applies and takes back, over and over, while a process of a person swaps folders, links and empty names in the home under
 * the hands of the run. Inside a sandbox only.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import type { DirectorySpec } from '../../src/domain/step.ts'
import type { Host } from '../../src/provisioning/host/host.ts'
import { account } from '../../src/provisioning/steps/account.ts'
import { dataDirs } from '../../src/provisioning/steps/data-dirs.ts'
import { memorySeed } from '../../src/provisioning/steps/memory-seed.ts'
import { smokeTest } from '../../src/provisioning/steps/smoke-test.ts'
import { Attempt } from '../support/attacks/attempt.ts'
import { type Canaries, plantCanaries } from '../support/attacks/canaries.ts'
import { startSwapper } from '../support/attacks/start-swapper.ts'
import { makeTestHost, places } from '../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../support/host/test-machine.ts'
import { treeSnapshot } from '../support/host/tree-snapshot.ts'

export interface SwapResult {
  undos: number
  /** How often the person in their own home, and the accomplice in that of the new account, swapped something. */
  swaps: { owner: number; accomplice: number }
  /** Runs whose steps were all applied before the undo; the others failed on the way, as they should. */
  applied: number
  /** Steps whose undo kept something and said so. */
  kept: number
  /** What was touched that is not the run's, what an undo could not finish, what it left. Empty when all is well. */
  wrong: string[]
  /** The longest undo, in milliseconds. */
  longestMs: number
}

/** Whose home is swapped by themself: an account that was there before. */
const owner = { name: 'ole', uid: 4791 }
/** Who was let into the home of the new account, and outlives it. */
const ACCOMPLICE = 4792
const fresh = { osUser: 'ida', home: '/home/ida' }

/** Until `undos` are done or `seconds` are over, whichever comes first. */
export async function swapUndos(
  { undos, seconds }: { undos: number; seconds: number },
  progress: (done: number) => void = () => {},
): Promise<SwapResult> {
  const forget = rememberMachine()
  const canaries = plantCanaries()
  const host = makeTestHost()
  addAccount(owner.name, owner.uid)
  arm('/home/ole', owner.uid)
  for (const [folder, uid] of [
    ['/home/away-ole', owner.uid],
    ['/home/away', ACCOMPLICE],
  ] as const) {
    execFileSync('install', ['-d', '-o', String(uid), '-g', String(uid), folder])
  }
  const before = treeSnapshot('/etc', '/srv/of-root')
  const [own, other] = await Promise.all([
    startSwapper(owner.uid, '/home/ole', '/home/away-ole', ['deep:decoy', 'deep/work:evil', 'work:evil']),
    startSwapper(ACCOMPLICE, fresh.home, '/home/away', ['a:b', 'a/x:b/x', 'a:.profile', 'c:b/x']),
  ])
  const result: SwapResult = {
    undos: 0,
    swaps: { owner: 0, accomplice: 0 },
    applied: 0,
    kept: 0,
    wrong: [],
    longestMs: 0,
  }
  const begun = performance.now()
  try {
    while (result.undos < undos && performance.now() - begun < seconds * 1000 && result.wrong.length === 0) {
      const attempt = new Attempt(host, { runId: result.undos + 1 })
      const applied =
        result.undos % 2 === 0 ? await adopted(attempt, result.undos) : await created(attempt, result.undos)
      if (applied) result.applied++
      await takeBack(attempt, canaries, result)
      if (result.undos % 20 === 0) arm('/home/ole', owner.uid)
      progress(result.undos)
    }
  } finally {
    result.swaps = { owner: await own.end(), accomplice: await other.end() }
    execFileSync('rm', ['-rf', '--', '/home/away', '/home/away-ole', '/home/ole', '/home/.usher-quarantine'])
  }
  execFileSync('userdel', [owner.name])
  const left = leftBehind(host)
  const after = treeSnapshot('/etc', '/srv/of-root')
  result.wrong.push(
    ...left,
    ...canaries.touched(),
    ...after.filter((line) => !before.includes(line) && !isAccountFile(line)),
  )
  canaries.remove()
  forget()
  return result
}

async function takeBack(attempt: Attempt, canaries: Canaries, result: SwapResult): Promise<void> {
  const begun = performance.now()
  const outcomes = await attempt.undoAll()
  result.longestMs = Math.max(result.longestMs, performance.now() - begun)
  result.undos++
  result.kept += outcomes.filter(({ state }) => state === 'kept').length
  for (const outcome of outcomes) {
    if (outcome.state === 'failed') result.wrong.push(`undo ${result.undos}: ${JSON.stringify(outcome)}`)
  }
  result.wrong.push(...canaries.touched())
}

/** Links, folders and files to swap with, in the person's own home and by themself. */
function arm(home: string, uid: number): void {
  const script = `cd ${home} || exit
    find . -mindepth 1 -delete
    mkdir -p evil/work/sub && : >evil/work/file && ln -s /home/victim decoy && ln -s /etc work`
  asUid(uid, script)
}

function asUid(uid: number, script: string): void {
  const argv = [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--', '/bin/sh', '-c', script]
  try {
    execFileSync('setpriv', argv, { stdio: 'ignore', timeout: 10_000 })
  } catch {
    // The swapper was in the way: then there is something else to swap with.
  }
}

const root = (kind: 'memory' | 'history', osUser: string): DirectorySpec => ({
  purpose: kind,
  path: `${places.dataDir}/${kind}/${osUser === owner.name ? 78 : 77}`,
  owner: 'person',
  madeBy: 'root',
})

/** Folders, seed and proof in the home of somebody who is alive and swaps. */
async function adopted(attempt: Attempt, turn: number): Promise<boolean> {
  const { name: osUser, uid } = owner
  const workspace = '/home/ole/deep/work'
  const memory = root('memory', osUser)
  const adopt = { mode: 'adopt', osUser, uid, gid: uid, home: '/home/ole', shell: '/bin/sh' } as const
  if (!(await attempt.apply(account, adopt)).ok) return false
  const directories: DirectorySpec[] = [
    memory,
    { purpose: 'workspace', path: workspace, owner: 'person', madeBy: 'person' },
  ]
  if (!(await attempt.apply(dataDirs, { osUser, directories })).ok) return false
  // The seed in the home, too: everything of a run that reads or writes as the person meets the swapper.
  const path = turn % 4 === 0 ? `${workspace}/MEMORY.md` : `${memory.path}/MEMORY.md`
  if (!(await attempt.apply(memorySeed, { osUser, path, owner: 'person', content: '# Memory\n' })).ok)
    return false
  if (turn % 8 !== 2) return true
  const proof = {
    ...{ osUser, telegramId: 78, home: '/home/ole', writable: [memory.path, workspace] },
    ...{ agentCommand: null, path: ['/usr/bin', '/bin'], via: null },
  }
  return (await attempt.apply(smokeTest, proof)).ok
}

/** A new account whose person let somebody else into the home, who swaps on while it is taken away. */
async function created(attempt: Attempt, turn: number): Promise<boolean> {
  const { osUser, home } = fresh
  if (!(await attempt.apply(account, { mode: 'create', osUser, home, shell: '/bin/sh' })).ok) return false
  const memory = root('memory', osUser)
  if (!(await attempt.apply(dataDirs, { osUser, directories: [memory] })).ok) return false
  if (turn % 4 === 1) attempt.takeBack()
  const entry = await attempt.host.accounts.byName(osUser)
  const script = `cd ${home} && mkdir -p a/x/deep/er b/x && : >a/x/file && ln -s /home/victim c
    ln -s /etc b/link; : >${memory.path}/note; chmod -R a+rwX .`
  asUid(entry!.uid, script)
  return true
}

function leftBehind({ environment }: Host): string[] {
  const folders = [
    '/home',
    environment.dataDir,
    `${environment.dataDir}/memory`,
    `${environment.dataDir}/history`,
  ]
  return folders.flatMap((folder) =>
    namesIn(folder)
      .filter((name) => (name.startsWith('.usher-') && name !== '.usher-quarantine') || name === fresh.osUser)
      .map((name) => `left behind: ${folder}/${name}`),
  )
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isAccountFile(line: string): boolean {
  return /^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid) /.test(line)
}
