/** Run as somebody who is not root: the steps on the own account, below the folder given; prints what it saw. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { StepKind, StepParams, StepRecord } from '../../../src/domain/step.ts'
import { createHost } from '../../../src/provisioning/create-host.ts'
import type { StepImplementation } from '../../../src/provisioning/step-kind.ts'
import { account } from '../../../src/provisioning/steps/account.ts'
import { dataDirs } from '../../../src/provisioning/steps/data-dirs.ts'
import { groups } from '../../../src/provisioning/steps/groups.ts'
import { memorySeed } from '../../../src/provisioning/steps/memory-seed.ts'
import { roster } from '../../../src/provisioning/steps/roster.ts'
import { treeSnapshot } from '../../support/host/tree-snapshot.ts'

export interface Seen {
  applied: boolean[]
  undone: string[]
  made: string[]
  same: boolean
  own: number | null
}

const base = process.argv[2]!
const { username: osUser, uid, gid, homedir: home, shell } = userInfo()
for (const folder of ['', '/data', '/state', '/config']) mkdirSync(`${base}${folder}`, { mode: 0o700 })
writeFileSync(`${base}/config/users.yaml`, 'users: []\n', { mode: 0o600 })
const host = createHost({
  name: 'single',
  mode: 'single-user',
  rosterFile: `${base}/config/users.yaml`,
  dataDir: `${base}/data`,
  stateDir: `${base}/state`,
  secretsFile: `${base}/config/secrets.yaml`,
  databaseFile: `${base}/state/usher.db`,
  botUser: null,
  personUids: null,
  takeUid: () => null,
})
const memory = `${base}/data/memory/7`
const seen: Seen = { applied: [], undone: [], made: [], same: false, own: null }
const undo: (() => Promise<string>)[] = []

async function apply<K extends StepKind, R extends StepRecord>(
  step: StepImplementation<K, R>,
  params: StepParams[K],
): Promise<void> {
  let record: R | null = null
  const context = {
    host,
    run: { runId: 1, requestId: 1, marker: 'c'.repeat(32), undoing: false },
    journal: {
      commit(committed: R) {
        record = structuredClone(committed)
      },
    },
    signal: AbortSignal.timeout(30_000),
  }
  const outcome = await step.apply(context, params, null)
  if (!outcome.ok) console.error(outcome.failure)
  seen.applied.push(outcome.ok)
  undo.unshift(async () => (await step.undo(context, params, record)).state)
}

const snapshot = () => treeSnapshot(`${base}/data`, `${base}/config`)
const before = snapshot()
await apply(account, { mode: 'adopt', osUser, uid, gid, home, shell: shell! })
await apply(groups, { osUser, groups: [] })
await apply(dataDirs, {
  osUser,
  directories: [
    { purpose: 'memory', path: memory, owner: 'person', madeBy: 'root' },
    { purpose: 'workspace', path: `${home}/usher-work`, owner: 'person', madeBy: 'person' },
  ],
})
await apply(memorySeed, { osUser, path: `${memory}/MEMORY.md`, owner: 'person', content: '# M\n' })
await apply(roster, { entry: { telegram_id: 7, name: 'Me', os_user: osUser, role: 'admin' } })
seen.made = snapshot().filter((line) => !before.includes(line))
const query = { groups: [], owners: [], paths: [], shell: '/bin/sh', programs: [] }
seen.own = (await host.observe({ ...query, osUser, telegramId: 7 })).ownUid
for (const step of undo) seen.undone.push(await step())
seen.same = JSON.stringify(snapshot()) === JSON.stringify(before)
console.log(JSON.stringify(seen))
