import type { Client } from '../client/client.ts'
import { createClient } from '../client/create-client.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { socketFor } from '../config/socket.ts'
import type { Line } from '../texts/line.ts'
import { plain } from '../texts/plain.ts'
import type { Words } from '../texts/words.ts'
import { failed, type Outcome } from './outcome.ts'
import { renderLines, styleFor, write } from './output.ts'
import type { Prompter } from './questions/prompter.ts'
import type { Terminal } from './questions/terminal-prompter.ts'
import type { CliWorld } from './world.ts'

/** What a verb works with. */
export interface Session {
  words: Words
  config: Config
  client: Client
  /** Null where nobody can be asked: no terminal, or `--json`. */
  prompter: Prompter | null
  /** Tells people something before the end; silent with `--json`. */
  say(lines: readonly Line[]): Promise<void>
  /** What somebody asked for who came by SSH with a forced command; null otherwise. */
  sshCommand: string | null
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
  /** Aborted when nobody reads what is said any more; by Ctrl-C too. */
  unread: AbortSignal
}

export interface GlobalOptions {
  config?: string
  json?: boolean
}

export type SessionResult = { ok: true; session: Session } | { ok: false; outcome: Outcome }

/**
 * Config, socket and client for one verb. Uid 0 uses only a config that nobody else can change, and talks only to a worker of
 * uid 0; that nobody else can change the code was looked at before any verb.
 *
 * @param socket `claim`: as oneself on everybody's socket, because only there a uid stands for its account. `approver`: as the approver
 *   account, whose caller may have chosen the environment: nothing of it names a config
 */
export async function openSession(
  world: CliWorld,
  unread: AbortSignal,
  options: GlobalOptions,
  socket: 'cli' | 'claim' | 'approver' = 'cli',
): Promise<SessionResult> {
  const { uid, environment, stdin, stdout, signal } = world
  const loaded = loadConfig({
    environment: socket === 'approver' ? { ...environment, configFile: null } : environment,
    uid,
    ...(world.home === undefined ? {} : { home: world.home }),
    ...(options.config === undefined ? {} : { explicitFile: options.config }),
    ...(world.systemFile === undefined ? {} : { systemFile: world.systemFile }),
  })
  if (!loaded.ok) return { ok: false, outcome: badConfig(loaded.file, loaded.problems) }
  const { config } = loaded
  const choice = socketFor(config, uid, socket)
  const interactive = options.json !== true && stdin.isTTY === true && stdout.isTTY === true
  const style = styleFor(stdout, environment.noColor)
  return {
    ok: true,
    session: {
      words: world.words,
      config,
      client: createClient({ socketPath: choice.path, expectServerUid: choice.expectServerUid }),
      prompter: interactive ? await terminalPrompter({ stdin, stdout, signal, style }) : null,
      say: (lines) => (options.json === true ? Promise.resolve() : write(stdout, renderLines(lines, style))),
      sshCommand: environment.sshOriginalCommand,
      signal,
      unread: AbortSignal.any([signal, unread]),
    },
  }
}

/** Loaded only where somebody can be asked: it is a good part of a cold start. */
async function terminalPrompter(terminal: Terminal): Promise<Prompter> {
  const { createTerminalPrompter } = await import('./questions/terminal-prompter.ts')
  return createTerminalPrompter(terminal)
}

function badConfig(file: string | null, problems: { key: string; message: string }[]): Outcome {
  const where = file === null ? 'a config' : plain(file)
  const count = problems.length === 1 ? 'one thing is' : `${problems.length} things are`
  return failed('invalid', `cannot use ${where}: ${count} wrong`, {
    violations: problems.map(({ key, message }) => ({
      field: plain(key),
      code: 'config_invalid',
      message: plain(message),
    })),
  })
}
