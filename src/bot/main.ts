import { flushCompileCache } from 'node:module'
import { parseArgs } from 'node:util'
import { createClient } from '../client/create-client.ts'
import { readEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { socketFor } from '../config/socket.ts'
import { readToken } from '../config/token.ts'
import { createLogger, describeError, logLevel } from './log.ts'
import { startBotService } from './service.ts'
import { ensureStateFolder } from './state/state-folder.ts'

const USAGE = `Usage: usher bot [--config FILE]

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
  if ('message' in options) return refuse([options.message, USAGE])
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
  if (!loaded.ok) return refuse(loaded.problems.map(({ key, message }) => `${key}: ${message}`))
  const { config } = loaded
  if (uid === 0 && config.mode === 'system') {
    return refuse([
      `cannot run as root: the bot runs as the account '${config.botUser}' (bot.user), see the README`,
    ])
  }
  const token = readToken(config, environment, uid)
  if (!token.ok) return refuse([token.message])
  const folder = await ensureStateFolder(config.paths.botState, uid)
  if (!folder.ok) return refuse([folder.message])

  const log = createLogger(logLevel(environment.logLevel))
  const socket = socketFor(config, uid, 'bot')
  const client = createClient({ socketPath: socket.path, expectServerUid: socket.expectServerUid })
  const service = startBotService({
    ...{ client, log, token: token.token, apiRoot: config.telegram.apiRoot },
    ...{ stateFolder: config.paths.botState, firstAdmins: config.telegram.admins },
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
  if (end.kind === 'broken') return 1
  if (end.kind === 'stopped') return 0
  return refuse([
    `cannot use the token in ${token.source}: ${config.telegram.apiRoot} does not know it; put in the one that @BotFather shows`,
  ])
}

function readOptions(argv: readonly string[]): { config?: string; help: boolean } | { message: string } {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    })
    return values
  } catch (error) {
    return { message: `cannot understand the arguments: ${error instanceof Error ? error.message : error}` }
  }
}

function refuse(messages: readonly string[]): number {
  for (const message of messages) process.stderr.write(`usher bot: ${message}\n`)
  return 2
}
