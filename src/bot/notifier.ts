import type { Client } from '../client/client.ts'
import type { EventView } from '../protocol/views.ts'
import type { CardKeeper } from './cards/keeper.ts'
import { describeError, type Logger } from './log.ts'
import type { Menus } from './menus.ts'
import { aboutAccess, aboutRequest } from './state/cards.ts'
import { type Cursor, saveCursor } from './state/cursor.ts'
import type { FileStore } from './state/file-store.ts'
import type { Outboxes } from './telling/outbox.ts'
import type { Telling } from './telling/telling.ts'

export interface NotifierDeps {
  client: Client
  keeper: CardKeeper
  menus: Menus
  telling: Telling
  outboxes: Outboxes
  files: FileStore
  log: Logger
  stopped: AbortSignal
}

/** After these somebody may be able to do more or less than before. */
const CHANGES_WHAT_THEY_MAY = [
  'run.succeeded',
  'run.undone',
  'run.failed',
  'telegram.revoked',
  'telegram.restored',
]

/** How many events may be on their way to the disk at once; more wait in the worker. */
const AT_ONCE = 500

/**
 * Follows the worker's events for as long as the bot runs: writes down who is to be told, and has the cards looked at that an event
 * concerns. Neither slow chats nor a busy Telegram hold it up.
 *
 * INVARIANT: the stored cursor never passes an event of which something is not durable: who is told of it (their outboxes), and
 * that its cards may have changed (such a card is unsettled, and unsettled cards are looked at after every start).
 */
export async function followEvents(deps: NotifierDeps, cursor: Cursor): Promise<void> {
  const { client, files, outboxes, log, stopped } = deps
  const underWay: { id: number; done: boolean }[] = []
  const doings = new Set<Promise<void>>()
  let after = cursor.after
  let saved = cursor.after
  let saving: Promise<void> | null = null

  const save = async () => {
    while (saved < after) {
      const reached = after
      await saveCursor(files, { ...cursor, after: reached })
      saved = reached
      await outboxes.passed(reached)
    }
  }
  const advance = () => {
    for (let first = underWay[0]; first?.done; first = underWay[0]) {
      after = first.id
      underWay.shift()
    }
    if (saved === after) return
    saving ??= save()
      .catch((error: unknown) =>
        log.error(describeError(error), 'cannot note how far events were dealt with'),
      )
      .finally(() => {
        saving = null
      })
  }

  for await (const event of client.events(cursor.after, { signal: stopped })) {
    const entry = { id: event.id, done: false }
    underWay.push(entry)
    // Begun in the order of the events, which is the order in which each chat is told.
    const doing = attend(deps, event, cursor.since).then(
      () => {
        entry.done = !stopped.aborted
        advance()
      },
      (error: unknown) => {
        if (stopped.aborted) return
        log.error({ event: event.id, type: event.type, ...describeError(error) }, 'cannot attend an event')
        entry.done = true
        advance()
      },
    )
    doings.add(doing)
    void doing.finally(() => doings.delete(doing))
    while (underWay.length >= AT_ONCE && !stopped.aborted) await Promise.race(doings)
  }
  await Promise.allSettled(doings)
  await saving
}

async function attend(
  { keeper, menus, telling, log }: NotifierDeps,
  event: EventView,
  since: number,
): Promise<void> {
  const { request_id: requestId, subject_telegram_id: subject, type } = event
  const isNews = event.at >= since
  await Promise.all([
    isNews ? telling.hear(event) : undefined,
    requestId === null ? undefined : keeper.unsettle(requestId),
  ])
  // What can be approved stands on every card that waits.
  if (type === 'chat.frozen' || type === 'chat.unfrozen') void keeper.resume()
  if (subject !== null && CHANGES_WHAT_THEY_MAY.includes(type)) {
    // Lost with a bot that is killed now; then their next update gives it.
    menus.refresh(subject).catch((error: unknown) => log.warn(describeError(error), 'cannot renew a menu'))
  }
  const access = event.data['access']
  if (typeof access === 'number') void keeper.refreshAbout(aboutAccess(access))
  if (requestId === null) return
  // How far each repair is in itself does not stand on the card of a reconciliation.
  if (type.startsWith('step.')) void keeper.refreshAbout(aboutRequest(requestId))
  else void keeper.refreshShowing(requestId)
}
