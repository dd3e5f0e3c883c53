import { existsSync, readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { helpOf } from '../command/help.ts'
import { INIT } from '../command/parts/init.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import { type ConfigProblem, SOCKETS } from '../config/config.ts'
import { configViolations } from '../config/config-violations.ts'
import { type Environment, readEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { SYSTEM_CONFIG_FILE } from '../config/paths.ts'
import { shellWord } from '../domain/shell-word.ts'
import { isTelegramId } from '../domain/telegram-id.ts'
import type { ErrorCode } from '../protocol/errors.ts'
import { type DocumentViolation, jsonDocument, refusalDocument } from '../protocol/json-document.ts'
import { createPrograms } from '../provisioning/host/programs/create-programs.ts'
import { parseRoster } from '../provisioning/roster/parse.ts'
import { plain } from '../texts/plain.ts'
import type { Outcome } from './ensure.ts'
import { freshPlaces, placesOf } from './init-places.ts'
import { type InitPlaces, initialize } from './init-plan.ts'

interface InitOptions {
  admins: number[]
  configFile: string | undefined
  dryRun: boolean
  json: boolean
  help: boolean
}

/** `usher init`: makes what an installation needs, says each change, and leaves what is so already. */
export async function main(argv: readonly string[]): Promise<number> {
  const options = readOptions(argv)
  if (!options.ok) return say(options.json, 2, 'bad_request', options.message)
  if (options.value.help) {
    process.stdout.write(helpOf(INIT))
    return 0
  }
  const { admins, dryRun, json } = options.value
  const uid = process.getuid?.() ?? -1
  const places = findPlaces(options.value, readEnvironment(), uid)
  if (!places.ok) {
    const { exit, message, violations = [] } = places
    return say(json, exit, exit === 3 ? 'not_permitted' : 'invalid', message, { violations })
  }
  process.umask(0o077)
  const outcomes = await initialize(places.value, {
    programs: createPrograms(places.value.mode),
    own: { uid, gid: process.getgid?.() ?? -1, name: uid === 0 ? 'root' : userInfo().username },
    admins,
    dryRun,
    trusted: uid === 0 ? [0] : [0, uid],
  })
  const problems = outcomes.filter(({ state }) => state === 'problem')
  if (json && problems.length === 0) {
    print({ ok: true, dry_run: dryRun, config: places.value.configFile, changes: outcomes })
    return 0
  }
  const message = `cannot set everything up: ${problems.length} of ${outcomes.length} things need you`
  if (json) {
    const violations = problems.map(({ subject, text }) => ({
      field: subject,
      code: 'problem',
      message: text,
    }))
    return say(true, 1, 'invalid', message, { violations, changes: outcomes })
  }
  const width = Math.max(...outcomes.map(({ subject }) => subject.length))
  for (const { state, subject, text } of outcomes) {
    const word = { already: 'already so', change: dryRun ? 'would be' : 'done', problem: 'PROBLEM' }[state]
    process.stdout.write(`${word.padEnd(10)}  ${plain(subject).padEnd(width)}  ${plain(text)}\n`)
  }
  if (problems.length > 0) {
    process.stderr.write(`usher: ${message}\n`)
    return 1
  }
  if (!dryRun) process.stdout.write(nextSteps(places.value, admins))
  return 0
}

function readOptions(
  argv: readonly string[],
): { ok: true; value: InitOptions } | { ok: false; json: boolean; message: string } {
  const read = readCommandLine(INIT, argv)
  if (!read.ok) return read
  const { admin, config: configFile, 'dry-run': dryRun, json } = read.values
  const admins = admin.map((text) => (/^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN))
  const wrong = read.help ? undefined : admin.find((_, index) => !isTelegramId(admins[index]))
  if (wrong !== undefined) {
    const message = `cannot use --admin ${JSON.stringify(wrong)}: a Telegram id is a positive integer`
    return { ok: false, json, message }
  }
  return { ok: true, value: { admins, configFile, dryRun, json, help: read.help } }
}

type Places =
  | { ok: true; value: InitPlaces }
  | { ok: false; exit: 2 | 3; message: string; violations?: DocumentViolation[] }

/** From the config that is there; without one, the defaults of the system (root) or of the caller. */
function findPlaces({ admins, configFile }: InitOptions, environment: Environment, uid: number): Places {
  const explicit = configFile === undefined ? undefined : resolve(configFile)
  const fresh: Places = { ok: true, value: freshPlaces(explicit, environment, uid) }
  const first = explicit ?? (uid === 0 ? SYSTEM_CONFIG_FILE : null)
  if (first !== null && !existsSync(first)) return fresh
  const loaded = loadConfig({ environment, uid, explicitFile: explicit })
  if (!loaded.ok) {
    const { file, problems } = loaded
    const violations = configViolations(problems)
    return { ok: false, exit: 2, message: problemsText(file, problems), violations }
  }
  const { config } = loaded
  if (config.file === null) return fresh
  if (config.mode === 'system' && uid !== 0) {
    const message = `cannot set up the system of ${config.file} as uid ${uid}: run sudo usher init, or name a file of your own with --config`
    return { ok: false, exit: 3, message }
  }
  const lacking = admins.filter((id) => !config.telegram.admins.includes(id))
  if (lacking.length > 0) {
    const message = `cannot add ${lacking.join(', ')} to the first admins: ${config.file} exists and is yours to edit (telegram.admins)`
    const violations = [{ field: 'telegram.admins', code: 'config_invalid', message }]
    return { ok: false, exit: 2, message, violations }
  }
  return { ok: true, value: placesOf(config, config.file) }
}

function problemsText(file: string | null, problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ key, message }) => `  ${key}: ${message}`)
  return [`cannot use the config ${file ?? ''}:`, ...lines].join('\n')
}

/** What is still to do by hand. What can be seen to be done already is left out. */
function nextSteps({ configFile, paths, tokenFile, botUser, ...had }: InitPlaces, admins: readonly number[]) {
  const system = botUser !== null
  const steps: [string, string][] = []
  if (admins.length === 0 && had.admins.length === 0 && !hasPeople(paths.roster))
    steps.push([
      `edit ${shellWord(configFile)}`,
      'put your Telegram id into telegram.admins; not known? the bot says it',
    ])
  if (!existsSync(tokenFile))
    steps.push([
      `install -m 0600 ${system ? `-o ${botUser} ` : ''}/dev/stdin ${shellWord(tokenFile)}`,
      "then paste the bot's token, and Ctrl-D",
    ])
  if (had.witness !== null && !existsSync(had.witness.tokenFile)) {
    const { user, tokenFile: file } = had.witness
    steps.push([
      `install -m 0600 -o ${user} /dev/stdin ${shellWord(file)}`,
      "then paste the witness's token (a second bot of @BotFather), and Ctrl-D",
    ])
  }
  if (!existsSync(join(paths.run, SOCKETS.admin))) {
    steps.push(['usher worker', 'starts the worker; leave it running'])
    steps.push([
      `${system ? `runuser -u ${botUser} -- ` : ''}usher bot`,
      'starts the bot, in another terminal',
    ])
  }
  steps.push(['usher doctor', 'says what is not right yet'])
  return ['', 'Next:', ...steps.flatMap(([what, why]) => [`  ${plain(what, 500)}`, `      ${why}`]), ''].join(
    '\n',
  )
}

/** Whether somebody is on the roster; then it says who the admins are. */
function hasPeople(roster: string): boolean {
  const parsed = existsSync(roster) ? parseRoster(readFileSync(roster, 'utf8')) : null
  return parsed?.ok === true && parsed.people.length > 0
}

function print(document: object): void {
  process.stdout.write(jsonDocument(document))
}

function say(
  json: boolean,
  exit: number,
  code: ErrorCode,
  message: string,
  more: { violations?: DocumentViolation[]; changes?: Outcome[] } = {},
): number {
  const { violations = [], changes } = more
  if (json) print({ ...refusalDocument(code, message, violations), ...(changes ? { changes } : {}) })
  else
    process.stderr.write(
      `usher: ${message
        .split('\n')
        .map((line) => plain(line))
        .join('\n')}\n`,
    )
  return exit
}
