import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import fc from 'fast-check'
import type { StepKind, StepParams, StepRecord } from '../../../src/domain/step.ts'
import type { Host } from '../../../src/provisioning/host/host.ts'
import { stepRegistry } from '../../../src/provisioning/registry.ts'
import type { StepContext, StepImplementation } from '../../../src/provisioning/step-kind.ts'
import { makeTestHost, places } from '../../support/host/test-host.ts'
import { addAccount, rememberMachine } from '../../support/host/test-machine.ts'
import { treeSnapshot } from '../../support/host/tree-snapshot.ts'
import { type Exploration, runParameters, type Surface } from '../surface.ts'

const PERSON = 'ida'
const UID = 4701
const KAI = 4702
const ID = 77
const HOME = `/home/${PERSON}`
const GROUPS = ['games', 'audio', 'video', 'absent-group']
const PATHS = [
  `${places.dataDir}/memory`,
  `${places.dataDir}/history`,
  `${places.dataDir}/memory/${ID}`,
  `${places.dataDir}/history/${ID}`,
  `${HOME}/work`,
  `${HOME}/work/deep`,
  '/srv/ida',
]
const SEED = `${places.dataDir}/memory/${ID}/MEMORY.md`

/** What the machine is like before the step. */
interface World {
  account: 'absent' | 'active' | 'created' | 'half'
  groups: string[]
  paths: { path: string; mode: number; owner: number; file: boolean; inside: boolean }[]
  seed: string | null
  roster: string
}
type Change = {
  [K in Exclude<StepKind, 'smoke-test' | 'service'>]: { kind: K; params: StepParams[K] }
}[Exclude<StepKind, 'smoke-test' | 'service'>]

const directory = fc.constantFrom(
  { purpose: 'memory' as const, path: PATHS[2]!, owner: 'person' as const, madeBy: 'root' as const },
  { purpose: 'history' as const, path: PATHS[3]!, owner: { user: 'kai' }, madeBy: 'root' as const },
  { purpose: 'workspace' as const, path: PATHS[5]!, owner: 'person' as const, madeBy: 'person' as const },
  { purpose: 'workspace' as const, path: PATHS[6]!, owner: 'person' as const, madeBy: 'root' as const },
)
const entryText = (id: string, osUser: string) =>
  `  - telegram_id: ${id} # c\n    name: "N"\n    os_user: ${osUser}\n    role: user\n`

const world: fc.Arbitrary<World> = fc.record({
  account: fc.constantFrom('absent', 'active', 'created', 'created', 'half'),
  groups: fc.subarray(GROUPS.slice(0, 3)),
  paths: fc.uniqueArray(
    fc.record({
      path: fc.constantFrom(...PATHS),
      mode: fc.constantFrom(0o700, 0o711, 0o755, 0o777, 0o1777, 0o000, 0o2750),
      owner: fc.constantFrom(0, UID, KAI, 65_534),
      file: fc.constantFrom(false, false, false, true),
      inside: fc.boolean(),
    }),
    { maxLength: 4, selector: ({ path }) => path },
  ),
  seed: fc.option(fc.string({ maxLength: 20 })),
  roster: fc.constantFrom(
    'users: []\n',
    'users: [] # nobody',
    `# all\r\nusers:\r\n${entryText('1', 'bo').replaceAll('\n', '\r\n')}`,
    `users:\n${entryText('1', 'bo')}\n# end\nother: 1\n`,
    `users:\n${entryText(String(ID), 'other')}`,
    `users:\n${entryText('9', PERSON)}`,
    `users: [{telegram_id: 1, name: "x", os_user: bo, role: user}]`,
    'users:\n',
    '',
  ),
})

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant({
    kind: 'account' as const,
    params: { mode: 'create' as const, osUser: PERSON, home: HOME, shell: '/bin/sh', gecos: 'Ida I' },
  }),
  fc.constant({
    kind: 'account' as const,
    params: { mode: 'adopt' as const, osUser: PERSON, uid: UID, gid: UID, home: HOME, shell: '/bin/sh' },
  }),
  fc.subarray(GROUPS).map((groups) => ({ kind: 'groups' as const, params: { osUser: PERSON, groups } })),
  fc
    .uniqueArray(directory, { minLength: 1, maxLength: 4, selector: ({ path }) => path })
    .map((directories) => ({ kind: 'data-dirs' as const, params: { osUser: PERSON, directories } })),
  fc.string({ minLength: 1, maxLength: 50 }).map((content) => ({
    kind: 'memory-seed' as const,
    params: { osUser: PERSON, path: SEED, owner: 'person' as const, content },
  })),
  fc
    .constantFrom({}, { awaitsStartOf: ID }, { awaitsStartOf: 78 })
    .map((more) => ({ kind: 'activation' as const, params: { osUser: PERSON, gecos: 'Ida I', ...more } })),
  fc.string({ maxLength: 20 }).map((name) => ({
    kind: 'roster' as const,
    params: { entry: { telegram_id: ID, name, os_user: PERSON, role: 'user' } },
  })),
)

/** Makes the machine so; gives the function that puts it back. */
function arrange(marker: string, { account, groups, paths, seed, roster }: World): () => void {
  const forget = rememberMachine()
  addAccount('kai', KAI)
  if (account === 'active' || account === 'half') addAccount(PERSON, UID)
  if (account === 'created') {
    const state = ['--expiredate', '1970-01-02', '--comment', `usher run ${marker}`]
    const who = [
      '--uid',
      String(UID),
      '--user-group',
      '--create-home',
      '--shell',
      '/bin/sh',
      ...state,
      PERSON,
    ]
    execFileSync('useradd', who, { stdio: 'pipe' })
  }
  if (account === 'half') {
    const shadow = readFileSync('/etc/shadow', 'utf8')
    writeFileSync('/etc/shadow', shadow.replace(new RegExp(`^${PERSON}:.*\n`, 'm'), ''))
  } else if (account !== 'absent' && groups.length > 0) {
    execFileSync('usermod', ['--append', '--groups', groups.join(','), PERSON], { stdio: 'pipe' })
  }
  for (const { path, mode, owner, file, inside } of paths) {
    if (existsSync(path) || (path.startsWith(HOME) && account === 'absent')) continue
    try {
      mkdirSync(dirname(path), { recursive: true })
      if (file) writeFileSync(path, 'theirs')
      else mkdirSync(path)
      if (inside && !file) writeFileSync(`${path}/theirs`, 'theirs')
    } catch {
      continue // something above it is a file
    }
    chownSync(path, owner, owner)
    chmodSync(path, mode)
  }
  if (seed !== null && existsSync(dirname(SEED))) {
    try {
      writeFileSync(SEED, seed)
    } catch {
      // what should be its folder is a file
    }
  }
  writeFileSync(places.rosterFile, roster)
  return () => {
    rmSync('/srv/ida', { recursive: true, force: true })
    forget()
  }
}

const snapshot = () =>
  treeSnapshot(
    ...['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}`),
    ...['/home', '/srv', places.rosterFile],
  )

/**
 * What an undo must bring back. An activation's gives back that nobody can log in, on another day so that it is known that
 * somebody could, and leaves the marker's place to the account's own undo.
 */
async function comparable(host: Host, kind: StepKind): Promise<string[]> {
  if (kind !== 'activation') return snapshot()
  const others = snapshot().filter((line) => !/^\/etc\/(passwd|shadow) /.test(line))
  return [...others, `expired: ${await host.accounts.isExpired(PERSON)}`]
}

/** Applied twice is as once; undone is as before; undone twice is as once; what failed is undone as well. */
async function checkLaws(host: Host, marker: string, { kind, params }: Change): Promise<void> {
  const implementation = stepRegistry[kind] as unknown as StepImplementation<StepKind>
  const given = params as StepParams[StepKind]
  let committed: string | null = null
  const record = () => (committed === null ? null : (JSON.parse(committed) as StepRecord))
  const context: StepContext = {
    host,
    run: { runId: 7, requestId: 5, marker, undoing: false },
    signal: AbortSignal.timeout(60_000),
    hasStarted: (telegramId) => telegramId === 78,
    journal: {
      commit: (one) => {
        committed = JSON.stringify(one)
      },
    },
  }
  const same = (what: string, one: unknown, other: unknown) => {
    const [a, b] = [one, other].map((lines) => JSON.stringify(lines))
    if (a === b) return
    const differing = (one as string[]).filter((line) => !(other as string[]).includes(line))
    const added = (other as string[]).filter((line) => !(one as string[]).includes(line))
    throw new Error(`${what}: ${JSON.stringify({ before: differing, after: added })}`)
  }
  const before = await comparable(host, kind)
  const applied = await implementation.apply(context, given, record())
  if (!applied.ok && applied.failure.code === 'internal') throw new Error(applied.failure.detail)
  if (applied.ok) {
    const once = snapshot()
    const verified = await implementation.verify(context, given, record() ?? {})
    if (!verified.ok) throw new Error(`what was applied does not verify: ${JSON.stringify(verified.failure)}`)
    const again = await implementation.apply(context, given, record())
    if (!again.ok) throw new Error(`applied a second time it fails: ${JSON.stringify(again.failure)}`)
    same('applied twice is not as applied once', once, snapshot())
  }
  for (const time of ['once', 'twice']) {
    const undone = await implementation.undo(context, given, record())
    if (undone.state === 'failed')
      throw new Error(`undone ${time} it fails: ${JSON.stringify(undone.failure)}`)
    same(`undone ${time} is not as before`, before, await comparable(host, kind))
  }
}

export const steps: Surface = {
  name: 'steps',
  what: 'step kinds on hosts of any state: run(run(x)) = run(x), undo(do(x)) = x',
  inputs: 600,
  needsSandbox: true,
  async explore(plan: Exploration) {
    let inputs = 0
    await fc.assert(
      fc.asyncProperty(world, change, async (state, one) => {
        inputs++
        const marker = randomBytes(16).toString('hex')
        const host = makeTestHost()
        const restore = arrange(marker, state)
        try {
          await checkLaws(host, marker, one)
        } finally {
          restore()
        }
      }),
      runParameters(plan, plan.inputs),
    )
    return inputs
  },
}
