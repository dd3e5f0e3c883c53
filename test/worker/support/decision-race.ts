import { randomInt } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { Role } from '../../../src/domain/role.ts'
import { admin, operator, role, testConfig } from '../../support/engine-fixture.ts'
import { ARENA_BOT, type Arena, openArena } from './arena.ts'
import type { Shot, Volley } from './racer.ts'
import { type Racer, startRacer } from './racers.ts'

/** What came of one request that everybody decided at once. */
export interface Race {
  requestId: number
  answers: number
  ms: number
  /** Of each answer, in milliseconds. */
  latencies: number[]
  /** The end state in the database, and every event that decided this request. */
  state: string
  decidedBy: string
  decisions: string[]
  runs: number
  /** Answers that say that this very call decided. */
  winners: number
  /** Answers that fit neither the winner's nor the losers': empty when nothing was lost. */
  strange: unknown[]
}

export interface RaceTrack {
  /** One request, `shots` approvals, denials, cancels and, in some races, its expiry, all at once. */
  race(shots: number): Promise<Race>
  close(): Promise<void>
}

const ADMINS = [901, 902, 903, 904, 905, 906, 907, 908]
/** Connections of each of the two racers at the same time. */
const AT_ONCE = 32
const DECIDED = new Set(['request.approved', 'request.denied', 'request.cancelled', 'request.expired'])

export async function openRaceTrack(): Promise<RaceTrack> {
  const { roles } = testConfig()
  const pair: Role = role('pair', {
    approval: { count: 2, self: true, step_up: 'none', expiresMs: 3_600_000 },
  })
  const people = ADMINS.map((id) => ({
    telegram_id: id,
    name: `Admin ${id}`,
    os_user: `admin${id}`,
    role: 'admin',
  }))
  const arena = await openArena(people, { config: { roles: new Map([...roles, ['pair', pair]]) } })
  const bot = startRacer(ARENA_BOT)
  const root = startRacer()
  let races = 0
  return {
    race: (shots) => race(arena, { bot, root }, ++races, shots),
    close: async () => {
      await Promise.all([bot.end(), root.end()])
      await arena.close()
    },
  }
}

async function race(
  { fixture, socket, beforeOperation }: Arena,
  { bot, root }: { bot: Racer; root: Racer },
  number: number,
  shots: number,
): Promise<Race> {
  const { id, plan, expires_at } = await fixture.submit(operator, {
    telegram_id: 10_000 + number,
    os_user: `racer${number}`,
    // Every other role needs two persons, so that approvals that decide nothing yet are among them.
    role: number % 2 === 0 ? 'user' : 'pair',
  })
  // Everybody has a card with one button, and taps it as often as they are drawn.
  const challenges = new Map<number, string>()
  for (const telegramId of ADMINS) {
    const asked = { id, digest: plan.digest }
    challenges.set(telegramId, (await fixture.ok(admin(telegramId), 'request.challenge', asked)).challenge)
  }
  const decisions = [
    ['request.approve', { id, digest: plan.digest }],
    ['request.deny', { id }],
    ['request.cancel', { id }],
  ] as const
  // Who comes first decides, so every race gives the first shots to another mixture.
  const weights = [randomInt(1, 8), randomInt(1, 8), randomInt(1, 8)] as const
  const drawn = () => {
    const total = weights[0] + weights[1] + weights[2]
    const at = randomInt(total)
    return decisions[at < weights[0] ? 0 : at < weights[0] + weights[1] ? 1 : 2]
  }
  const volleys: { bot: Volley; root: Volley } = {
    bot: { atOnce: AT_ONCE, shots: [] },
    root: { atOnce: AT_ONCE, shots: [] },
  }
  for (let shot = 0; shot < shots; shot++) {
    const [operation, input] = drawn()
    const byBot = shot % 4 !== 0
    const telegramId = ADMINS[shot % ADMINS.length] ?? 0
    const headers = { 'idempotency-key': `${number}-${shot}` }
    const behalf = { 'usher-on-behalf-of-telegram': String(telegramId) }
    const isTap = byBot && operation === 'request.approve'
    const sent = isTap ? { ...input, challenge: challenges.get(telegramId) } : input
    const one = { socket: socket(byBot ? 'bot' : 'admin'), operation, input: sent }
    volleys[byBot ? 'bot' : 'root'].shots.push({
      ...one,
      headers: byBot ? { ...headers, ...behalf } : headers,
    })
  }
  // In every third race its time is up in the middle of it, often before anybody decided.
  let left = number % 3 === 0 ? randomInt(0, 4) : Number.POSITIVE_INFINITY
  beforeOperation.call = () => {
    if (left-- === 0) fixture.time.now = Math.max(fixture.time.now, expires_at)
  }
  const begin = performance.now()
  const answers = (await Promise.all([bot.fire(volleys.bot), root.fire(volleys.root)])).flat()
  const ms = performance.now() - begin
  beforeOperation.call = () => {}
  while (fixture.store.runs.count(['queued', 'running', 'undoing']) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return {
    requestId: id,
    answers: answers.length,
    ms,
    latencies: answers.map((answer) => answer.ms),
    ...stored(fixture.databaseFile, id),
    ...judged(answers, stored(fixture.databaseFile, id)),
  }
}

/** Counted in the database by a connection of its own. */
function stored(file: string, id: number) {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const request = database.prepare('select state, decided_by from requests where id = ?').get(id)
    const runs = database.prepare('select count(*) as count from runs where request_id = ?').get(id)
    const events = database.prepare('select type from events where request_id = ?').all(id)
    return {
      state: String(request?.['state']),
      decidedBy: String(request?.['decided_by']),
      runs: Number(runs?.['count']),
      decisions: events.map((event) => String(event['type'])).filter((type) => DECIDED.has(type)),
    }
  } finally {
    database.close()
  }
}

interface Answer {
  ok: boolean
  request?: { state: string }
  error?: { code: string; params?: { state?: string; by?: string } }
}

/** Everybody either decided, or approved with something still missing, or was told what had been decided and by whom. */
function judged(answers: Shot[], { state, decidedBy }: { state: string; decidedBy: string }) {
  let winners = 0
  const strange: unknown[] = []
  for (const { body } of answers) {
    const { ok, request, error } = (body ?? { ok: false }) as Answer
    if (ok && request?.state === state) winners++
    else if (ok && request?.state === 'submitted') continue
    // A second tap of somebody whose approval was noted, before it was decided.
    else if (error?.code === 'challenge_refused') continue
    else {
      const told = error?.params?.state === state && error.params.by === decidedBy
      const code = state === 'expired' ? 'expired' : 'already_decided'
      if (error?.code !== code || !told) strange.push(body ?? 'no answer')
    }
  }
  return { winners, strange }
}
