/** Approve → succeeded for a new account, beside a plain shell script that does the same, alternating. */
import { fileURLToPath } from 'node:url'
import { runCommand } from '../support/stage/command.ts'
import { AGENT, createScene, GROUP, runById, type Scene } from '../support/stage/scene.ts'
import { CLEAN_ENVIRONMENT, SYSTEM_PLACES } from '../support/stage/system-installation.ts'
import { onboardOne } from './onboard-one.ts'
import { p50, p95 } from './statistics.ts'

const PLAIN = fileURLToPath(new URL('plain.sh', import.meta.url))

/** Rows of the table. */
export async function measureOnboarding(people: number): Promise<string> {
  const scene = await createScene({
    config: { services: [{ unit: 'agent.service', action: 'remind' }], roles: { user: { groups: [GROUP] } } },
  })
  try {
    const usher: number[] = []
    const plain: number[] = []
    const cursor = { after: 0 }
    for (let n = 0; n < people; n += 1) {
      usher.push(await onboardOne(scene, n, cursor))
      plain.push(await byScript(n))
    }
    const ratio = p50(usher) / p50(plain)
    const ms = (value: number) => `${value.toFixed(0)} ms`
    const spent = await timeByStep(scene, people)
    return [
      `| approve → succeeded, ${people} people | ${ms(p50(usher))} | ${ms(p95(usher))} | |`,
      `| the same by a plain shell script | ${ms(p50(plain))} | ${ms(p95(plain))} | |`,
      `| of Usher's time, p50 by step: ${spent} | | | |`,
      `| ratio | ${ratio.toFixed(2)} | ${(p95(usher) / p95(plain)).toFixed(2)} | at most 1.5 |`,
    ].join('\n')
  } catch (error) {
    console.error(scene.logs())
    throw error
  } finally {
    await scene.close()
  }
}

/** Where the time goes: the median of each step, and of what is between them. */
async function timeByStep({ client }: Scene, runs: number): Promise<string> {
  const times = new Map<string, number[]>()
  const add = (name: string, ms: number) => times.set(name, [...(times.get(name) ?? []), ms])
  for (let id = 1; id <= runs; id += 1) {
    const { steps, queued_at, finished_at } = await runById({ client }, id)
    for (const { kind, duration_ms } of steps) add(kind, duration_ms ?? 0)
    const inSteps = steps.reduce((sum, { duration_ms }) => sum + (duration_ms ?? 0), 0)
    add('the rest', (finished_at ?? 0) - queued_at - inSteps)
  }
  return [...times].map(([name, values]) => `${name} ${p50(values)} ms`).join(', ')
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
