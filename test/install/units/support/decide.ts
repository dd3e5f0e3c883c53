/** What an admin does in chat, as calls of the bot: submit, a challenge, approve, and wait for the run. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestView, RunView } from '../../../../src/protocol/views.ts'
import { ADMIN, type Said, type Speaker } from './unit-host.ts'

export const answersFor = (osUser: string, telegramId: number, more: object = {}) => ({
  ...{ telegram_id: telegramId, name: `${osUser} of the test`, os_user: osUser, role: 'user' },
  ...({ account: 'create', proof: 'started' } as const),
  ...more,
})

/** The answer, or an error that says what was refused. */
export function ok<Answer extends { ok: boolean }>(said: Answer): Answer & { ok: true } {
  if (said.ok) return said as Answer & { ok: true }
  throw new Error(`refused: ${JSON.stringify(said)}`)
}

/** Submits and approves a drafted request in the admin's name. */
export async function approve(
  bot: Speaker,
  { id, plan, state }: Pick<RequestView, 'id' | 'plan' | 'state'>,
): Promise<RequestView> {
  const about = { id, digest: plan.digest }
  if (state === 'draft') ok(await bot.asks('request.submit', about, ADMIN))
  const { challenge } = ok(await bot.asks('request.challenge', about, ADMIN))
  return ok(await bot.asks('request.approve', { ...about, challenge }, ADMIN)).request
}

/** Approves, and waits for the end of the run. */
export async function carryOut(bot: Speaker, request: RequestView, withinMs = 25_000): Promise<RunView> {
  const { run_id } = await approve(bot, request)
  if (run_id === null) throw new Error('approved, and not queued')
  return ended(bot, run_id, withinMs)
}

const OVER = ['succeeded', 'undone', 'failed', 'superseded', 'cancelled']

/** The run once it is over. A worker that is just being started again is waited for. */
export async function ended(bot: Speaker, id: number, withinMs = 25_000): Promise<RunView> {
  let said: Said<'run.get'> | undefined
  for (const begun = performance.now(); performance.now() - begun < withinMs; await sleep(50)) {
    said = await bot.asks('run.get', { id }, ADMIN)
    if (said.ok && OVER.includes(said.run.state)) return said.run
  }
  throw new Error(`run ${id} does not come to an end: ${JSON.stringify(said)}`)
}
