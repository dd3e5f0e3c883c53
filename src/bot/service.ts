import { setTimeout as sleep } from 'node:timers/promises'
import { Api } from 'grammy'
import type { UserFromGetMe } from 'grammy/types'
import type { Client } from '../client/client.ts'
import { quietUntil } from '../domain/quiet-hours.ts'
import { type Health, UNSUPERVISED } from '../supervision/supervise-bot.ts'
import { createAllWords } from '../texts/words.ts'
import { createCardKeeper } from './cards/keeper.ts'
import { createBot } from './create-bot.ts'
import { describeError, type Logger } from './log.ts'
import { createMenus, setDefaultMenu } from './menus.ts'
import { followEvents } from './notifier.ts'
import { loadCards } from './state/cards.ts'
import { loadChats } from './state/chats.ts'
import { loadCursor } from './state/cursor.ts'
import { createFileStore } from './state/file-store.ts'
import { loadGuests } from './state/guests.ts'
import { createNewcomers } from './state/newcomers.ts'
import { loadOutboxes } from './state/outboxes.ts'
import { loadRefusals } from './state/refusals.ts'
import { loadShownPeople } from './state/shown-people.ts'
import { loadUnreachable } from './state/unreachable.ts'
import { apiOptions, apiSignal } from './telegram/api.ts'
import { problemOf } from './telegram/errors.ts'
import { createPace } from './telegram/pace.ts'
import { deliver } from './telling/deliver.ts'
import { createOutboxes } from './telling/outbox.ts'
import { isUrgent } from './telling/route.ts'
import { createTelling } from './telling/telling.ts'
import { createAdmission } from './updates/admission.ts'
import { createAlarms } from './updates/alarms.ts'
import { createDispatcher } from './updates/dispatcher.ts'
import { createInbox } from './updates/inbox.ts'
import { createIntake } from './updates/intake.ts'
import { createOwnWebhook } from './updates/own-webhook.ts'
import { pollUpdates } from './updates/poll.ts'
import { receiveUpdates, type WebhookOptions } from './updates/receive-webhook.ts'
import { wordsOfChats } from './words-of-chats.ts'
import { createWorkerCalls, type WorkerCalls } from './worker-calls.ts'

export interface BotServiceDeps {
  token: string
  apiRoot: string
  client: Client
  /** The bot's own folder, 0700. */
  stateFolder: string
  firstAdmins: readonly number[]
  log: Logger
  now?: () => number
  /** Whether the admins' chats keep the end of the history's chain, once a day. */
  postHead?: boolean
  /** Null or absent: the bot polls. */
  webhook?: WebhookOptions | null
  /** How long a worker that is just being restarted is waited for before people are told. */
  workerPatienceMs?: number
  watchdogMs?: number
  /** Who is told how it is; absent: nobody. */
  health?: Health
}

export type BotServiceEnd = { kind: 'stopped' } | { kind: 'bad_token' }

export interface BotService {
  /** Resolves once the bot polls and follows; with `bad_token` when Telegram does not know the token. */
  ready: Promise<{ kind: 'ready'; username: string } | BotServiceEnd>
  ended: Promise<BotServiceEnd>
  /** Finishes what is under way as far as a few seconds allow; whatever is left is done after the next start. */
  stop(): Promise<void>
}

/** The whole bot: polling, dialogues, cards and events. */
export function startBotService(deps: BotServiceDeps): BotService {
  const polling = new AbortController()
  const everything = new AbortController()
  const ready = Promise.withResolvers<{ kind: 'ready'; username: string } | BotServiceEnd>()

  const run = async (): Promise<BotServiceEnd> => {
    const { client, log, token, webhook = null, health = UNSUPERVISED } = deps
    const now = deps.now ?? Date.now
    const stopped = everything.signal
    const pace = createPace()
    /** For what the bot sends by itself, which takes turns. */
    const api = new Api(token, apiOptions(deps.apiRoot, stopped, { pace, counts: false }))
    const files = createFileStore(deps.stateFolder, {
      onUnreadable: (name, keptAs) =>
        log.error({ name, keptAs }, 'cannot read a state file; it was put aside'),
    })
    const [me, cards, people, refusals, cursor, boxes, unreachable, guests] = await Promise.all([
      introduce(api, health, log, polling.signal),
      loadCards(files),
      loadShownPeople(files),
      loadRefusals(files),
      loadCursor(files, now()),
      loadOutboxes(files),
      loadUnreachable(files),
      loadGuests(files),
    ])
    if ('kind' in me) return me

    const worker = createWorkerCalls(client, {
      patienceMs: deps.workerPatienceMs ?? 3000,
      deadlineMs: 10_000,
    })
    const chats = await loadChats(files)
    const newcomers = createNewcomers(files)
    const words = createAllWords()
    const wordsOf = wordsOfChats(words, { chats, refusals })
    const keeper = createCardKeeper({
      ...{ wordsOf, api, pace, worker, cards, newcomers, unreachable, log, stopped },
      startLink: () => `https://t.me/${me.username}?start=welcome`,
      onUnreachable: (chatId) => telling.lost(chatId),
      isQuiet: async (chatId) => quietUntil((await chats.load(chatId))?.quiet ?? null, now()) !== null,
    })
    const menus = createMenus({ api, worker, wordsOf, log })
    const noticeOptions = { postHead: deps.postHead ?? false }
    const outboxes = createOutboxes({
      ...{ files, boxes, chats, unreachable, isUrgent, now, log, stopped },
      passed: cursor.after,
      deliver: (chatId, delivery, how) => deliver(delivering, chatId, delivery, how),
      onUnreachable: (chatId) => telling.lost(chatId),
    })
    const delivering = {
      ...{ api, pace, worker, cards, chats, newcomers, unreachable, keeper },
      ...{ noticeOptions, wordsOf, now, log, stopped },
    }
    const telling = createTelling({
      ...{ words, outboxes, chats, unreachable, noticeOptions, now },
      refreshCards: (chatId) => void keeper.refreshChat(chatId),
    })
    const bot = createBot({
      ...{
        words,
        token,
        me,
        worker,
        chats,
        guests,
        cards,
        people,
        refusals,
        keeper,
        menus,
        telling,
        log,
        now,
      },
      apiOptions: apiOptions(deps.apiRoot, stopped, { pace, counts: true }),
      firstAdmins: deps.firstAdmins,
      watchdogMs: deps.watchdogMs ?? 150_000,
    })
    const dispatch = createDispatcher({ handle: (update) => bot.handleUpdate(update), log, stopped })
    const { isKnown } = chats
    const intake = createIntake({
      ...{ dispatch, isKnown, log, inbox: createInbox(files) },
      admits: createAdmission({
        // Who answers the questions of asking for access is held to a limit of its own.
        isKnown: (id) => isKnown(id) || guests.has(id) || deps.firstAdmins.includes(id),
        now: () => performance.now(),
      }),
    })

    void setDefaultMenu(words, api, log)
    void sayUsername(worker, me)
    const sweeping = setInterval(() => void guests.sweep(now()), SWEEP_MS).unref()
    stopped.addEventListener('abort', () => clearInterval(sweeping))
    await telling.start()
    await intake.resume()
    void keeper.resume()
    const following = followEvents(
      { client, keeper, menus, telling, outboxes, files, log, stopped },
      cursor,
    ).catch((error: unknown) => {
      if (!stopped.aborted) log.error(describeError(error), 'cannot follow events any more')
    })
    health.serves(me.username)
    log.info({ bot: me.username }, 'ready')
    ready.resolve({ kind: 'ready', username: me.username })
    const receiving = {
      ...{ api, intake, health, log, stopped: polling.signal, ownWebhook: createOwnWebhook(files) },
      alarm: createAlarms({ worker, log, now: () => performance.now() }),
    }
    const end = webhook === null ? await pollUpdates(receiving) : await receiveUpdates(receiving, webhook)
    await settledWithin(Promise.all([outboxes.finish(), keeper.idle()]), 2000)
    everything.abort()
    await following
    await keeper.idle()
    return end
  }

  const ended = run().finally(() => everything.abort())
  ended.then(ready.resolve, ready.reject)
  // Whoever only waits for the end learns of it there.
  ready.promise.catch(() => undefined)
  return {
    ready: ready.promise,
    ended,
    async stop() {
      polling.abort()
      await ended
    },
  }
}

/** Between two looks for strangers who began to ask for access and went away. */
const SWEEP_MS = 10 * 60_000

/** Tells the worker what the bot is called, once a start: links of invitations lead to it. */
async function sayUsername(worker: WorkerCalls, { id, username }: UserFromGetMe): Promise<void> {
  const key = `bot-${id}-introduces-itself-${Date.now()}`
  await worker.call('bot.introduce', { username }, { key }).catch(() => undefined)
}

/** Who the token says we are; waits for the network as long as it takes. */
async function introduce(
  api: Api,
  health: Health,
  log: Logger,
  stopped: AbortSignal,
): Promise<UserFromGetMe | BotServiceEnd> {
  for (;;) {
    if (stopped.aborted) return { kind: 'stopped' }
    health.turned()
    try {
      return await api.getMe(apiSignal(stopped))
    } catch (error) {
      if (problemOf(error).kind === 'bad_token') return { kind: 'bad_token' }
      if (stopped.aborted) return { kind: 'stopped' }
      health.reached(false)
      log.warn(describeError(error), 'cannot reach Telegram; trying again')
      await sleep(2000, undefined, { signal: stopped }).catch(() => undefined)
    }
  }
}

/** Waits for `work`, but not longer than `ms`, and leaves no timer behind. */
async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([work, promise])
  clearTimeout(timer)
}
