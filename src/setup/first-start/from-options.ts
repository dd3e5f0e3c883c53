import type { Readable } from 'node:stream'
import type { DocumentViolation } from '../../protocol/json-document.ts'
import type { Line } from '../../texts/line.ts'
import { plain } from '../../texts/plain.ts'
import type { AskTelegram } from './ask-telegram.ts'
import { type CheckedToken, checkBotToken } from './check-token.ts'
import type { Refusal } from './codes.ts'
import type { Collected } from './interview.ts'
import { proveOne } from './one-proof.ts'
import type { SetupOptions } from './options.ts'
import { type ReadSecret, readSecretFile, readSecretStream } from './read-secret.ts'
import type { Situation } from './situation.ts'
import { personText } from './texts.ts'
import { NO_WISHES } from './wishes.ts'

export interface FromOptionsDeps {
  situation: Situation
  options: SetupOptions
  ask: AskTelegram
  stdin: Readable & { isTTY?: boolean }
  signal: AbortSignal
  show(lines: readonly Line[]): Promise<void> | void
}

export type Refused = { ok: false; refusal: Refusal; violations: DocumentViolation[] }

/** What the options alone decide; tokens are read and checked. Nothing is written. */
export async function wishesOfOptions(
  deps: FromOptionsDeps,
): Promise<{ ok: true; collected: Collected } | Refused> {
  const { situation, options, stdin } = deps
  const refuse = (refusal: Refusal): Refused => ({ ok: false, refusal, violations: [] })
  const witness =
    options.witnessTokenFile === undefined
      ? null
      : await theToken(deps, 'witness', readSecretFile(options.witnessTokenFile))
  if (witness !== null && !witness.ok) return refuse(witness.refusal)
  const otherBotId = witness === null ? undefined : witness.token.bot.id
  const secret =
    options.tokenFile !== undefined
      ? readSecretFile(options.tokenFile)
      : options.tokenStdin
        ? await readSecretStream(stdin)
        : null
  const token = secret === null ? null : await theToken(deps, 'bot', secret, otherBotId)
  if (token !== null && !token.ok) return refuse(token.refusal)
  const { roster } = situation.people
  if (options.roster !== undefined && roster.state !== 'readable') {
    const message =
      roster.state === 'absent'
        ? `cannot use the roster ${JSON.stringify(options.roster)}: there is no such file`
        : `${roster.message}; ${roster.fix}`
    return refuse({ code: 'invalid', message })
  }
  const before = situation.config?.services ?? []
  const added = options.services.filter(({ unit }) => !before.some((one) => one.unit === unit))
  const changed = before.map((one) => options.services.find(({ unit }) => unit === one.unit) ?? one)
  const rosterFile = situation.rosterFile === situation.places.paths.roster ? null : situation.rosterFile
  return {
    ok: true,
    collected: {
      wishes: {
        ...NO_WISHES,
        token: token?.token ?? null,
        witnessToken: witness?.token ?? null,
        admins: options.admins,
        services: options.services.length === 0 ? null : [...changed, ...added],
        agentCommand: options.agentCommand ?? null,
        roster: rosterFile,
      },
      proven: [],
    },
  }
}

async function theToken(
  { situation, ask, signal, options, show }: FromOptionsDeps,
  which: 'bot' | 'witness',
  read: ReadSecret,
  otherBotId?: number,
): Promise<CheckedToken> {
  if (!read.ok) return read
  const other = otherBotId === undefined ? {} : { otherBotId }
  const checked = await checkBotToken(read.text, { situation, ask, signal, which, ...other })
  if (!checked.ok) return checked
  const { surprises, token } = checked
  if (surprises.length > 0 && !options.replaceBot) {
    const message = `cannot take this token: ${surprises.join('; ')}; if that is meant, add --replace-bot`
    return { ok: false, refusal: { code: 'other_bot', message } }
  }
  await show(surprises.map((text) => ({ mark: 'kept', text })))
  await show([
    {
      mark: 'done',
      text: `this is the token of @${plain(token.bot.username, 64)} ("${plain(token.bot.name, 64)}")`,
    },
  ])
  return checked
}

/** What nobody is there to be asked about: a token and an admin must come from somewhere. `--prove-admin` waits here. */
export async function completeWithoutQuestions(
  deps: FromOptionsDeps,
  collected: Collected,
): Promise<{ ok: true } | Refused> {
  const { situation, options, ask, signal, show } = deps
  const { wishes } = collected
  const violations: DocumentViolation[] = []
  if (wishes.token === null && situation.token?.text == null) {
    const message = situation.token?.problem ?? 'there is none: give it by --token-file FILE or --token-stdin'
    violations.push({ field: 'token', code: 'incomplete', message })
  }
  const { admins } = situation
  if (wishes.admins.length + admins.config.length + admins.roster === 0 && !options.proveAdmin) {
    const message =
      'there is none: name one by --admin TELEGRAM_ID, or let them prove themselves with --prove-admin'
    violations.push({ field: 'admin', code: 'incomplete', message })
  }
  if (violations.length > 0) {
    const message = 'cannot set this host up without more'
    return { ok: false, refusal: { code: 'incomplete', message }, violations }
  }
  if (!options.proveAdmin) return { ok: true }
  const token = wishes.token ?? (await theInstalled(deps))
  if ('refusal' in token) return { ok: false, refusal: token.refusal, violations: [] }
  const proven = await proveOne(token, { situation, ask, signal, show })
  if (!proven.ok) return { ok: false, refusal: proven.refusal, violations: [] }
  await show([{ mark: 'done', text: `the code came from ${personText(proven.person)}` }])
  collected.wishes = { ...wishes, admins: [...new Set([...wishes.admins, proven.person.id])] }
  collected.proven.push(proven.person)
  return { ok: true }
}

async function theInstalled({ situation, ask, signal }: FromOptionsDeps) {
  const checked = await checkBotToken(situation.token?.text ?? '', { situation, ask, signal, which: 'bot' })
  return checked.ok ? checked.token : checked
}
