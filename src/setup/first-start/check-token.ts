import { checkToken } from '../../config/token.ts'
import { plain } from '../../texts/plain.ts'
import { type AskTelegram, telegramRefusal } from './ask-telegram.ts'
import type { Refusal } from './codes.ts'
import { botIdOf, type Situation } from './situation.ts'
import type { BotIdentity } from './telegram-calls.ts'

export interface TokenCheck {
  situation: Situation
  ask: AskTelegram
  signal: AbortSignal
  which: 'bot' | 'witness'
  /** Of the other of the two bots, where it is given in the same run; else what is installed counts. */
  otherBotId?: number
}

export type CheckedToken =
  /** `surprises`: why it may be the wrong bot, for people. */
  | { ok: true; token: { text: string; bot: BotIdentity }; surprises: string[] }
  | { ok: false; refusal: Refusal }

/** Why a text cannot be a token at all, or null; said while it is asked for. Quotes nothing of it. */
export function formProblem(text: string): string | null {
  if (checkToken(text, '').ok) return null
  return 'this is no token: digits, a colon, letters, as @BotFather shows it'
}

/** Asks Telegram whose token it is, and compares that with what this host knew before. */
export async function checkBotToken(text: string, check: TokenCheck): Promise<CheckedToken> {
  const { situation, ask, signal, which } = check
  const token = text.trim()
  const problem = formProblem(token)
  if (problem !== null) return refuse('token_refused', `cannot use the token: ${problem}`)
  const other = check.otherBotId ?? (which === 'bot' ? situation.witnessToken : situation.token)?.botId
  if (other === botIdOf(token)) {
    const whose = which === 'bot' ? "the witness's" : "the bot's"
    return refuse(
      'other_bot',
      `cannot use this token: it is ${whose}; the two must be different bots, or one stolen token would be enough: make another one with /newbot at @BotFather`,
    )
  }
  const asked = await ask(token, { kind: 'identify' }, signal)
  if (!asked.ok) return { ok: false, refusal: telegramRefusal(situation, asked) }
  if (asked.value.kind !== 'bot') throw new Error(`identifying was answered with ${asked.value.kind}`)
  const { bot } = asked.value
  if (bot.id !== botIdOf(token)) {
    return refuse('not_telegram', `cannot use ${situation.apiRoot}: it names another bot than the token does`)
  }
  return { ok: true, token: { text: token, bot }, surprises: surprises(situation, which, bot) }
}

function surprises(situation: Situation, which: 'bot' | 'witness', bot: BotIdentity): string[] {
  const installed = which === 'bot' ? situation.token : situation.witnessToken
  const name = `@${plain(bot.username, 64)}`
  const found: string[] = []
  if (installed?.botId != null && installed.botId !== bot.id) {
    found.push(
      `${name} (${bot.id}) is another bot than the one whose token is in ${installed.file} (${installed.botId}): who wrote to that one has to press Start at this one, and its cards stop working`,
    )
  }
  const { botUsername } = situation
  if (which === 'bot' && botUsername !== null && botUsername.toLowerCase() !== bot.username.toLowerCase()) {
    found.push(`${name} is not @${botUsername}, which telegram.bot_username in the config names`)
  }
  return found
}

function refuse(code: Refusal['code'], message: string): CheckedToken {
  return { ok: false, refusal: { code, message } }
}
