import { createNotify } from './notify.ts'
import { watchTurns } from './turns.ts'
import { startWatchdog } from './watchdog.ts'

/** What a bot says of itself while it runs. */
export interface Health {
  /** Telegram has said who it is: from now on it serves. */
  serves(username: string): void
  /** Whether Telegram answered the last time. */
  reached(answers: boolean): void
  /** The loop that waits for work begins a turn; `restMs`: how long it rests on purpose. */
  turned(restMs?: number): void
}

export interface BotSupervision extends Health {
  /** It ends: signs of life go on until it has. */
  stopping(): void
}

export interface SupervisedBot {
  /** `NOTIFY_SOCKET` of sd_notify(3). */
  notifySocket: string | null
  /** How long the service manager waits for a sign of life, in milliseconds; null: it does not. */
  watchdogMs: number | null
  /** Called when a sign of life was due and is not given. */
  onSilence: (error: unknown) => void
  /** A clock that nobody sets, in milliseconds. */
  now?: () => number
  /** How long Telegram is waited for before the bot counts as ready without it. */
  readyAfterMs?: number
}

/** Longer than an answer takes where there is a network, and no wait for a machine that starts without one. */
const READY_AFTER_MS = 5_000

/**
 * Tells the service manager how a bot is; nothing where there is none. It is ready when Telegram has said who it is, or, without an
 * answer, after a few seconds: a machine without network starts all the same, and the status says what is waited for. Signs of
 * life are given while the event loop turns and the bot's own loop does.
 */
export function superviseBot(bot: SupervisedBot): BotSupervision {
  const { notifySocket, watchdogMs, onSilence, readyAfterMs = READY_AFTER_MS } = bot
  const notify = createNotify(notifySocket)
  const turns = watchTurns(bot.now ?? (() => performance.now()))
  let username: string | null = null
  let answers = true
  let isReady = false
  let isStopping = false
  let said = ''
  const say = () => {
    if (notifySocket === null || !isReady) return
    const status = isStopping ? 'stopping' : statusOf(username, answers)
    if (status === said) return
    said = status
    notify(`STATUS=${status}`)
  }
  const ready = () => {
    clearTimeout(late)
    if (isReady || isStopping) return
    isReady = true
    if (notifySocket !== null) notify('READY=1')
    say()
  }
  const late = setTimeout(ready, readyAfterMs)
  late.unref()
  if (watchdogMs !== null) {
    startWatchdog({
      notify,
      timeoutMs: watchdogMs,
      isAnswering: () => isStopping || turns.isTurning(),
      silence: 'the loop that waits for work does not turn',
      onSilence,
    })
  }
  return {
    serves(name) {
      username = name
      answers = true
      ready()
      say()
    },
    reached(now) {
      answers = now
      say()
    },
    turned: turns.turned,
    stopping() {
      isStopping = true
      clearTimeout(late)
      if (notifySocket !== null) notify('STOPPING=1', 'STATUS=stopping')
    },
  }
}

function statusOf(username: string | null, answers: boolean): string {
  if (username === null) return 'waiting for Telegram, which does not answer yet'
  return answers
    ? `ready: serves as @${username}`
    : `ready: serves as @${username}, but Telegram does not answer`
}

/** For whoever runs a bot without a service manager. */
export const UNSUPERVISED: Health = { serves: () => {}, reached: () => {}, turned: () => {} }
