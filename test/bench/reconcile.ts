/** Comparing everybody with the host when nothing differs: without and with the smoke tests. */

import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { settlePeople } from '../support/host/settled-people.ts'
import { createScene, GROUP, type Scene } from '../support/stage/scene.ts'
import { SYSTEM_PLACES } from '../support/stage/system-installation.ts'
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
  const scene = await createScene({ residents: [], config: { reconcile: { every: 'never' } } })
  try {
    await scene.worker.stop()
    const { data, roster, state } = SYSTEM_PLACES
    settlePeople({
      ...{ count: people, firstUid: FIRST_UID, group: GROUP, data, roster },
      database: join(state, 'usher.db'),
    })
    await scene.worker.start()
    const times: number[] = []
    // The first look reads what the others find read.
    const first = await look(scene, smoke, people)
    for (let n = 0; n < LOOKS; n += 1) times.push(await look(scene, smoke, people))
    const command = await byCommand(scene, smoke)
    const what = `reconcile of ${people} people, nothing differs, ${smoke ? 'with their smoke tests' : 'no smoke tests'}`
    const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
    return [
      `| ${what} | ${seconds(p50(times))} | ${seconds(p95(times))} | ${target} |`,
      `| the first one after the worker's start | ${seconds(first)} | | |`,
      `| \`usher reconcile\` in a terminal, all in all | ${seconds(command)} | | |`,
    ].join('\n')
  } catch (error) {
    console.error(scene.logs())
    throw error
  } finally {
    await scene.close()
  }
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
