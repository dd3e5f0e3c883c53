import type { Config } from '../../config/config.ts'
import { readToken, readWitnessToken } from '../../config/token.ts'
import { type Check, type Finding, note, ok, problem } from '../finding.ts'
import { createAskTelegram } from '../first-start/ask-telegram.ts'
import { adminIds } from './admins.ts'
import { editing } from './config.ts'

/** Tried for so long, in milliseconds: being offline is worth a note, and not a wait. */
const PATIENCE_MS = 5000
/** Of more admins than this only the first are asked for. */
const MOST_ADMINS = 20

/**
 * Whether Telegram knows the tokens, and the bots can write to the admins: asked by a process of that bot's account, with calls
 * that take nothing away from the bot that runs and send nothing.
 */
export const checkTokens: Check = async (context) => {
  const { config, environment, uid, botUid, people } = context
  if (config.mode === 'system' && (uid !== 0 || botUid === null)) return []
  const admins = adminIds(config, people ?? []).slice(0, MOST_ADMINS)
  const token = readToken(config, environment, botUid ?? uid)
  const findings = token.ok ? await botFindings(context, token.token, admins) : []
  if (config.witness === null || uid !== 0) return findings
  const second = readWitnessToken(config.witness.tokenFile, environment, 0)
  if (!second.ok) return findings
  return [...findings, ...(await witnessFindings(context, second.token, config.witness, admins))]
}

type Subject = Parameters<Check>[0]

async function ask({ config, programs }: Subject, botUser: string | null, token: string, chatIds: number[]) {
  const options = { programs, apiRoot: config.telegram.apiRoot, botUser, patienceMs: PATIENCE_MS }
  const call = { kind: 'reach', chatIds } as const
  const asked = await createAskTelegram(options)(token, call, new AbortController().signal)
  if (asked.ok && asked.value.kind === 'reached') return { ok: true as const, ...asked.value }
  return { ok: false as const, problem: asked.ok ? { kind: 'failed', detail: '' } : asked.problem }
}

async function botFindings(context: Subject, token: string, admins: number[]): Promise<Finding[]> {
  const { config } = context
  const { apiRoot, botUsername, tokenFile } = config.telegram
  const asked = await ask(context, config.botUser, token, admins)
  if (!asked.ok) {
    const { kind, detail } = asked.problem
    if (kind === 'refused') {
      const what = `${apiRoot} does not know this token (${detail})`
      const why = 'nobody is answered in Telegram; it was taken back, or copied wrongly'
      return [problem('token.refused', tokenFile, what, why, 'usher setup')]
    }
    const why = 'whether the token is good and the admins can be reached is not known'
    const what = `could not be asked about the token (${kind}: ${detail})`
    return [note('token.not-asked', apiRoot, what, why)]
  }
  const { username } = asked.bot
  const findings: Finding[] = []
  if (botUsername !== null && botUsername.toLowerCase() !== username.toLowerCase()) {
    const what = `the token is that of @${username}, telegram.bot_username names @${botUsername}`
    const why = 'invitations lead to another bot than the one that answers'
    findings.push(
      problem('token.other-bot', tokenFile, what, why, `${editing(config.file)}: telegram.bot_username`),
    )
  } else findings.push(ok('token.accepted', tokenFile, `Telegram knows it: @${username}`))
  return [...findings, ...reached(username, admins, asked.unreachable)]
}

function reached(username: string, admins: number[], unreachable: number[]): Finding[] {
  if (admins.length === 0) return []
  if (unreachable.length === 0)
    return [
      ok(
        'admins.ok',
        'admins',
        `@${username} can write to ${admins.length === 1 ? 'the one' : `all ${admins.length}`}`,
      ),
    ]
  const what = `@${username} cannot write to ${unreachable.join(', ')}: they never pressed Start there`
  const fix = `open https://t.me/${username} as each of them, and press Start`
  return unreachable.length === admins.length
    ? [
        problem(
          'admins.unreachable',
          'admins',
          what,
          'nobody gets a card, so nobody can decide in the chat',
          fix,
        ),
      ]
    : [note('admins.unreachable', 'admins', what, 'they get no cards', fix)]
}

async function witnessFindings(
  context: Subject,
  token: string,
  { user, tokenFile }: NonNullable<Config['witness']>,
  admins: number[],
): Promise<Finding[]> {
  const asked = await ask(context, user, token, admins)
  if (!asked.ok) {
    if (asked.problem.kind !== 'refused') return [] // said with the bot's
    const what = `${context.config.telegram.apiRoot} does not know this token (${asked.problem.detail})`
    return [problem('witness.refused', tokenFile, what, 'no code is ever sent', 'usher setup')]
  }
  if (asked.unreachable.length === 0) return []
  const { username } = asked.bot
  const what = `@${username} cannot write to ${asked.unreachable.join(', ')}: they never pressed Start there`
  const why = 'they get no code, and cannot approve what needs one'
  return [
    note(
      'witness.admins',
      'admins',
      what,
      why,
      `open https://t.me/${username} as each of them, and press Start`,
    ),
  ]
}
