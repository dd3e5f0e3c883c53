/**
 * Who asks, as the listener and the kernel established it; never what the caller says about itself.
 * - `operator`: uid 0 on `admin.sock` (in single-user mode: the worker's own uid)
 * - `os`: a uid with a passwd entry on `worker.sock`
 * - `telegram`: a Telegram user that the bot's uid asserts on `bot.sock`
 * - `bot`: the bot's uid itself, without an asserted user
 * - `witness`: the witness's uid on `witness.sock`: the process that only sends codes
 * - `approver`: on `approver.sock`, a Telegram user that the approver account asserts, who decides there on a terminal with a second
 *   factor; null for the account itself, before it says whom it serves
 * - `scraper`: whom the kernel lets connect to `metrics.sock`; reads figures, and nothing else
 * - `worker`: the worker itself, who asks for repairs; nobody comes in as it
 */
export type Actor =
  | { kind: 'operator'; uid: number }
  | { kind: 'os'; uid: number; osUser: string }
  | { kind: 'telegram'; telegramId: number }
  | { kind: 'bot' }
  | { kind: 'witness' }
  | { kind: 'approver'; telegramId: number | null }
  | { kind: 'scraper'; uid: number }
  | { kind: 'worker' }

/** The human behind actors: approvals are counted by it. uid 0 is no particular human, so its key is `operator`. */
export function personKeyOf(telegramId: number): string {
  return `person:${telegramId}`
}

/** Stable spelling for the database, idempotency scopes and events: `operator`, `os:1001`, `telegram:42`, `approver:42`, `bot`. */
export function actorKey(actor: Actor): string {
  switch (actor.kind) {
    case 'operator':
    case 'bot':
    case 'witness':
    case 'worker':
      return actor.kind
    case 'os':
      return `os:${actor.uid}`
    case 'scraper':
      return `scraper:${actor.uid}`
    case 'telegram':
      return `telegram:${actor.telegramId}`
    case 'approver':
      return actor.telegramId === null ? 'approver' : `approver:${actor.telegramId}`
  }
}
