import { CommanderError } from 'commander'
import { jsonDocument } from '../protocol/json-document.ts'
import { plain } from '../texts/plain.ts'
import { exitStatus, failed, type Outcome } from './outcome.ts'
import { renderLines, styleFor, write } from './output.ts'
import { createProgram, forEachCommand } from './program.ts'
import { type GlobalOptions, openSession } from './session.ts'
import type { Act } from './verbs/act.ts'
import type { CliWorld } from './world.ts'

/**
 * One run of the `usher` command as a client of the worker: parses, performs one verb, prints its outcome (one JSON
 * document with `--json`) and gives the exit status. Nothing throws but a bug.
 */
export async function runCli(world: CliWorld): Promise<number> {
  const unread = new AbortController()
  const ignoreUnread = () => unread.abort()
  // Whoever read us went away (`usher users | head -1`): no error; what was begun is finished, but not waited for.
  for (const stream of [world.stdout, world.stderr]) stream.on('error', ignoreUnread)
  try {
    return await run(world, unread.signal)
  } finally {
    for (const stream of [world.stdout, world.stderr]) stream.off('error', ignoreUnread)
  }
}

async function run(world: CliWorld, unread: AbortSignal): Promise<number> {
  const json = wantsJson(world.argv)
  let outcome: Outcome | null = null
  const help: string[] = []
  const complaints: string[] = []
  const end = (ended: Outcome) => {
    outcome = ended
  }
  const act: Act =
    (verb, socket) =>
    async (...args) => {
      const opened = await openSession(world, unread, program.opts<GlobalOptions>(), socket)
      if (!opened.ok) return end(opened.outcome)
      try {
        end(await verb(opened.session, ...args))
      } finally {
        await opened.session.client.close()
      }
    }
  const program = createProgram(world.version, act, end)
  forEachCommand(program, (command) => {
    command.exitOverride().configureOutput({
      writeOut: (text) => help.push(text),
      writeErr: (text) => complaints.push(text),
      getOutHelpWidth: () => columnsOf(world.stdout),
      getErrHelpWidth: () => columnsOf(world.stderr),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
  })
  try {
    await program.parseAsync([...world.argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) {
      await write(world.stdout, help.join(''))
      return 0
    }
    if (error.code === 'commander.help' && !json) {
      await write(world.stderr, complaints.join(''))
      return 2
    }
    outcome = failed('bad_request', usageMessage(error, complaints))
  }
  if (outcome === null) throw new Error('a verb ended without an outcome')
  await print(world, outcome, json)
  return exitStatus(outcome)
}

async function print(world: CliWorld, outcome: Outcome, json: boolean): Promise<void> {
  if (json) {
    const { data, ok } = outcome
    const document = ok ? { ok, ...data } : { ok, error: outcome.error, ...data }
    return write(world.stdout, jsonDocument(document))
  }
  const stream = outcome.ok ? world.stdout : world.stderr
  await write(stream, renderLines(outcome.lines, styleFor(stream, world.environment.noColor)))
}

/** Before anything is parsed, so that a usage error is a JSON document too. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json')
}

/** Commander's own sentence, in the manner of all others. */
function usageMessage(error: CommanderError, complaints: readonly string[]): string {
  const said = (complaints.join('').trim() || error.message).split('\n')
  if (error.code === 'commander.help') return "cannot do nothing: give a verb; 'usher --help' lists them"
  const text = said.map((line) => line.replace(/^error: /, '').trim()).filter((line) => line !== '')
  return `cannot understand this command: ${plain(text.join(' '), 500)}; see 'usher --help'`
}

function columnsOf(stream: { isTTY?: boolean; columns?: number }): number {
  return stream.isTTY === true && stream.columns !== undefined ? Math.max(40, stream.columns) : 100
}
