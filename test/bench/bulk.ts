/** Many people approved at once: from the first approval to the end of the last run. */
import { readFileSync } from 'node:fs'
import { createScene, GROUP } from '../support/stage/scene.ts'

const TARGET_MS = 6000
/** Calls under way at the same time; the operator has 64 connections and 200 requests a second. */
const AT_ONCE = 8

/** Rows of the table. */
export async function measureBulk(people: number): Promise<string> {
  const scene = await createScene({
    config: { services: [{ unit: 'agent.service', action: 'remind' }], roles: { user: { groups: [GROUP] } } },
  })
  const { client } = scene
  try {
    const waiting = await inTurns(people, async (n) => {
      const drafted = await client.call('request.draft', {
        answers: {
          telegram_id: 830_000_000 + n,
          name: `Person ${n}`,
          os_user: `bulk-${n}`,
          role: 'user',
          account: 'create',
          proof: 'started',
        },
      })
      if (!drafted.ok) throw new Error(`cannot draft: ${JSON.stringify(drafted.error)}`)
      const { id, plan } = drafted.request
      const submitted = await client.call('request.submit', { id, digest: plan.digest })
      if (!submitted.ok) throw new Error(`cannot submit: ${JSON.stringify(submitted.error)}`)
      return { id, digest: plan.digest }
    })
    const stop = new AbortController()
    const ended = allEnded(client.events(0, { signal: stop.signal }), people)
    const cpuBefore = cpuOf(scene.worker.pid)
    const begin = performance.now()
    await inTurns(people, async (n) => {
      const approved = await client.call('request.approve', waiting[n]!)
      if (!approved.ok) throw new Error(`cannot approve: ${JSON.stringify(approved.error)}`)
    })
    const approvedAfter = performance.now() - begin
    await ended
    const took = performance.now() - begin
    stop.abort()
    const cpu = cpuOf(scene.worker.pid)
    const each = (ms: number) => `${(ms / people).toFixed(0)} ms`
    const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
    return [
      `| ${people} people approved at once → all succeeded | ${seconds(took)} | | under ${seconds(TARGET_MS * (people / 100))} |`,
      `| of that until the last approval was answered | ${seconds(approvedAfter)} | | |`,
      `| of that for each person | ${each(took)} | | |`,
      `| CPU time of the worker itself for each person | ${each(cpu.own - cpuBefore.own)} | | |`,
      `| CPU time of the programs it started for each person | ${each(cpu.children - cpuBefore.children)} | | |`,
    ].join('\n')
  } catch (error) {
    console.error(scene.logs())
    throw error
  } finally {
    await scene.close()
  }
}

async function allEnded(
  events: ReturnType<Awaited<ReturnType<typeof createScene>>['client']['events']>,
  count: number,
) {
  let succeeded = 0
  for await (const { type } of events) {
    if (['run.undone', 'run.failed', 'run.superseded'].includes(type)) {
      throw new Error(`cannot count a bulk of which one ended with ${type}`)
    }
    if (type === 'run.succeeded') succeeded += 1
    if (succeeded === count) return
  }
  throw new Error('cannot see the end of the bulk: the stream of events ended')
}

/** Milliseconds of CPU time of a process and of the children that it has reaped (proc(5); a tick is 10 ms). */
function cpuOf(pid: number | null): { own: number; children: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
  return { own: (user + system) * 10, children: (childUser + childSystem) * 10 }
}

/** `work` for 0…count-1, some at a time; the results in order. */
async function inTurns<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async () => {
    for (let n = next++; n < count; n = next++) results[n] = await work(n)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
