import { fileURLToPath } from 'node:url'
import { readHostFacts } from '../../config/host-facts.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import type { Programs } from '../../provisioning/host/programs/programs.ts'
import type { Refusal } from './codes.ts'
import type { TelegramAnswer, TelegramCall, TelegramProblem, TelegramValue } from './telegram-calls.ts'

/** How setup asks Telegram: by a process that is not root, and that is gone when the promise settles. */
export type AskTelegram = (token: string, call: TelegramCall, signal: AbortSignal) => Promise<Asked>

export type Asked =
  | { ok: true; value: TelegramValue }
  | { ok: false; problem: TelegramProblem | { kind: 'interrupted' | 'not_started'; detail: string } }

export interface AskTelegramOptions {
  programs: Pick<Programs, 'run'>
  apiRoot: string
  /** The account that the bot has or will have; null: the caller's own (single-user mode). */
  botUser: string | null
  /** For how long one call is tried, in milliseconds; a wait for messages comes on top. */
  patienceMs?: number
}

const PATIENCE_MS = 20_000
/** What the process itself may take to start and to end. */
const OWN_TIME_MS = 10_000

/**
 * Each call is a process of its own, as the bot's account and with nothing of the caller's environment; order and token go to its
 * stdin. Before the bot has an account it is a uid that is nobody's, so that no other process may look into it.
 */
export function createAskTelegram(options: AskTelegramOptions): AskTelegram {
  const { programs, apiRoot, botUser, patienceMs = PATIENCE_MS } = options
  const launcher = fileURLToPath(new URL('../../launch.js', import.meta.url))
  const program = [process.execPath, '--disable-warning=ExperimentalWarning', launcher, 'ask-telegram']
  return async (token, call, signal) => {
    const become = botUser === null ? [] : becoming(botUser)
    const [first = '', ...args] = [...become, ...program]
    const patience = patienceMs + (call.kind === 'listen' ? call.waitMs : 0)
    const ran = await programs.run(first, args, {
      stdin: JSON.stringify({ token, apiRoot, patienceMs: patience, call }),
      timeoutMs: patience + OWN_TIME_MS,
      signal,
      env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', LANG: 'C.UTF-8' },
    })
    if (ran.ok) return JSON.parse(ran.stdout) as TelegramAnswer
    if (signal.aborted) return { ok: false, problem: { kind: 'interrupted', detail: '' } }
    const detail = (ran.failure.detail ?? ran.failure.code).replaceAll(token, '…').slice(0, 300)
    return { ok: false, problem: { kind: 'not_started', detail } }
  }
}

/** setpriv(1): another uid and gid, no groups, no capabilities, no way to more, and its end with ours. */
function becoming(user: string): string[] {
  const { accounts, groups } = readHostFacts(accountFilesOf())
  const uid = accounts.find(({ name }) => name === user)?.uid ?? nobodysUid(accounts)
  const gid = groups.find(({ name }) => name === user)?.gid ?? uid
  return [
    ...['/usr/bin/setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs'],
    ...['--bounding-set=-all', '--inh-caps=-all', '--pdeathsig=KILL', '--'],
  ]
}

/** From the end of where useradd(8) takes system accounts from. */
function nobodysUid(accounts: readonly { uid: number }[]): number {
  const taken = new Set(accounts.map(({ uid }) => uid))
  for (let uid = 990; uid > 100; uid -= 1) if (!taken.has(uid)) return uid
  throw new Error('no system uid is free')
}

/** What a call that failed means, and what to do about it. */
export function telegramRefusal({ apiRoot }: { apiRoot: string }, asked: Asked & { ok: false }): Refusal {
  const { kind, detail } = asked.problem
  switch (kind) {
    case 'refused':
      return {
        code: 'token_refused',
        message: `cannot use this token: ${apiRoot} does not know it (${detail}); copy it again from @BotFather (/mybots, "API Token"), whole and without spaces`,
      }
    case 'unreachable':
      return {
        code: 'unreachable',
        message: `cannot reach ${apiRoot}: ${NETWORK[detail] ?? detail}; look at this host's network, and at telegram.api_root in the config`,
      }
    case 'busy':
      return {
        code: 'unreachable',
        message: `cannot get an answer from ${apiRoot} now (${detail}): try again in a few minutes`,
      }
    case 'not_telegram':
      return {
        code: 'not_telegram',
        message: `cannot use ${apiRoot}: what answers there is no Bot API server (${detail}); correct telegram.api_root in the config`,
      }
    case 'webhook':
      return {
        code: 'conflict',
        message:
          'cannot hear what is sent to the bot: it has a webhook, which gets its messages; if it is not yours, somebody else has the token (make a new one with /revoke at @BotFather); if it is, name the admin by --admin ID',
      }
    case 'polled':
      return {
        code: 'conflict',
        message:
          'cannot hear what is sent to the bot: another program gets its messages; stop that program, or name the admin by --admin ID; if you know of none, make a new token with /revoke at @BotFather',
      }
    case 'interrupted':
      return { code: 'interrupted', message: 'interrupted' }
    case 'not_started':
      return {
        code: 'internal',
        message: `cannot start what talks to Telegram: ${detail}; every account must be able to read and run the files of Usher and of its Node`,
      }
    case 'failed':
      return { code: 'internal', message: `cannot go on: ${apiRoot} answered ${detail}` }
  }
}

const NETWORK: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known (no DNS, or a typo)',
  EAI_AGAIN: 'its name cannot be looked up (no network, or no DNS)',
  ECONNREFUSED: 'nothing listens there',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'there is no way to that host',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
}
