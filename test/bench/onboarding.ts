/** Approve → succeeded for a new account, beside a plain shell script that does the same, alternating. */
import { fileURLToPath } from 'node:url'
import type { EventView } from '../../src/protocol/views.ts'
import { runCommand } from '../support/stage/command.ts'
import { createScene, GROUP, type Scene } from '../support/stage/scene.ts'
import { CLEAN_ENVIRONMENT, SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { p50, p95 } from './statistics.ts'

const PLAIN = fileURLToPath(new URL('plain.sh', import.meta.url))
const AGENT = '/usr/local/bin/test-agent'

/** Rows of the table. */
export async function measureOnboarding(people: number): Promise<string> {
  const scene = await createScene({
    config: { services: [{ unit: 'agent.service', action: 'remind' }], roles: { user: { groups: [GROUP] } } },
  })
  try {
    const usher: number[] = []
    const plain: number[] = []
    for (let n = 0; n < people; n += 1) {
      usher.push(await byUsher(scene, n))
      plain.push(await byScript(n))
    }
    const ratio = p50(usher) / p50(plain)
    const ms = (value: number) => `${value.toFixed(0)} ms`
    return [
      `| approve → succeeded, ${people} people | ${ms(p50(usher))} | ${ms(p95(usher))} | |`,
      `| the same by a plain shell script | ${ms(p50(plain))} | ${ms(p95(plain))} | |`,
      `| ratio | ${ratio.toFixed(2)} | ${(p95(usher) / p95(plain)).toFixed(2)} | at most 1.5 |`,
    ].join('\n')
  } catch (error) {
    console.error(scene.logs())
    throw error
  } finally {
    await scene.close()
  }
}

/** From the call that approves to the event that tells of the end. */
async function byUsher({ client }: Scene, n: number): Promise<number> {
  const answers = {
    telegram_id: 810_000_000 + n,
    name: `Person ${n}`,
    os_user: `usher-${n}`,
    role: 'user',
    account: 'create',
    proof: 'started',
  } as const
  const drafted = await client.call('request.draft', { answers })
  if (!drafted.ok) throw new Error(`cannot draft: ${JSON.stringify(drafted.error)}`)
  const { id, plan } = drafted.request
  const { digest } = plan
  const submitted = await client.call('request.submit', { id, digest })
  if (!submitted.ok) throw new Error(`cannot submit: ${JSON.stringify(submitted.error)}`)
  const stop = new AbortController()
  const ended = endOf(client.events(0, { signal: stop.signal }), id)
  const begin = performance.now()
  const approved = await client.call('request.approve', { id, digest })
  if (!approved.ok) throw new Error(`cannot approve: ${JSON.stringify(approved.error)}`)
  const { type } = await ended
  const took = performance.now() - begin
  stop.abort()
  if (type !== 'run.succeeded') throw new Error(`cannot count a run that ended with ${type}`)
  return took
}

async function endOf(events: AsyncIterable<EventView>, requestId: number): Promise<EventView> {
  for await (const event of events) {
    const ended = ['run.succeeded', 'run.undone', 'run.failed', 'run.superseded'].includes(event.type)
    if (event.request_id === requestId && ended) return event
  }
  throw new Error('cannot see the end of the run: the stream of events ended')
}

async function byScript(n: number): Promise<number> {
  const { data, roster } = SYSTEM_PLACES
  const who = [`plain-${n}`, String(30_000 + n), String(820_000_000 + n)]
  const what = [GROUP, data, '/etc/usher/MEMORY.md.example', roster, AGENT]
  const begin = performance.now()
  const { status, stderr } = await runCommand(['/bin/sh', PLAIN, ...who, ...what], {
    cwd: '/',
    env: CLEAN_ENVIRONMENT,
  })
  const took = performance.now() - begin
  if (status !== 0) throw new Error(`cannot run plain.sh: ${stderr}`)
  return took
}
