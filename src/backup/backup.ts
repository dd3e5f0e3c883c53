import { statSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { helpOf } from '../command/help.ts'
import { BACKUP } from '../command/parts/backup.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import { configViolations } from '../config/config-violations.ts'
import { readEnvironment } from '../config/environment.ts'
import { loadConfig } from '../config/load.ts'
import { jsonDocument } from '../protocol/json-document.ts'
import { createPrograms } from '../provisioning/host/programs/create-programs.ts'
import { makeBackup } from './make-backup.ts'
import { programVersion, refuse } from './say.ts'

/**
 * `usher backup FILE`: one file with everything that cannot be made again, taken while everything runs.
 *
 * @returns 0 written, 1 it failed and nothing is left, 2 refused before anything was written, 3 not permitted
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.umask(0o077)
  const options = readCommandLine(BACKUP, argv)
  if (!options.ok) return refuse(options.json, 2, 'bad_request', options.message)
  if (options.help) {
    process.stdout.write(helpOf(BACKUP))
    return 0
  }
  const { json, secrets, data, config: explicitFile } = options.values
  const uid = process.getuid?.() ?? -1
  const loaded = loadConfig({ environment: readEnvironment(), uid, explicitFile })
  if (!loaded.ok) {
    const message = `cannot back up by the config ${loaded.file ?? '(none)'}: ${loaded.problems.length} problems`
    return refuse(json, 2, 'invalid', message, configViolations(loaded.problems))
  }
  const { config } = loaded
  if (config.mode === 'system' && uid !== 0) {
    const message = `cannot back up the system as uid ${uid}: root only`
    return refuse(json, 3, 'not_permitted', message)
  }
  const file = resolve(options.operands[0] ?? '')
  const made = await makeBackup(
    { programs: createPrograms(config.mode), clock: Date.now, host: hostname(), version: programVersion() },
    { config, uid, file, secrets, data },
  )
  if (!made.ok) return refuse(json, made.exit, made.exit === 2 ? 'invalid' : 'internal', made.message)
  const { manifest, left, notes } = made
  if (json) {
    process.stdout.write(jsonDocument({ ok: true, file, manifest, left_out: left, notes }))
    return 0
  }
  const { database, members } = manifest
  const lines = [
    `${file}: ${statSync(file).size} bytes, mode 0600`,
    `  database with ${database.requests} requests and ${database.events_end.id} events, ${database.unfinished_runs} runs under way or queued`,
    `  ${members.map(({ name }) => name).join(', ')}`,
    ...left.map(({ name, why }) => `  left out: ${name} (${why})`),
    ...notes.map((note) => `  note: ${note}`),
    secrets
      ? '  WITH secrets: whoever reads this file can speak as the bot and answer second factors'
      : '  without tokens and second factors (--secrets); it holds names and decisions of people all the same',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return 0
}
