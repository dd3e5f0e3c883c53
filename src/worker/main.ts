import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { finishInterrupted } from '../backup/interrupted.ts'
import { helpOf } from '../command/help.ts'
import { WORKER } from '../command/parts/worker.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import type { Config, ConfigProblem } from '../config/config.ts'
import { configViolations } from '../config/config-violations.ts'
import { forgetServiceManager, readEnvironment } from '../config/environment.ts'
import { checkConfigAgainstHost } from '../config/host-check.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { loadConfig } from '../config/load.ts'
import type { Launch } from '../config/root-caution.ts'
import { distrustOfGround, groundProblems } from '../config/root-ground.ts'
import { readTrusted } from '../config/trusted-file.ts'
import type { ErrorCode } from '../protocol/errors.ts'
import {
  type DocumentViolation,
  jsonDocument,
  refusalDocument,
  spelledOut,
} from '../protocol/json-document.ts'
import { accountFilesOf } from '../provisioning/host/accounts/account-files.ts'
import { createPrograms } from '../provisioning/host/programs/create-programs.ts'
import { readUnitNames } from '../provisioning/host/services/unit-names.ts'
import { type ParseRoster, ROSTER_LIMIT_BYTES } from '../provisioning/roster/parse.ts'
import { createRememberedParse } from '../provisioning/roster/remembered-parse.ts'
import { isJournalStream } from '../supervision/journal.ts'
import { createLog, type Log, logLevel } from './log.ts'
import { startWorker } from './start.ts'
import { supervise } from './supervise.ts'

/** How long a stop may wait for the step that is under way, in milliseconds; systemd's own limit is 90 s. */
const STOP_MS = 10_000

const DEVELOPMENT_WARNING =
  'NOT SAFE: root runs code that others can change (--development); install Usher where only root can write'

/**
 * `usher worker`: runs until it is told to stop. Exit status 0 after a clean stop, 2 when the config or the installation
 * cannot be used, 3 when this uid may not, 4 when another worker runs, 1 when something broke.
 */
export async function main(argv: readonly string[], { development }: Launch): Promise<number> {
  process.title = 'usher worker'
  process.umask(0o077)
  const uid = process.getuid?.() ?? -1
  const environment = readEnvironment()
  forgetServiceManager()
  const options = readCommandLine(WORKER, argv)
  if (!options.ok) return refuse(options.json, 2, 'bad_request', options.message)
  if (options.help) {
    process.stdout.write(helpOf(WORKER))
    return 0
  }
  const { json, config: configFile } = options.values
  const loaded = loadConfig({ environment, uid, explicitFile: configFile })
  if (!loaded.ok) return refuseConfig(json, loaded.file, loaded.problems)
  const { config } = loaded
  const restored = finishedRestore(config, uid)
  if (restored !== null) return refuse(json, 1, 'internal', restored)
  if (config.mode === 'system' && uid !== 0) {
    const message = `cannot run the worker of ${config.file} as uid ${uid}: start it as root, or name a config of your own with --config`
    return refuse(json, 3, 'not_permitted', message)
  }
  const parseRoster = createRememberedParse()
  const problems = await problemsWithHost(config, uid, parseRoster)
  if (problems.length > 0) return refuseConfig(json, config.file, problems)
  process.chdir('/')
  const log = createLog(logLevel(environment.logLevel), isJournalStream(environment.journalStream))
  diesLoudly(log)
  if (development !== null) log.warn({ why: development }, DEVELOPMENT_WARNING)
  const state = ensureStateFolder(config.paths.state, config.mode, uid)
  if (state !== null) return refuse(json, 1, 'internal', state)
  const started = await startWorker({
    ...{ config, log, ownUid: uid, ownGid: process.getgid?.() ?? -1, version: programVersion() },
    ...{ parseRoster, development },
  })
  if (!started.ok) {
    const second = started.code === 'second_worker'
    return refuse(json, second ? 4 : 1, second ? 'second_worker' : 'internal', started.message)
  }
  const told = toldToStop()
  const supervision = supervise(started.worker, environment, log)
  log.info({ mode: config.mode, run: config.paths.run, config: config.file }, 'ready')
  setTimeout(flushCompileCache, 1000).unref()
  const end = await Promise.race([told, started.worker.unusable.then((why) => ({ why }))])
  const failed = typeof end === 'object'
  if (failed) log.fatal(end, 'stopping')
  else log.info({ signal: end }, 'stopping')
  supervision.stopping()
  // Whatever hangs: the journal says what was under way, and the next start goes on from there.
  setTimeout(() => process.exit(1), STOP_MS + 5000).unref()
  await started.worker.stop(STOP_MS)
  log.info({}, 'stopped')
  if (failed) return refuse(json, 1, 'internal', end.why)
  if (json) process.stdout.write(jsonDocument({ ok: true }))
  return 0
}

/** Half a restore is nothing to start from; null when there was none, or another process is at it. */
function finishedRestore({ mode, paths }: Config, uid: number): string | null {
  // Where others could have put the journal there is none to believe, and the start is refused anyway.
  if (mode === 'system' && distrustOfGround(paths.state) !== null) return null
  try {
    if (finishInterrupted(paths.state, mode === 'system' ? [0] : [0, uid]) !== 'finished') return null
    return 'finished a restore that was interrupted; config and roster may be others now: start again'
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `cannot finish a restore that was interrupted: ${why}; any 'usher restore' finishes it`
  }
}

/** What only the host can say against the config, and secrets that are not secret. */
async function problemsWithHost(
  config: Config,
  uid: number,
  parseRoster: ParseRoster,
): Promise<ConfigProblem[]> {
  const owners = config.mode === 'system' ? [0] : [0, uid]
  const { roster, secrets } = config.paths
  const listed = readTrusted(roster, { owners, parents: true, maxBytes: ROSTER_LIMIT_BYTES })
  const parsed = listed.ok ? parseRoster(listed.text) : null
  const people = parsed?.ok === true ? parsed.people.map(({ entry }) => entry.os_user) : null
  const units = config.services.map(({ unit }) => unit)
  const unitNames = await readUnitNames(createPrograms(config.mode), units)
  const problems = checkConfigAgainstHost(config, {
    ...readHostFacts(accountFilesOf()),
    unitNames,
    rosterOsUsers: people,
  })
  const secret = readTrusted(secrets, { owners, parents: true, forbiddenMode: 0o077 })
  const ground = config.mode === 'system' ? groundProblems(config) : []
  if (!secret.ok && secret.reason !== 'absent' && !ground.some(({ key }) => key === 'paths.secrets'))
    problems.push({ key: 'paths.secrets', message: secret.message })
  return [...problems, ...ground]
}

/**
 * Makes the folder of the database or looks at the one that is there; null when it is ours alone, else why it cannot be used:
 * who may write in it could put another database there. 0711 in a system: people reach their own folders below it by name.
 */
function ensureStateFolder(state: string, mode: Config['mode'], uid: number): string | null {
  if (!existsSync(state)) {
    mkdirSync(state, { recursive: true, mode: 0o700 })
    chmodSync(state, mode === 'system' ? 0o711 : 0o700)
  }
  const stat = lstatSync(state)
  if (!stat.isDirectory()) return `cannot use ${state} (paths.state): it is not a folder`
  if (stat.uid !== uid)
    return `cannot use ${state} (paths.state): it belongs to uid ${stat.uid}, not to ${uid}`
  return (stat.mode & 0o022) === 0
    ? null
    : `cannot use ${state} (paths.state): others can write to it; run chmod go-w on it`
}

function toldToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => resolve(signal))
  })
}

function diesLoudly(log: Log): void {
  process.on('uncaughtException', (err) => {
    log.fatal({ err }, 'cannot go on: this is a bug')
    process.exit(1)
  })
}

function programVersion(): string {
  const file = new URL('../../package.json', import.meta.url)
  return String((JSON.parse(readFileSync(file, 'utf8')) as { version: unknown }).version)
}

function refuseConfig(json: boolean, file: string | null, problems: readonly ConfigProblem[]): number {
  const counted = problems.length === 1 ? 'one problem' : `${problems.length} problems`
  const message = `cannot start with the config ${file ?? '(none)'}: ${counted}`
  return refuse(json, 2, 'invalid', message, configViolations(problems))
}

function refuse(
  json: boolean,
  exit: number,
  code: ErrorCode,
  message: string,
  violations: readonly DocumentViolation[] = [],
): number {
  if (json) process.stdout.write(jsonDocument(refusalDocument(code, message, violations)))
  else {
    const lines = violations.map((violation) => `  ${violation.field}: ${violation.message}\n`)
    process.stderr.write(spelledOut(`usher: ${message}\n${lines.join('')}`))
  }
  return exit
}
