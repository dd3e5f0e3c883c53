/**
 * Who asks, as the listener and the kernel established it; never what the caller says about itself.
 * - `operator`: uid 0 on `admin.sock` (in single-user mode: the worker's own uid)
 * - `os`: a uid with a passwd entry on `worker.sock`
 * - `telegram`: a Telegram user that the bot's uid asserts on `bot.sock`
 * - `bot`: the bot's uid itself, without an asserted user
 * - `worker`: the worker itself, who asks for repairs; nobody comes in as it
 */
export type Actor =
  | { kind: 'operator'; uid: number }
  | { kind: 'os'; uid: number; osUser: string }
  | { kind: 'telegram'; telegramId: number }
  | { kind: 'bot' }
  | { kind: 'worker' }

/** The human behind actors: approvals are counted by it. uid 0 is no particular human, so its key is `operator`. */
export function personKeyOf(telegramId: number): string {
  return `person:${telegramId}`
}

/** Stable spelling for the database, idempotency scopes and events: `operator`, `os:1001`, `telegram:42`, `bot`, `worker`. */
export function actorKey(actor: Actor): string {
  switch (actor.kind) {
    case 'operator':
    case 'bot':
    case 'worker':
      return actor.kind
    case 'os':
      return `os:${actor.uid}`
    case 'telegram':
      return `telegram:${actor.telegramId}`
  }
}
