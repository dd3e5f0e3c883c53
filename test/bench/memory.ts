/** Whether the worker grows with what it served: drafts, decisions and lists over its socket, and its memory in between. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createScene, type Scene } from '../support/stage/scene.ts'
import { openInspector, residentMb } from './memory-of.ts'

const TARGET_MB = 10
/** From here on it must be flat. */
const FIRST = 1000
/** The operator has 200 requests a second, and 64 connections. */
const AT_ONCE = 4
/** How often everything is listed. */
const LIST_EVERY = 10
/** Until everything that was under way is over. */
const REST_MS = 2000

/** Rows of the table, for this many requests. */
export async function measureMemory(requests: number): Promise<string> {
  const scene = await createScene()
  try {
    const collect = await openInspector(scene.worker)
    const first = Math.min(FIRST, Math.ceil(requests / 2))
    const rows: string[] = []
    const look = async (served: number) => {
      await sleep(REST_MS)
      const asIs = residentMb(scene.worker)
      await collect()
      const memory = { asIs, collected: residentMb(scene.worker) }
      rows.push(
        `| RSS of the worker after ${served.toLocaleString('en')} requests, and after a collection | ${mb(asIs)} | ${mb(memory.collected)} | |`,
      )
      return memory
    }
    await look(0)
    await serve(scene, 0, first)
    const early = await look(first)
    let late = early
    const parts = 3
    for (let part = 1; part <= parts; part++) {
      const to = first + Math.round(((requests - first) * part) / parts)
      await serve(scene, first + Math.round(((requests - first) * (part - 1)) / parts), to)
      late = await look(to)
    }
    const grown = { asIs: late.asIs - early.asIs, collected: late.collected - early.collected }
    const met = grown.collected <= TARGET_MB ? 'met' : 'missed'
    rows.push(
      `| growth from ${first.toLocaleString('en')} to ${requests.toLocaleString('en')} | ${mb(grown.asIs)} | ${mb(grown.collected)} | at most ${TARGET_MB} MB: ${met} |`,
    )
    return rows.join('\n')
  } catch (error) {
    console.error(scene.logs())
    throw error
  } finally {
    await scene.close()
  }
}

/** Requests `from`…`to`-1: drafted, submitted, and denied or cancelled in turn. */
async function serve({ client }: Pick<Scene, 'client'>, from: number, to: number): Promise<void> {
  let next = from
  const one = async (n: number) => {
    const answers = {
      telegram_id: 850_000_000 + n,
      name: `Person ${n}`,
      os_user: `memory-${n}`,
      role: 'user',
      account: 'create',
      proof: 'started',
    } as const
    // The worker serves so many a second; a call that is not served has done nothing.
    const drafted = await served(() => client.call('request.draft', { answers }))
    if (!drafted.ok) throw new Error(`cannot draft: ${JSON.stringify(drafted.error)}`)
    const { id, plan } = drafted.request
    const submitted = await served(() => client.call('request.submit', { id, digest: plan.digest }))
    if (!submitted.ok) throw new Error(`cannot submit: ${JSON.stringify(submitted.error)}`)
    const ended = await (n % 2 === 0
      ? served(() => client.call('request.deny', { id, reason: 'only measured' }))
      : served(() => client.call('request.cancel', { id })))
    if (!ended.ok) throw new Error(`cannot end: ${JSON.stringify(ended.error)}`)
    if (n % LIST_EVERY !== 0) return
    const listed = [
      await served(() => client.call('request.list', {})),
      await served(() => client.call('people.list', {})),
      await served(() => client.call('audit.list', { request: id })),
      await served(() => client.call('request.get', { id })),
    ]
    const refused = listed.find(({ ok }) => !ok)
    if (refused !== undefined) throw new Error(`cannot list: ${JSON.stringify(refused)}`)
  }
  const server = async () => {
    for (let n = next++; n < to; n = next++) await one(n)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, server))
}

async function served<A extends { ok: boolean }>(call: () => Promise<A>): Promise<A> {
  for (;;) {
    const answer = await call()
    const busy = 'error' in answer && (answer.error as { code?: string }).code === 'too_many'
    if (!busy) return answer
    await sleep(100)
  }
}

const mb = (value: number) => `${value.toFixed(1)} MB`
