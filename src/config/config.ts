import type { Role } from '../domain/role.ts'
import type { ServiceAction } from '../domain/step.ts'
import type { WebhookListen } from './webhook.ts'

/** The config in force: file, built-in roles and defaults merged, every path absolute. */
export interface Config {
  /** Where it was read from; null in single-user mode without a file. */
  file: string | null
  mode: 'system' | 'single-user'
  telegram: {
    admins: number[]
    apiRoot: string
    tokenFile: string
    botUsername: string | null
    /** Null: the bot polls. */
    webhook: { url: string; listen: WebhookListen; secretFile: string } | null
  }
  /** Name of the OS user whose uid may speak for Telegram users; null in single-user mode (the caller). */
  botUser: string | null
  /** The process that only sends codes; null where there is none. Never in single-user mode. */
  witness: { user: string; tokenFile: string; state: string; language: 'en' | 'de' } | null
  /** The account that admins reach by SSH to decide on a terminal; null where there is none. Never in single-user mode. */
  approver: { user: string } | null
  paths: { roster: string; data: string; state: string; botState: string; run: string; secrets: string }
  roles: ReadonlyMap<string, Role>
  defaults: { workspace_base?: string; model?: string; agent_backend?: string; max_budget?: number }
  memoryTemplate: string | null
  services: { unit: string; action: ServiceAction }[]
  /** `person`, or an OS user. */
  folders: { memory: { owner: string }; history: { owner: string } }
  smoke: { agentCommand: string[] | null; path: string[]; via: { user: string; argv: string[] } | null }
  uids: { min: number; max: number } | null
  adopt: 'owner' | 'admin'
  reconcile: {
    /** How often everybody is compared with the host; null: never by itself. */
    everyMs: number | null
    smoke: boolean
    /** After how long without success admins are told; null: they are not. */
    alarmAfterMs: number | null
    /** Accounts in the range of people that are nobody's to ask about. */
    ignoreAccounts: string[]
  }
  audit: { postHead: boolean }
  /** How long the history and first answers are kept; null: the history for ever, answers as long as is usual. */
  retention: { historyMs: number | null; answersMs: number | null }
  /** The group that may read the metrics on a socket of their own; null: only root can, on its own. */
  metrics: { group: string } | null
  /** Who may ask to be let in through the bot, and how long that waits for an admin. */
  access: { ask: 'anyone' | 'invited' | 'nobody'; expiresMs: number }
  /** Approvals in chat: how long those with a second factor wait, and how many there may be in 24 h, of all admins together. */
  approval: { holdMs: number; chatPerDay: number }
}

/** A config that cannot be used: every problem, each with the key it is about. */
export interface ConfigProblem {
  key: string
  message: string
}
export type ConfigResult =
  | { ok: true; config: Config }
  | { ok: false; file: string | null; problems: ConfigProblem[] }

export const SOCKETS = {
  admin: 'admin.sock',
  bot: 'bot.sock',
  everybody: 'worker.sock',
  witness: 'witness.sock',
  approver: 'approver.sock',
  metrics: 'metrics.sock',
} as const
