import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { createClient } from '../client/create-client.ts'
import { configViolations } from '../config/config-violations.ts'
import { readEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { socketFor } from '../config/socket.ts'
import { readToken } from '../config/token.ts'
import { readWebhookSecret } from '../config/webhook.ts'
import type { ErrorCode } from '../protocol/errors.ts'
import {
  type DocumentViolation,
  jsonDocument,
  refusalDocument,
  spelledOut,
} from '../protocol/json-document.ts'
import { createLogger, describeError, logLevel } from './log.ts'
import { startBotService } from './service.ts'
import { ensureStateFolder } from './state/state-folder.ts'

const USAGE = `Usage: usher bot [--config FILE] [--json]

Serves Telegram until it is stopped. It needs no root: run it as the account that the config names in bot.user.
`

/**
 * `usher bot`: runs until SIGTERM or SIGINT.
 *
 * @returns the exit status: 0 stopped, 1 broken (the log says why), 2 a config or token that cannot be used
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.title = 'usher bot'
  process.umask(0o077)
  const options = readOptions(argv)
  const { json } = options
  if ('message' in options) return refuse(json, 'bad_request', options.message, [], USAGE)
  if (options.help) {
    process.stdout.write(USAGE)
    return 0
  }
  const environment = readEnvironment()
  const uid = process.getuid?.() ?? -1
  const loaded = loadConfig({
    environment,
    uid,
    ...(options.config === undefined ? {} : { explicitFile: options.config }),
  })
  if (!loaded.ok) {
    const message = `cannot start with the config ${loaded.file ?? '(none)'}: ${loaded.problems.length} problems`
    return refuse(json, 'invalid', message, configViolations(loaded.problems))
  }
  const { config } = loaded
  if (uid === 0 && config.mode === 'system') {
    const message = `cannot run as root: the bot runs as the account '${config.botUser}' (bot.user), see the README`
    return refuse(json, 'invalid', message)
  }
  const token = readToken(config, environment, uid)
  if (!token.ok) return refuse(json, 'invalid', token.message)
  const webhook = config.telegram.webhook
  const secret = webhook === null ? null : readWebhookSecret(webhook.secretFile, uid)
  if (secret?.ok === false) return refuse(json, 'invalid', secret.message)
  const folder = await ensureStateFolder(config.paths.botState, uid)
  if (!folder.ok) return refuse(json, 'invalid', folder.message)

  const log = createLogger(logLevel(environment.logLevel))
  const socket = socketFor(config, uid, 'bot')
  const client = createClient({ socketPath: socket.path, expectServerUid: socket.expectServerUid })
  const service = startBotService({
    ...{ client, log, token: token.token, apiRoot: config.telegram.apiRoot },
    ...{ stateFolder: config.paths.botState, firstAdmins: config.telegram.admins },
    postHead: config.audit.postHead,
    webhook: webhook === null || secret === null ? null : { ...webhook, secret: secret.secret },
  })
  const stop = () => void service.stop()
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  // Written now and not only at a clean end, so that the next start is quick after a kill too.
  setTimeout(flushCompileCache, 1000).unref()
  const end = await service.ended.catch((error: unknown) => {
    log.fatal(describeError(error), 'cannot go on')
    return { kind: 'broken' as const }
  })
  process.off('SIGTERM', stop)
  process.off('SIGINT', stop)
  await client.close()
  if (end.kind === 'broken') {
    if (json) process.stdout.write(jsonDocument(refusalDocument('internal', 'cannot go on: see the log')))
    return 1
  }
  if (end.kind === 'stopped') {
    if (json) process.stdout.write(jsonDocument({ ok: true }))
    return 0
  }
  const message = `cannot use the token in ${token.source}: ${config.telegram.apiRoot} does not know it; put in the one that @BotFather shows`
  return refuse(json, 'invalid', message)
}

type Options = { json: boolean } & ({ config?: string; help: boolean } | { message: string })

function readOptions(argv: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    return values
  } catch (error) {
    const message = `cannot understand the arguments: ${error instanceof Error ? error.message : error}`
    return { json: argv.includes('--json'), message }
  }
}

function refuse(
  json: boolean,
  code: ErrorCode,
  message: string,
  violations: readonly DocumentViolation[] = [],
  usage = '',
): number {
  const lines = violations.map((violation) => `  ${violation.field}: ${violation.message}\n`)
  if (json) process.stdout.write(jsonDocument(refusalDocument(code, message, violations)))
  else process.stderr.write(spelledOut(`usher bot: ${message}\n${lines.join('')}${usage}`))
  return 2
}
