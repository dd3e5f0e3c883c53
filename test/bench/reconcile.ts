/** Comparing everybody with the host when nothing differs: without and with the smoke tests. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { settlePeople } from '../support/host/settled-people.ts'
import { AGENT, createScene, GRACE, GROUP, type Scene } from '../support/stage/scene.ts'
import { SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { measurePeers } from './peers.ts'
import { p50, p95 } from './statistics.ts'

const LOOKS = 5
const WITH_SMOKE_TESTS = 100
const FIRST_UID = 20_000

/** Rows of the table. */
export async function measureReconcile(people: number): Promise<string> {
  const rows = [await measure(people, false, `under ${(people / 1000).toFixed(1)} s`)]
  rows.push(await measure(Math.min(people, WITH_SMOKE_TESTS), true, 'under 2 s'))
  return rows.join('\n')
}

async function measure(people: number, smoke: boolean, target: string): Promise<string> {
  const admin = { os_user: 'grace', name: 'Grace Hopper', telegram_id: GRACE.id, role: 'admin' }
  const scene = await createScene({
    residents: [admin],
    config: { reconcile: { every: 'never', ignore_accounts: ownAccounts() } },
  })
  try {
    await scene.worker.stop()
    const { data, roster, state } = SYSTEM_PLACES
    const settled = settlePeople({
      ...{ count: people - 1, firstUid: FIRST_UID, group: GROUP, data, roster },
      database: join(state, 'usher.db'),
    })
    await scene.worker.start()
    const times: number[] = []
    await takeOver(scene)
    await scene.worker.stop()
    await scene.worker.start()
    // The first look reads what the others find read.
    const first = await look(scene, smoke, people)
    for (let n = 0; n < LOOKS; n += 1) times.push(await look(scene, smoke, people))
    const command = await byCommand(scene, smoke)
    const peers = smoke
      ? await measurePeers(
          {
            people: settled.map((entry, n) => ({ ...entry, uid: FIRST_UID + n })),
            ...{ group: GROUP, data, roster, agent: AGENT },
          },
          p50(times),
        )
      : []
    const what = `reconcile of ${people} people, nothing differs, ${smoke ? 'with their smoke tests' : 'no smoke tests'}`
    const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
    return [
      `| ${what} | ${seconds(p50(times))} | ${seconds(p95(times))} | ${target} |`,
      `| the first one after the worker's start | ${seconds(first)} | | |`,
      `| \`usher reconcile\` in a terminal, all in all | ${seconds(command)} | | |`,
      ...peers,
    ].join('\n')
  } catch (error) {
    console.error(scene.logs())
    throw error
  } finally {
    await scene.close()
  }
}

/** Accounts of this machine that are nobody's of the bench. */
function ownAccounts(): string[] {
  const lines = readFileSync('/etc/passwd', 'utf8').trim().split('\n')
  return lines.flatMap((line) => line.split(':')[0] ?? []).filter((name) => /^[a-z_][a-z0-9_.-]*$/.test(name))
}

/** The scene's admin was put on the roster by hand. */
async function takeOver({ usher }: Scene): Promise<void> {
  const { status, stdout, stderr } = await usher(['reconcile', '--approve', '--wait'])
  if (status !== 0) throw new Error(`cannot take the admin over: ${stdout}${stderr}`)
}

/** Milliseconds of one pass, at the socket. */
async function look({ client }: Scene, smoke: boolean, people: number): Promise<number> {
  const begin = performance.now()
  const answer = await client.call('reconcile.run', { smoke }, { timeoutMs: 120_000 })
  const took = performance.now() - begin
  if (!answer.ok) throw new Error(`cannot reconcile: ${JSON.stringify(answer.error)}`)
  const { outcome, findings, people: looked } = answer.reconciliation
  if (outcome !== 'clean' || looked !== people) {
    throw new Error(
      `cannot count a reconciliation of ${looked} people that is ${outcome}: ${JSON.stringify(findings.slice(0, 3))}`,
    )
  }
  return took
}

async function byCommand({ usher }: Scene, smoke: boolean): Promise<number> {
  const begin = performance.now()
  const { status, stderr } = await usher(['reconcile', ...(smoke ? ['--smoke'] : [])])
  const took = performance.now() - begin
  if (status !== 0) throw new Error(`cannot run usher reconcile: ${stderr}`)
  return took
}
