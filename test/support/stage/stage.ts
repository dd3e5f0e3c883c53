/**
 * One whole Usher for a scene: a Bot API server in this process, the real worker and the real bot as processes of their
 * own, an installation made with `usher init`, and people with phones. Everything ends with `close()`.
 */
import { join } from 'node:path'
import type { Client } from '../../../src/client/client.ts'
import { createClient } from '../../../src/client/create-client.ts'
import type { Control } from '../bot-api-server/control/control.ts'
import { type BotApiServer, createBotApiServer } from '../bot-api-server/server.ts'
import { type ChatDriver, createChatDriver } from '../chat-driver/chat-driver.ts'
import { becoming, type CommandResult, runCommand } from './command.ts'
import { createDaemon, type Daemon } from './daemon.ts'
import { installForOneself } from './own-installation.ts'
import {
  CLEAN_ENVIRONMENT,
  installOnSystem,
  type OperatorFile,
  type Places,
  type Resident,
} from './system-installation.ts'

export interface StageOptions {
  /** The checkout that is run; every uid must be able to read it in system mode. */
  checkout: string
  /** `system`: root in a sandbox. `{ scratch }`: single-user mode, everything in that folder. */
  mode: 'system' | { scratch: string }
  /** The config file's keys; the Bot API server's address is added. */
  config?: Record<string, unknown>
  /** System mode only. */
  residents?: readonly Resident[]
  /** System mode only: groups that the host has. */
  groups?: readonly string[]
  /** Made before `usher init`. */
  files?: readonly OperatorFile[]
  /** The level at which worker, bot and witness log; else their own default. */
  logLevel?: string
  /** For the chat driver's waits. */
  patienceMs?: number
  /** Aborted while the stage is being set: everything ends, and `createStage` rejects. */
  signal?: AbortSignal
  /** Told what is done. */
  done?(what: 'install' | 'worker' | 'bot'): void
}

export interface Stage {
  readonly places: Places
  readonly botApi: BotApiServer
  readonly chat: ChatDriver
  readonly worker: Daemon
  readonly bot: Daemon
  /** The second bot, where the config has a `witness`. */
  readonly witness: { daemon: Daemon; chat: ChatDriver; control: Control } | null
  /** On the operator's socket. */
  readonly client: Client
  /** What `usher init` printed. */
  readonly init: CommandResult
  /** Runs the `usher` command; as the caller (root in system mode), or as a real OS user. */
  usher(args: readonly string[], options?: { as?: string; input?: string }): Promise<CommandResult>
  /** The same with `--json`: the one document that it printed. */
  usherJson(args: readonly string[], options?: { as?: string }): Promise<{ status: number; json: unknown }>
  /** The logs of worker and bot, for a failure. */
  logs(): string
  /** Ends every process and removes the installation. */
  close(): Promise<void>
}

const READY_WITHIN_MS = 15_000
const WITNESS_TOKEN = '220201543:the-token-of-the-witness-in-tests'
const WITNESS_USER = 'usher-witness'

/** Installs and starts worker and bot; resolves when both are ready. Cleans up after itself when that fails. */
export async function createStage(options: StageOptions): Promise<Stage> {
  const {
    checkout,
    mode,
    residents = [],
    groups = [],
    files = [],
    logLevel,
    patienceMs,
    signal,
    done = () => {},
  } = options
  const usher = join(checkout, 'usher')
  const cwd = '/'
  const botApi = await createBotApiServer({ botUsername: 'usher_bot' })
  const hasWitness = options.config?.['witness'] !== undefined
  const seer = botApi.addBot({ token: WITNESS_TOKEN, botUsername: 'usher_witness_bot' })
  const closers: (() => unknown)[] = [() => botApi.close()]
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const telegram = { ...(options.config?.['telegram'] as object | undefined), api_root: botApi.url }
    const config = { ...options.config, telegram }
    const installed =
      mode === 'system'
        ? {
            ...(await installOnSystem({
              ...{ usher, cwd, config, token: botApi.token, residents, groups, files },
              ...(hasWitness ? { witnessToken: WITNESS_TOKEN } : {}),
            })),
            env: CLEAN_ENVIRONMENT,
          }
        : {
            ...(await installForOneself({
              usher,
              cwd,
              config,
              token: botApi.token,
              files,
              scratch: mode.scratch,
            })),
            botUser: null,
          }
    closers.push(installed.remove)
    signal?.throwIfAborted()
    done('install')
    const { places, init, botUser } = installed
    const env = logLevel === undefined ? installed.env : { ...installed.env, USHER_LOG_LEVEL: logLevel }
    const configFlag = mode === 'system' ? [] : ['--config', places.config]
    const socketPath = join(places.run, 'admin.sock')

    const client = createClient({ socketPath, expectServerUid: process.getuid!() })
    closers.push(() => client.close())

    const worker = createDaemon({
      name: 'worker',
      argv: tied([usher, 'worker', ...configFlag]),
      cwd,
      env,
      isReady: async () => (await client.call('status', {})).ok,
      readyWithinMs: READY_WITHIN_MS,
    })
    const bot = createDaemon({
      name: 'bot',
      argv:
        botUser === null
          ? tied([usher, 'bot', ...configFlag])
          : [...becoming(botUser), ...tied([usher, 'bot', ...configFlag])],
      cwd,
      env: botUser === null ? env : { ...env, HOME: places.botState },
      isReady: () => botApi.control.isReceiving({}),
      isForgotten: async () => !(await botApi.control.isPolling({})),
      readyWithinMs: READY_WITHIN_MS,
    })
    const witness = hasWitness
      ? createDaemon({
          name: 'witness',
          argv: [...becoming(WITNESS_USER), ...tied([usher, 'witness', ...configFlag])],
          cwd,
          env: { ...env, HOME: '/nonexistent' },
          isReady: async () => (await seer.calls({ method: 'getMe' })).length > 0,
          readyWithinMs: READY_WITHIN_MS,
        })
      : null
    closers.push(
      () => worker.stop(),
      () => bot.stop(),
      () => witness?.stop(),
    )
    const stop = () => {
      void worker.stop()
      void bot.stop()
      void witness?.stop()
    }
    signal?.addEventListener('abort', stop)
    await worker.start()
    done('worker')
    signal?.throwIfAborted()
    await bot.start()
    await witness?.start()
    done('bot')
    signal?.removeEventListener('abort', stop)
    signal?.throwIfAborted()
    const run: Stage['usher'] = (args, { as, input } = {}) =>
      runCommand([usher, ...args, ...configFlag], { cwd, env, as, input })
    return {
      places,
      botApi,
      chat: createChatDriver(botApi.control, { timeoutMs: patienceMs }),
      worker,
      bot,
      witness:
        witness === null
          ? null
          : {
              daemon: witness,
              chat: createChatDriver(seer, { timeoutMs: patienceMs }),
              control: seer,
            },
      client,
      init,
      usher: run,
      async usherJson(args, runOptions) {
        const { status, stdout, stderr } = await run([...args, '--json'], runOptions)
        try {
          return { status, json: JSON.parse(stdout) }
        } catch (error) {
          throw new Error(`usher ${args.join(' ')} printed no JSON document: ${stdout}${stderr}`, {
            cause: error,
          })
        }
      },
      logs: () =>
        [worker, bot, ...(witness === null ? [] : [witness])]
          .map(({ name, log }) => `── log of the ${name}\n${log()}`)
          .join('\n'),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Ends with this process, also when that is killed; only Linux can. */
function tied(argv: [string, ...string[]]): [string, ...string[]] {
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--', ...argv] : argv
}
