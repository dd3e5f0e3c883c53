import type { Config } from './config.ts'
import type { Environment } from './environment.ts'
import { readTrusted } from './trusted-file.ts'

export type TokenResult = { ok: true; token: string; source: string } | { ok: false; message: string }

/** What BotFather hands out: the bot's numeric id, a colon, and the secret part. */
const TOKEN = /^[0-9]{1,20}:[A-Za-z0-9_-]{10,100}$/

/**
 * The bot's token: the first of `$CREDENTIALS_DIRECTORY/telegram-token`, `USHER_TELEGRAM_TOKEN` (not for uid 0) and the
 * config's token file (0600). No message ever holds any part of it.
 */
export function readToken(config: Config, environment: Environment, uid: number): TokenResult {
  if (environment.credentialsDirectory !== null) {
    const file = `${environment.credentialsDirectory}/telegram-token`
    // systemd makes credentials readable for the unit's user only; by an ACL, which shows as a group bit.
    const read = readTrusted(file, { owners: [0, uid], parents: false, maxBytes: 4096 })
    if (read.ok) return checkToken(read.text, file)
    if (read.reason !== 'absent') return { ok: false, message: read.message }
  }
  if (environment.telegramToken !== null && uid !== 0)
    return checkToken(environment.telegramToken, 'USHER_TELEGRAM_TOKEN')
  return readTokenFile(config.telegram.tokenFile, uid)
}

/**
 * The witness's token: the first of `$CREDENTIALS_DIRECTORY/witness-token` and the config's file (0600). Nothing else that a bot's
 * environment may hold counts here.
 */
export function readWitnessToken(file: string, environment: Environment, uid: number): TokenResult {
  if (environment.credentialsDirectory !== null) {
    const credential = `${environment.credentialsDirectory}/witness-token`
    const read = readTrusted(credential, { owners: [0, uid], parents: false, maxBytes: 4096 })
    if (read.ok) return checkToken(read.text, credential)
    if (read.reason !== 'absent') return { ok: false, message: read.message }
  }
  return readTokenFile(file, uid)
}

/** The token in a file that only `uid` or root may read. */
export function readTokenFile(file: string, uid: number): TokenResult {
  const read = readTrusted(file, { owners: [0, uid], parents: false, forbiddenMode: 0o077, maxBytes: 4096 })
  if (read.ok) return checkToken(read.text, file)
  const advice =
    read.reason === 'absent' ? '; put the token that BotFather gave you there, with mode 0600' : ''
  return { ok: false, message: `${read.message}${advice}` }
}

/** Whether a text has the form of a token; white space around it is no part of it. */
export function checkToken(text: string, source: string): TokenResult {
  const token = text.trim()
  if (TOKEN.test(token)) return { ok: true, token, source }
  return {
    ok: false,
    message: `cannot use the token in ${source}: it is not of the form that BotFather gives out (digits, a colon, letters)`,
  }
}
