import type { Line } from '../../texts/line.ts'
import type { AskTelegram } from './ask-telegram.ts'
import { newCode } from './code.ts'
import type { Refusal } from './codes.ts'
import { botByHand } from './our-units.ts'
import { awaitProof, lookFirst, type ProvenPerson } from './prove-admin.ts'
import type { Situation } from './situation.ts'
import type { BotIdentity } from './telegram-calls.ts'
import { codeLines, wrongCodeText } from './texts.ts'

export interface OneProof {
  situation: Situation
  ask: AskTelegram
  signal: AbortSignal
  show(lines: readonly Line[]): Promise<void> | void
  /** Where the last proof of this token ended. */
  after?: number
}

export type OneProven = { ok: true; person: ProvenPerson; last: number } | { ok: false; refusal: Refusal }

/** Shows a new code and waits for it. Nothing else may get the bot's messages meanwhile. */
export async function proveOne(
  { text, bot }: { text: string; bot: BotIdentity },
  { situation, ask, signal, show, after }: OneProof,
): Promise<OneProven> {
  const { apiRoot } = situation
  const running = await runningBot(situation)
  if (running !== null) return { ok: false, refusal: { code: 'conflict', message: running } }
  const first =
    after === undefined ? await lookFirst(text, { ask, apiRoot, signal }) : { ok: true as const, after }
  if (!first.ok) return first
  const code = newCode()
  await show(codeLines(bot, code, apiRoot === 'https://api.telegram.org'))
  const onWrong = async (from: ProvenPerson, left: number) => {
    await show([{ mark: 'failed', text: wrongCodeText(from, left) }])
  }
  return awaitProof({ token: text, code, after: first.after }, { ask, apiRoot, signal, onWrong })
}

/** Why nobody can be heard by setup: the bot of this host gets it all. Asking Telegram would raise its alarm. */
async function runningBot({ units, places, uid }: Situation): Promise<string | null> {
  const otherwise = 'or name the admin by --admin ID'
  if (await units.isActive('usher-bot.service')) {
    return `cannot hear what is sent to the bot while its service runs: systemctl stop usher-bot, ${otherwise}`
  }
  const pid = botByHand(places.botUser, uid)
  if (pid === null) return null
  return `cannot hear what is sent to the bot while it runs as process ${pid}: stop it, ${otherwise}`
}
