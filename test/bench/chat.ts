/** What the bot takes beyond Telegram: updates that need the worker, a flood of strangers, and a bot that was down for long. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Update } from 'grammy/types'
import type { Person } from '../support/chat-driver/person.ts'
import { createScene, JOAN, type Scene } from '../support/stage/scene.ts'
import { cpuMs, openInspector, residentMb } from './memory-of.ts'
import { p50, p95 } from './statistics.ts'

const SAMPLES = 150
const STRANGERS = 1000
const FLOOD = 10_000
const FLOOD_MS = 10_000
const TAPS = 20
/** Telegram's, with the short bursts in a chat that it allows. */
const LIMITS = { perSecond: 30, chatBurst: 5 }
const CARDS = 20

/** Rows of the table; `events` happen while the bot is down. */
export async function measureChat(events: number): Promise<string> {
  const scene = await createScene()
  try {
    const rows: string[] = []
    for (const measure of [measureHandling, measureFlood]) {
      rows.push(...(await measure(scene)))
      console.error(`bench: so far:\n${rows.join('\n')}`)
    }
    rows.push(...(await measureCatchUp(scene, events)))
    return rows.join('\n')
  } catch (error) {
    console.error(scene.logs())
    throw error
  } finally {
    await scene.close()
  }
}

/** From the answer that brought the update to the bot, to its own call that answers it. */
async function measureHandling({ grace, botApi }: Scene): Promise<string[]> {
  const times: number[] = []
  const commands = ['/whoami', '/requests', '/status']
  for (let n = -10; n < SAMPLES; n++) {
    const text = commands[(n + 30) % commands.length] ?? ''
    const before = (await botApi.control.calls({})).at(-1)?.id ?? 0
    const messageId = await grace.sends(text)
    await grace.sees(/./)
    const polls = await botApi.control.calls({ method: 'getUpdates' })
    const brought = polls.findLast(({ response }) =>
      response?.ok === true
        ? (response.result as Update[]).some(({ message }) => message?.message_id === messageId)
        : false,
    )
    const answered = (await botApi.control.calls({ method: 'sendMessage', after: before }))[0]
    if (brought === undefined || answered === undefined) throw new Error(`cannot see the answer to ${text}`)
    if (n >= 0) times.push(answered.started_ms - brought.ended_ms)
  }
  const met = p50(times) < 10 && p95(times) < 30 ? 'met' : 'missed'
  return [
    `| an update that needs the worker, ${SAMPLES} of them | ${p50(times).toFixed(1)} ms | ${p95(times).toFixed(1)} ms | p50 under 10, p95 under 30 ms: ${met} |`,
  ]
}

async function measureFlood(scene: Scene): Promise<string[]> {
  const { grace, bot, botApi } = scene
  const { control } = botApi
  const collect = await openInspector(bot)
  const strangers: number[] = []
  for (let n = 0; n < STRANGERS; n++) {
    strangers.push((await control.createUser({ id: 600_000_000 + n, first_name: `Stranger ${n}` })).id)
  }
  await grace.sends('/language')
  const { message_id } = await grace.sees(/language/)
  const tap = async () => {
    const after = (await control.calls({})).at(-1)?.id ?? 0
    const { query_id, at_ms } = await grace.forgesTap(message_id, 'g:en')
    // Looking at the chat again after each of the flood's messages would be what is measured.
    for (;;) {
      const calls = await control.calls({ method: 'answerCallbackQuery', after })
      const answer = calls.find(({ payload }) => payload['callback_query_id'] === query_id)
      if (answer !== undefined) return answer.started_ms - at_ms
      await sleep(5)
    }
  }
  const quiet: number[] = []
  for (let n = 0; n < TAPS; n++) quiet.push(await tap())
  await collect()
  const before = residentMb(bot)

  const write = async (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      await control.sendText({ user: strangers[n % STRANGERS] ?? 0, text: `let me in, ${n}` })
    }
  }
  const pieces = 200
  const flooded: number[] = []
  const flood = async () => {
    for (let piece = 0; piece < pieces; piece++) {
      const begin = performance.now()
      await write((piece * FLOOD) / pieces, ((piece + 1) * FLOOD) / pieces)
      await sleep(Math.max(0, FLOOD_MS / pieces - (performance.now() - begin)))
    }
  }
  let isOver = false
  const flooding = flood().then(() => {
    isOver = true
  })
  while (!isOver) {
    flooded.push(await tap())
    await sleep(200)
  }
  await flooding
  // All at once, and the tap behind them.
  await write(0, FLOOD)
  const spent = cpuMs(bot)
  const behind = await tap()
  const cpu = cpuMs(bot) - spent
  await control.sendText({ user: grace.id, text: '/whoami' })
  await sleep(5000)
  await collect()
  const after = residentMb(bot)
  const delay = Math.max(...flooded) - p50(quiet)
  const rest = after - before
  return [
    `| an admin's tap → its answer, nothing else | ${p50(quiet).toFixed(0)} ms | ${p95(quiet).toFixed(0)} ms | |`,
    `| the same while ${FLOOD.toLocaleString('en')} updates come from ${STRANGERS.toLocaleString('en')} strangers in ${FLOOD_MS / 1000} s | ${p50(flooded).toFixed(0)} ms | ${p95(flooded).toFixed(0)} ms | slowest delayed ${delay.toFixed(0)} ms, at most 200: ${delay <= 200 ? 'met' : 'missed'} |`,
    `| the same behind ${FLOOD.toLocaleString('en')} that all wait already | ${behind.toFixed(0)} ms | | the bot spends ${cpu} ms of CPU time on them |`,
    `| RSS of the bot before and after, each after a collection | ${before.toFixed(1)} MB | ${after.toFixed(1)} MB | back to its level: ${rest <= 10 ? 'met' : 'missed'} |`,
  ]
}

/** A bot that is down while `events` happen comes back under Telegram's limits. */
async function measureCatchUp(scene: Scene, events: number): Promise<string[]> {
  const { grace, bot, botApi, client } = scene
  const joan = await scene.phone(JOAN)
  await joan.starts()
  await joan.sees('/adduser')
  const last = async () => {
    const page = await client.call('audit.list', { limit: 1 })
    return page.ok ? (page.entries[0]?.id ?? 0) : 0
  }
  const waiting = await ask(scene, 0)
  await joan.sees(`Request ${waiting} on`)
  await bot.stop()
  const from = await last()
  await close(scene, waiting)
  let n = 1
  const expected: number[] = []
  while ((await last()) - from < events) {
    const id = await ask(scene, n)
    const isLeft = n % Math.ceil(events / 3 / CARDS) === 0 && expected.length < CARDS
    if (isLeft) expected.push(id)
    else await close(scene, id)
    n += 1
  }
  const happened = (await last()) - from
  await botApi.control.limitSending({ limits: LIMITS })
  const begin = performance.now()
  await bot.start()
  const cardsOf = async (person: Person) =>
    (await person.chat()).messages.flatMap(({ from_bot, text }) => {
      const found = /Request (\d+) on/.exec(text)
      return from_bot && found !== null && Number(found[1]) > waiting ? [Number(found[1])] : []
    })
  const newest = expected.at(-1)
  for (;;) {
    const both = [await cardsOf(grace), await cardsOf(joan)]
    if (both.every((ids) => newest === undefined || ids.includes(newest))) break
    if (performance.now() - begin > 120_000) throw new Error(`cards are lost: ${JSON.stringify(both)}`)
    await sleep(50)
  }
  const took = performance.now() - begin
  await sleep(3000)
  for (const person of [grace, joan]) {
    const ids = await cardsOf(person)
    if (JSON.stringify(ids) !== JSON.stringify(expected)) {
      throw new Error(`cards are lost, double or in another order: ${ids}, not ${expected}`)
    }
  }
  const { messages } = await joan.chat()
  const closed = messages.find(({ text }) => text.includes(`Request ${waiting} on`))
  if (closed === undefined || !/denied|cancelled/i.test(closed.text)) {
    throw new Error(`an old card was not brought up to date: ${closed?.text}`)
  }
  const refused = await botApi.control.refusedSending({})
  await botApi.control.limitSending({})
  return [
    `| a bot that was down for ${happened.toLocaleString('en')} events, ${expected.length} of them cards for each of two admins: until the last card | ${(took / 1000).toFixed(1)} s | | every card once and in order, ${refused} messages refused by Telegram's limits (30 a second, 1 a second in a chat after ${LIMITS.chatBurst}): met |`,
  ]
}

/** A request of the operator's that waits for a decision; its id. */
async function ask({ client }: Scene, n: number): Promise<number> {
  const answers = {
    ...{ telegram_id: 860_000_000 + n, name: `Person ${n}`, os_user: `chat-${n}` },
    ...({ role: 'user', account: 'create', proof: 'started' } as const),
  }
  const drafted = await served(() => client.call('request.draft', { answers }))
  if (!drafted.ok) throw new Error(`cannot draft: ${JSON.stringify(drafted.error)}`)
  const { id, plan } = drafted.request
  const submitted = await served(() => client.call('request.submit', { id, digest: plan.digest }))
  if (!submitted.ok) throw new Error(`cannot submit: ${JSON.stringify(submitted.error)}`)
  return id
}

async function close({ client }: Scene, id: number): Promise<void> {
  const denied = await served(() => client.call('request.deny', { id, reason: 'only measured' }))
  if (!denied.ok) throw new Error(`cannot deny: ${JSON.stringify(denied.error)}`)
}

/** The worker serves so many a second; a call that is not served has done nothing. */
async function served<A extends { ok: boolean }>(call: () => Promise<A>): Promise<A> {
  for (;;) {
    const answer = await call()
    const busy = 'error' in answer && (answer.error as { code?: string }).code === 'too_many'
    if (!busy) return answer
    await sleep(100)
  }
}
