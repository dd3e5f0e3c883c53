import { flushCompileCache } from 'node:module'
import { refuse } from '../bot/command-line.ts'
import { createLogger, describeError, logLevel } from '../bot/log.ts'
import { ensureStateFolder } from '../bot/state/state-folder.ts'
import { createClient } from '../client/create-client.ts'
import { helpOf } from '../command/help.ts'
import { WITNESS } from '../command/parts/witness.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import { configViolations } from '../config/config-violations.ts'
import { forgetServiceManager, readEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { socketFor } from '../config/socket.ts'
import { readWitnessToken } from '../config/token.ts'
import { jsonDocument, refusalDocument } from '../protocol/json-document.ts'
import { isJournalStream } from '../supervision/journal.ts'
import { superviseBot } from '../supervision/supervise-bot.ts'
import { createWords } from '../texts/words.ts'
import { serveWitness } from './service.ts'

/**
 * `usher witness`: runs until SIGTERM or SIGINT.
 *
 * @returns the exit status: 0 stopped, 1 broken (the log says why), 2 a config or token that cannot be used
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.title = 'usher witness'
  process.umask(0o077)
  const options = readCommandLine(WITNESS, argv)
  if (!options.ok) return refuse('witness', options.json, 'bad_request', options.message)
  if (options.help) {
    process.stdout.write(helpOf(WITNESS))
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
    return refuse('witness', json, 'invalid', message, configViolations(loaded.problems))
  }
  const { config } = loaded
  const { witness } = config
  if (witness === null) {
    return refuse(
      'witness',
      json,
      'invalid',
      `cannot run: ${config.file ?? 'the config'} names no witness (witness: {})`,
    )
  }
  if (uid === 0) {
    const message = `cannot run as root: the witness runs as the account '${witness.user}' (witness.user)`
    return refuse('witness', json, 'invalid', message)
  }
  const token = readWitnessToken(witness.tokenFile, environment, uid)
  if (!token.ok) return refuse('witness', json, 'invalid', token.message)
  const folder = await ensureStateFolder(witness.state, uid)
  if (!folder.ok) return refuse('witness', json, 'invalid', folder.message)

  const log = createLogger(
    logLevel(environment.logLevel),
    'witness',
    isJournalStream(environment.journalStream),
  )
  const socket = socketFor(config, uid, 'witness')
  const client = createClient({ socketPath: socket.path, expectServerUid: socket.expectServerUid })
  const stopped = new AbortController()
  const supervision = superviseBot({
    ...{ notifySocket: environment.notifySocket, watchdogMs: environment.watchdogMs },
    onSilence: (error) => log.error(describeError(error), 'no sign of life for the service manager'),
  })
  const stop = () => {
    supervision.stopping()
    stopped.abort()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  setTimeout(flushCompileCache, 1000).unref()
  const end = await serveWitness({
    ...{ client, log, token: token.token, apiRoot: config.telegram.apiRoot },
    ...{ stateFolder: witness.state, words: createWords(witness.language), stopped: stopped.signal },
    health: supervision,
  }).catch((error: unknown) => {
    log.fatal(describeError(error), 'cannot go on')
    return 'broken' as const
  })
  process.off('SIGTERM', stop)
  process.off('SIGINT', stop)
  await client.close()
  if (end === 'stopped') {
    if (json) process.stdout.write(jsonDocument({ ok: true }))
    return 0
  }
  if (end === 'broken') {
    if (json) process.stdout.write(jsonDocument(refusalDocument('internal', 'cannot go on: see the log')))
    return 1
  }
  const message = `cannot use the token in ${token.source}: ${config.telegram.apiRoot} does not know it; put in the one that @BotFather shows`
  return refuse('witness', json, 'invalid', message)
}
