import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, InputFile } from 'grammy'
import type { EventView, RunView } from '../../protocol/views.ts'
import { accessToldText } from '../../texts/chat/access-card.ts'
import { activeText, pressStartText, welcomeText } from '../../texts/chat/commands.ts'
import { fitMessage } from '../../texts/chat/fit.ts'
import { EMPTY, type Html } from '../../texts/chat/html.ts'
import { leftOutText, unreachableText } from '../../texts/chat/telling.ts'
import { isAwaitingStart } from '../../texts/runs.ts'
import type { CardKeeper } from '../cards/keeper.ts'
import { type NoticeOptions, noticeOf } from '../event-notices.ts'
import type { Logger } from '../log.ts'
import { aboutAccess, aboutRequest, type Card, type Cards, driftCard, newCard } from '../state/cards.ts'
import type { Chats } from '../state/chats.ts'
import type { Newcomers, News } from '../state/newcomers.ts'
import type { Unreachable } from '../state/unreachable.ts'
import { problemOf } from '../telegram/errors.ts'
import type { Pace } from '../telegram/pace.ts'
import type { WordsOf } from '../words-of-chats.ts'
import { isAway, type WorkerCalls } from '../worker-calls.ts'
import type { Delivery } from './delivery.ts'
import type { Delivered } from './outbox.ts'
import { isEnd } from './route.ts'

export interface DeliverDeps {
  api: Api
  pace: Pace
  worker: WorkerCalls
  cards: Cards
  chats: Chats
  newcomers: Newcomers
  unreachable: Unreachable
  keeper: CardKeeper
  noticeOptions: NoticeOptions
  wordsOf: WordsOf
  now: () => number
  log: Logger
  stopped: AbortSignal
}

interface How {
  /** Shown without a sound. */
  silent: boolean
}

/**
 * Tells one thing in one chat, however long it takes: what passes by itself is waited out, and who asks is looked up now.
 * What does not matter any more, or is not theirs to know, is done without a word. Rejects when the bot stops, and for mistakes of ours.
 */
export async function deliver(
  deps: DeliverDeps,
  chatId: number,
  delivery: Delivery,
  how: How,
): Promise<Delivered> {
  switch (delivery.kind) {
    case 'notice':
      return tellAdmin(deps, chatId, await noticeLines(deps, chatId, delivery.event), how)
    case 'unreachable':
      return tellOfUnreachable(deps, chatId, delivery.chatId, how)
    case 'left_out':
      return tellAdmin(deps, chatId, [leftOutText(await deps.wordsOf(chatId), delivery.count)], how)
    case 'card':
      return giveCard(deps, chatId, delivery.event, how)
    case 'drift':
      return giveDriftCard(deps, chatId, delivery.event, how)
    case 'access':
      return giveAccessCard(deps, chatId, delivery.event, how)
    case 'access_told':
      return tellAsker(deps, chatId, delivery.event)
    case 'welcome':
    case 'active':
      return tellNewcomer(deps, chatId, delivery.event, delivery.kind)
  }
}

async function noticeLines(deps: DeliverDeps, chatId: number, event: EventView): Promise<Html[]> {
  return noticeOf(await deps.wordsOf(chatId), event, deps.noticeOptions) ?? []
}

async function tellAdmin(
  deps: DeliverDeps,
  chatId: number,
  lines: readonly Html[],
  how: How,
): Promise<Delivered> {
  const who = await untilThere(deps, () => deps.worker.call('whoami', {}, { onBehalfOf: chatId }))
  if (!who.ok || !who.admin) return 'done'
  return send(deps, chatId, lines, how)
}

async function tellOfUnreachable(
  deps: DeliverDeps,
  chatId: number,
  gone: number,
  how: How,
): Promise<Delivered> {
  // They came back before anybody heard of it.
  if (!deps.unreachable.has(gone)) return 'done'
  const onBehalfOf = chatId
  const found = await untilThere(deps, () =>
    deps.worker.call('people.get', { name: String(gone) }, { onBehalfOf }),
  )
  const name = found.ok ? found.person.name : null
  const words = await deps.wordsOf(chatId)
  return tellAdmin(deps, chatId, [unreachableText(words, gone, name)], how)
}

/** Sends the lines as one message; what does not fit goes as a file behind it. */
async function send(
  deps: DeliverDeps,
  chatId: number,
  lines: readonly Html[],
  { silent }: How,
): Promise<Delivered> {
  const [head, ...more] = lines
  if (head === undefined) return 'done'
  const { html, rest } = fitMessage(await deps.wordsOf(chatId), head, more, EMPTY)
  const sent = await attempt(deps, chatId, () =>
    deps.api.sendMessage(chatId, html, {
      ...{ parse_mode: 'HTML', link_preview_options: { is_disabled: true } },
      disable_notification: silent,
    }),
  )
  if (sent !== 'done' || rest === null) return sent
  const file = () => new InputFile(Buffer.from(rest), 'whole.txt')
  return attempt(deps, chatId, () => deps.api.sendDocument(chatId, file(), { disable_notification: true }))
}

/** Takes turns until Telegram has it. */
async function attempt(deps: DeliverDeps, chatId: number, act: () => Promise<unknown>): Promise<Delivered> {
  for (let pause = 500; ; pause = Math.min(pause * 2, 30_000)) {
    if ((await deps.pace.turn(chatId, deps.stopped)) === null) return 'stopped'
    try {
      await act()
      return 'done'
    } catch (error) {
      const problem = problemOf(error)
      if (problem.kind === 'unreachable') return 'unreachable'
      if (problem.kind !== 'later') throw error
      if (problem.afterMs !== null) deps.pace.refused(chatId, problem.afterMs)
      else await sleep(pause, undefined, { signal: deps.stopped })
    }
  }
}

/** Gives an admin who has no card of this request one, when it is theirs to decide or to know. */
async function giveCard(deps: DeliverDeps, chatId: number, event: EventView, how: How): Promise<Delivered> {
  const { cards, worker } = deps
  const id = event.request_id ?? 0
  const subject = aboutRequest(id)
  // One that is not posted yet is from before a kill, and goes on.
  const hasOne = () => cards.about(subject).some((card) => card.chatId === chatId && card.messageId !== null)
  if (hasOne()) return 'done'
  const ended = isEnd(event)
  // Whoever submits in chat approves in the same tap; then there is nothing left to ask others.
  const early = event.at + ASKED_AFTER_MS - deps.now()
  if (!ended && early > 0) await sleep(Math.min(early, ASKED_AFTER_MS), undefined, { signal: deps.stopped })
  const as = { onBehalfOf: chatId }
  const got = await untilThere(deps, () => worker.call('request.get', { id }, as))
  if (!got.ok || (!ended && got.request.state !== 'submitted')) return 'done'
  // Of repairs admins hear together, by the reconciliation that found them; one that went wrong is a matter of its own.
  const wentWell = event.type !== 'run.undone' && event.type !== 'run.failed'
  if (got.request.kind === 'repair' && wentWell) return 'done'
  const who = await untilThere(deps, () => worker.call('whoami', {}, as))
  if (!who.ok || !who.admin || hasOne()) return 'done'
  return post(deps, { ...newCard(`r${id}-${chatId}`, chatId, subject), silent: how.silent })
}

const ASKED_AFTER_MS = 300

/**
 * Gives an admin the card of a reconciliation that asks for something new. What is as it was before and has its card already is not
 * shown again.
 */
async function giveDriftCard(
  deps: DeliverDeps,
  chatId: number,
  { data }: EventView,
  how: How,
): Promise<Delivered> {
  const { reconciliation_id: id, repairable, differing, changed } = data
  if (typeof id !== 'number') return 'done'
  const card = { ...driftCard(chatId, id), silent: how.silent }
  const hasOne = deps.cards
    .unsettled()
    .some((one) => one.id !== card.id && one.chatId === chatId && one.subject.kind === 'reconciliation')
  const isNew = changed === true ? Number(differing) > 0 : Number(repairable) > 0 && !hasOne
  if (!isNew) return 'done'
  const who = await untilThere(deps, () => deps.worker.call('whoami', {}, { onBehalfOf: chatId }))
  if (!who.ok || !who.admin || !who.permissions.includes('reconcile.run')) return 'done'
  return post(deps, card)
}

/** Gives an admin who may decide about it the card of somebody who asks for access. */
async function giveAccessCard(
  deps: DeliverDeps,
  chatId: number,
  { data }: EventView,
  how: How,
): Promise<Delivered> {
  const id = data['access']
  if (typeof id !== 'number') return 'done'
  const as = { onBehalfOf: chatId }
  const who = await untilThere(deps, () => deps.worker.call('whoami', {}, as))
  if (!who.ok || !who.admin || !who.permissions.includes('access.decide')) return 'done'
  const got = await untilThere(deps, () => deps.worker.call('access.get', { id }, as))
  if (!got.ok || got.access.state !== 'waiting') return 'done'
  return post(deps, { ...newCard(`a${id}-${chatId}`, chatId, aboutAccess(id)), silent: how.silent })
}

/** Tells who asked for access that it ended against them; whoever cannot be told is let be. */
async function tellAsker(deps: DeliverDeps, chatId: number, { data }: EventView): Promise<Delivered> {
  const id = data['access']
  if (typeof id !== 'number') return 'done'
  const got = await untilThere(deps, () => deps.worker.call('access.get', { id }, { onBehalfOf: chatId }))
  if (!got.ok) return 'done'
  const text = accessToldText(await deps.wordsOf(chatId, got.access.language), got.access)
  const sent = text === null ? 'done' : await send(deps, chatId, [text], { silent: false })
  return sent === 'stopped' ? 'stopped' : 'done'
}

/** Remembers a card and waits until Telegram has it, so that what comes after it in this chat comes after it. */
async function post(deps: DeliverDeps, card: Card): Promise<Delivered> {
  const { keeper, cards, unreachable, stopped } = deps
  await (card.subject.kind === 'reconciliation' ? keeper.wantDrift(card) : keeper.want(card))
  await keeper.refresh(card.id)
  if (cards.get(card.id)?.messageId !== null) return 'done'
  if (unreachable.has(card.chatId)) return 'unreachable'
  if (stopped.aborted) return 'stopped'
  throw new Error('cannot post a card')
}

/** Tells the newcomer in their own chat, once; if the bot may not write to them, the card gives the link to pass on. */
async function tellNewcomer(
  deps: DeliverDeps,
  chatId: number,
  event: EventView,
  news: News,
): Promise<Delivered> {
  const { newcomers, keeper } = deps
  const { run_id: runId, request_id: requestId } = event
  if (runId === null || requestId === null || (await newcomers.of(runId, news)) !== null) return 'done'
  const found = await readRun(deps, runId, requestId)
  if (found === null || found.run.kind === 'undo') return 'done'
  const waits = isAwaitingStart(found.run)
  // Whom a repair or an edit gave nothing to do has heard their welcome long ago.
  if (found.run.kind !== 'onboard' && news === 'welcome' && !waits) return 'done'
  const { name, os_user: osUser } = found.run.subject
  const welcome = waits ? pressStartText : welcomeText
  const { host } = found
  const words = await deps.wordsOf(chatId)
  const text = news === 'active' ? activeText(words, osUser, host) : welcome(words, name, osUser, host)
  let sent: Delivered = 'unreachable'
  try {
    sent = await send(deps, chatId, [text], { silent: false })
  } finally {
    if (sent === 'unreachable' && !deps.stopped.aborted) await newcomers.note(runId, 'unreachable', news)
  }
  if (sent === 'stopped') return 'stopped'
  if (sent === 'done') {
    await newcomers.note(runId, 'told', news)
    // Whoever could not be written to before their Start can be now.
    if (news === 'active') await newcomers.note(runId, 'told')
  }
  void keeper.refreshShowing(requestId)
  return 'done'
}

/** The run as some admin may see it: the bot itself may not. */
async function readRun(
  deps: DeliverDeps,
  runId: number,
  requestId: number,
): Promise<{ run: RunView; host: string } | null> {
  const viewers = new Set([
    ...deps.cards.about(aboutRequest(requestId)).map((card) => card.chatId),
    ...deps.chats.admins(),
  ])
  for (const onBehalfOf of viewers) {
    const got = await untilThere(deps, () => deps.worker.call('run.get', { id: runId }, { onBehalfOf }))
    const request = await untilThere(deps, () =>
      deps.worker.call('request.get', { id: requestId }, { onBehalfOf }),
    )
    if (got.ok && request.ok) return { run: got.run, host: request.request.host }
  }
  return null
}

/** Asks until the worker is there and has time. */
async function untilThere<R extends { ok: boolean; error?: { code: string } }>(
  { stopped }: DeliverDeps,
  ask: () => Promise<R>,
): Promise<R> {
  for (;;) {
    const answer = await ask()
    if (!isAway(answer) && answer.error?.code !== 'too_many') return answer
    await sleep(1000, undefined, { signal: stopped })
  }
}
