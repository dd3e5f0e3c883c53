import { flushCompileCache } from 'node:module'
import { createClient } from '../client/create-client.ts'
import { helpOf } from '../command/help.ts'
import { BOT } from '../command/parts/bot.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import { configViolations } from '../config/config-violations.ts'
import { forgetServiceManager, readEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { socketFor } from '../config/socket.ts'
import { readToken } from '../config/token.ts'
import { readWebhookSecret } from '../config/webhook.ts'
import { jsonDocument, refusalDocument } from '../protocol/json-document.ts'
import { isJournalStream } from '../supervision/journal.ts'
import { superviseBot } from '../supervision/supervise-bot.ts'
import { refuse } from './command-line.ts'
import { createLogger, describeError, logLevel } from './log.ts'
import { startBotService } from './service.ts'
import { ensureStateFolder } from './state/state-folder.ts'

/**
 * `usher bot`: runs until SIGTERM or SIGINT.
 *
 * @returns the exit status: 0 stopped, 1 broken (the log says why), 2 a config or token that cannot be used
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.title = 'usher bot'
  process.umask(0o077)
  const options = readCommandLine(BOT, argv)
  if (!options.ok) return refuse('bot', options.json, 'bad_request', options.message)
  if (options.help) {
    process.stdout.write(helpOf(BOT))
    return 0
  }
  const { config: configFile, json } = options.values
  const environment = readEnvironment()
  forgetServiceManager()
  const uid = process.getuid?.() ?? -1
  const loaded = loadConfig({
    environment,
    uid,
    ...(configFile === undefined ? {} : { explicitFile: configFile }),
  })
  if (!loaded.ok) {
    const message = `cannot start with the config ${loaded.file ?? '(none)'}: ${loaded.problems.length} problems`
    return refuse('bot', json, 'invalid', message, configViolations(loaded.problems))
  }
  const { config } = loaded
  if (uid === 0 && config.mode === 'system') {
    const message = `cannot run as root: the bot runs as the account '${config.botUser}' (bot.user), see the README`
    return refuse('bot', json, 'invalid', message)
  }
  const token = readToken(config, environment, uid)
  if (!token.ok) return refuse('bot', json, 'invalid', token.message)
  const webhook = config.telegram.webhook
  const secret = webhook === null ? null : readWebhookSecret(webhook.secretFile, uid)
  if (secret?.ok === false) return refuse('bot', json, 'invalid', secret.message)
  const folder = await ensureStateFolder(config.paths.botState, uid)
  if (!folder.ok) return refuse('bot', json, 'invalid', folder.message)

  const log = createLogger(logLevel(environment.logLevel), 'bot', isJournalStream(environment.journalStream))
  const socket = socketFor(config, uid, 'bot')
  const client = createClient({ socketPath: socket.path, expectServerUid: socket.expectServerUid })
  const supervision = superviseBot({
    ...{ notifySocket: environment.notifySocket, watchdogMs: environment.watchdogMs },
    onSilence: (error) => log.error(describeError(error), 'no sign of life for the service manager'),
  })
  const service = startBotService({
    ...{ client, log, token: token.token, apiRoot: config.telegram.apiRoot },
    ...{ stateFolder: config.paths.botState, firstAdmins: config.telegram.admins },
    postHead: config.audit.postHead,
    health: supervision,
    webhook: webhook === null || secret === null ? null : { ...webhook, secret: secret.secret },
  })
  const stop = () => {
    supervision.stopping()
    void service.stop()
  }
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
  return refuse('bot', json, 'invalid', message)
}
