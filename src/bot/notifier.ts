import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from 'grammy'
import type { Client } from '../client/client.ts'
import type { EventView, RunView } from '../protocol/views.ts'
import { activeText, pressStartText, welcomeText } from '../texts/chat/commands.ts'
import { isAwaitingStart } from '../texts/runs.ts'
import type { AllWords } from '../texts/words.ts'
import type { CardKeeper } from './cards/keeper.ts'
import { type NoticeOptions, noticeOf } from './event-notices.ts'
import { describeError, type Logger } from './log.ts'
import type { Notices } from './notices.ts'
import { aboutRequest, type Cards, driftCard, newCard } from './state/cards.ts'
import type { Chats } from './state/chats.ts'
import { type Cursor, saveCursor } from './state/cursor.ts'
import type { FileStore } from './state/file-store.ts'
import type { Newcomers, News } from './state/newcomers.ts'
import { problemOf } from './telegram/errors.ts'
import type { WordsOf } from './words-of-chats.ts'
import { isAway, type WorkerCalls } from './worker-calls.ts'

export interface NotifierDeps {
  words: AllWords
  wordsOf: WordsOf
  api: Api
  client: Client
  worker: WorkerCalls
  cards: Cards
  chats: Chats
  newcomers: Newcomers
  keeper: CardKeeper
  notices: Notices
  noticeOptions: NoticeOptions
  files: FileStore
  log: Logger
  stopped: AbortSignal
}

/** How many events may be under way at once; more wait in the worker. */
const AT_ONCE = 500
/** Of these every admin learns, also who was not asked. */
const ENDED = new Set(['run.succeeded', 'run.undone', 'run.failed'])

/**
 * Follows the worker's events for as long as the bot runs and sees to the cards and people they concern.
 *
 * INVARIANT: the stored cursor never passes an event whose work on cards is not done, so a bot that was killed does it again;
 * all that work is safe to repeat.
 */
export async function followEvents(deps: NotifierDeps, cursor: Cursor): Promise<void> {
  const underWay: { event: EventView; done: boolean }[] = []
  const doings = new Set<Promise<void>>()
  let after = cursor.after
  const advance = async () => {
    const from = after
    const passed: EventView[] = []
    for (let first = underWay[0]; first?.done; first = underWay[0]) {
      after = first.event.id
      passed.push(first.event)
      underWay.shift()
    }
    if (after === from) return
    await saveCursor(deps.files, { ...cursor, after })
    // Only then: until the cursor is past it, the event may come again and must find who was told.
    for (const event of passed) {
      if (hasNotice(deps, event)) await deps.notices.forget(event.id)
    }
  }

  for await (const event of deps.client.events(cursor.after, { signal: deps.stopped })) {
    const entry = { event, done: false }
    underWay.push(entry)
    const doing = (async () => {
      try {
        await attend(deps, event, cursor.since)
      } catch (error) {
        if (deps.stopped.aborted) return
        deps.log.error(
          { event: event.id, type: event.type, ...describeError(error) },
          'cannot attend an event',
        )
      }
      if (deps.stopped.aborted) return
      entry.done = true
      await advance()
    })()
    doings.add(doing)
    void doing.finally(() => doings.delete(doing))
    while (underWay.length >= AT_ONCE && !deps.stopped.aborted) await Promise.race(doings)
  }
  await Promise.allSettled(doings)
}

async function attend(deps: NotifierDeps, event: EventView, since: number): Promise<void> {
  const { request_id: requestId, run_id: runId, type } = event
  const isNews = event.at >= since
  if (isNews && hasNotice(deps, event)) {
    await deps.notices.tellAdmins(event.id, (words) => noticeOf(words, event, deps.noticeOptions) ?? [])
  }
  if (isNews && type === 'reconcile.finished') await showDrift(deps, event)
  if (requestId === null) return
  if (isNews && type === 'run.succeeded' && runId !== null) {
    await tellNewcomer(deps, runId, requestId, 'welcome')
  }
  if (isNews && type === 'person.activated' && event.data['active'] === true && runId !== null) {
    await tellNewcomer(deps, runId, requestId, 'active')
  }
  if (isNews && (ENDED.has(type) || type === 'request.submitted' || type === 'request.returned')) {
    await askOthers(deps, requestId, type)
  }
  // How far each repair is in itself does not stand on the card of a reconciliation.
  if (type.startsWith('step.')) await deps.keeper.refreshAbout(aboutRequest(requestId))
  else await deps.keeper.refreshShowing(requestId)
}

function hasNotice({ words, noticeOptions }: NotifierDeps, event: EventView): boolean {
  return noticeOf(words.en, event, noticeOptions) !== null
}

/** Gives every known admin without a card of this request one, when it is theirs to decide or to know. */
async function askOthers(deps: NotifierDeps, requestId: number, type: string): Promise<void> {
  const subject = aboutRequest(requestId)
  const has = new Set(deps.cards.about(subject).map((card) => card.chatId))
  const others = (await deps.chats.admins()).filter((chatId) => !has.has(chatId))
  // Whoever submits in chat approves in the same tap; then there is nothing left to ask others.
  if (!ENDED.has(type) && others.length > 0) await sleep(300, undefined, { signal: deps.stopped })
  for (const chatId of others) {
    const got = await deps.worker.call('request.get', { id: requestId }, { onBehalfOf: chatId })
    if (!got.ok) continue
    if (!ENDED.has(type) && got.request.state !== 'submitted') continue
    // Of repairs admins hear together, by the reconciliation that found them; one that went wrong is a matter of its own.
    if (got.request.kind === 'repair' && type !== 'run.undone' && type !== 'run.failed') return
    const who = await deps.worker.call('whoami', {}, { onBehalfOf: chatId })
    if (!who.ok || !who.admin) continue
    if (deps.cards.about(subject).some((card) => card.chatId === chatId)) continue
    await deps.keeper.want(newCard(`r${requestId}-${chatId}`, chatId, subject))
  }
}

/**
 * Gives every known admin the card of a reconciliation that asks for something new. What is as it was before and has its card
 * already is not shown again.
 */
async function showDrift({ cards, chats, worker, keeper }: NotifierDeps, { data }: EventView): Promise<void> {
  const { reconciliation_id: id, repairable, differing, changed } = data
  if (typeof id !== 'number') return
  for (const chatId of await chats.admins()) {
    const hasOne = cards
      .unsettled()
      .some((card) => card.chatId === chatId && card.subject.kind === 'reconciliation')
    const isNew = changed === true ? Number(differing) > 0 : Number(repairable) > 0 && !hasOne
    if (!isNew) continue
    const who = await worker.call('whoami', {}, { onBehalfOf: chatId })
    if (!who.ok || !who.admin || !who.permissions.includes('reconcile.run')) continue
    await keeper.wantDrift(driftCard(chatId, id))
  }
}

/** Tells the newcomer in their own chat, once; if the bot may not write to them, the card gives the link to pass on. */
async function tellNewcomer(deps: NotifierDeps, runId: number, requestId: number, news: News): Promise<void> {
  if ((await deps.newcomers.of(runId, news)) !== null) return
  const found = await readRun(deps, runId, requestId)
  if (found === null || found.run.kind === 'undo') return
  // Whom a repair gave nothing to do has heard their welcome long ago.
  if (found.run.kind === 'repair' && news === 'welcome' && !isAwaitingStart(found.run)) return
  const { subject } = found.run
  const { name, os_user: osUser } = subject
  const welcome = isAwaitingStart(found.run) ? pressStartText : welcomeText
  const words = await deps.wordsOf(subject.telegram_id)
  const { host } = found
  const text = news === 'active' ? activeText(words, osUser, host) : welcome(words, name, osUser, host)
  for (let pause = 500; ; pause = Math.min(pause * 2, 30_000)) {
    try {
      await deps.api.sendMessage(subject.telegram_id, text.html, { parse_mode: 'HTML' })
      await deps.newcomers.note(runId, 'told', news)
      // Whoever could not be written to before their Start can be now.
      if (news === 'active') await deps.newcomers.note(runId, 'told')
      return
    } catch (error) {
      const problem = problemOf(error)
      if (problem.kind !== 'later') {
        await deps.newcomers.note(runId, 'unreachable', news)
        if (problem.kind !== 'unreachable') throw error
        return
      }
      await sleep(problem.afterMs ?? pause, undefined, { signal: deps.stopped })
    }
  }
}

/** The run as some admin may see it: the bot itself may not. */
async function readRun(
  deps: NotifierDeps,
  runId: number,
  requestId: number,
): Promise<{ run: RunView; host: string } | null> {
  const viewers = new Set([
    ...deps.cards.about(aboutRequest(requestId)).map((card) => card.chatId),
    ...(await deps.chats.admins()),
  ])
  for (;;) {
    let away = false
    for (const onBehalfOf of viewers) {
      const got = await deps.worker.call('run.get', { id: runId }, { onBehalfOf })
      const request = await deps.worker.call('request.get', { id: requestId }, { onBehalfOf })
      if (got.ok && request.ok) return { run: got.run, host: request.request.host }
      away ||= isAway(got) || isAway(request)
    }
    if (!away) return null
    await sleep(1000, undefined, { signal: deps.stopped })
  }
}
