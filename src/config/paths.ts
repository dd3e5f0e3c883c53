import { normalize } from 'node:path'
import type { Config, ConfigProblem } from './config.ts'
import { SOCKETS } from './config.ts'
import type { Environment } from './environment.ts'
import type { ConfigFile } from './schema.ts'
import { othersCanReplace } from './trusted-file.ts'

export const SYSTEM_CONFIG_FILE = '/etc/usher/config.yaml'
/** sun_path of unix(7) holds 108 bytes, the last one a zero. */
const MAX_SOCKET_PATH = 107

export type Paths = Config['paths'] & { tokenFile: string }

/** Where things are when the config does not say: below /etc, /var/lib and /run. */
export function systemPaths(): Paths {
  return {
    roster: '/etc/usher/users.yaml',
    secrets: '/etc/usher/secrets.yaml',
    tokenFile: '/etc/usher/telegram-token',
    data: '/var/lib/usher/data',
    state: '/var/lib/usher',
    botState: '/var/lib/usher-bot',
    run: '/run/usher',
  }
}

/** The caller's own folders (XDG Base Directory Specification); without a runtime folder, one in the state folder. */
export function singleUserPaths(environment: Environment, home: string): Paths & { config: string } {
  const { xdg } = environment
  const config = `${xdg.configHome ?? `${home}/.config`}/usher`
  const stateHome = xdg.stateHome ?? `${home}/.local/state`
  const state = `${stateHome}/usher`
  return {
    config: `${config}/config.yaml`,
    roster: `${config}/users.yaml`,
    secrets: `${config}/secrets.yaml`,
    tokenFile: `${config}/telegram-token`,
    data: `${xdg.dataHome ?? `${home}/.local/share`}/usher`,
    state,
    botState: `${stateHome}/usher-bot`,
    run: xdg.runtimeDir === null ? `${state}/run` : `${xdg.runtimeDir}/usher`,
  }
}

/** The defaults with what the file says over them, in normal form. */
export function mergePaths(defaults: Paths, file: ConfigFile['paths'], tokenFile: string | undefined): Paths {
  const clean = (path: string) => normalize(path).replace(/(?<=.)\/+$/, '')
  return {
    roster: clean(file.roster ?? defaults.roster),
    secrets: clean(file.secrets ?? defaults.secrets),
    tokenFile: clean(tokenFile ?? defaults.tokenFile),
    data: clean(file.data ?? defaults.data),
    state: clean(file.state ?? defaults.state),
    botState: clean(file.bot_state ?? defaults.botState),
    run: clean(file.run ?? defaults.run),
  }
}

const KEYS: Record<keyof Paths, string> = {
  roster: 'paths.roster',
  secrets: 'paths.secrets',
  tokenFile: 'telegram.token_file',
  data: 'paths.data',
  state: 'paths.state',
  botState: 'paths.bot_state',
  run: 'paths.run',
}

/** Places that give something away by where they are. `mode` null: it is not root who asks. */
export function pathProblems(paths: Paths, rootsMode: Config['mode'] | null): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const socket = `${paths.run}/${SOCKETS.everybody}`
  if (Buffer.byteLength(socket) > MAX_SOCKET_PATH) {
    problems.push({
      key: 'paths.run',
      message: `cannot put sockets into ${JSON.stringify(paths.run)}: a socket's path has at most ${MAX_SOCKET_PATH} bytes; choose a shorter folder`,
    })
  }
  for (const [name, path] of Object.entries(paths) as [keyof Paths, string][]) {
    if (path === '/') {
      problems.push({ key: KEYS[name], message: 'cannot use "/": choose a folder or file of its own' })
    }
  }
  for (const name of ['roster', 'secrets', 'data', 'state', 'run'] as const) {
    if (isInside(paths[name], paths.botState)) {
      problems.push({
        key: KEYS[name],
        message: `cannot use ${JSON.stringify(paths[name])}: it is inside paths.bot_state, where the bot could replace it; choose a folder of root's`,
      })
    }
  }
  for (const name of ['roster', 'secrets'] as const) {
    for (const folder of ['data', 'run'] as const) {
      if (isInside(paths[name], paths[folder])) {
        problems.push({
          key: KEYS[name],
          message: `cannot use ${JSON.stringify(paths[name])}: it is inside ${KEYS[folder]}; choose another folder`,
        })
      }
    }
  }
  if (rootsMode === 'system') {
    // The other places are looked at by whoever opens them, on the whole way; a database and a socket are opened by path.
    for (const name of ['state', 'run'] as const) {
      const message = othersCanReplace(paths[name], [0])
      if (message !== null) problems.push({ key: KEYS[name], message })
    }
  }
  if (rootsMode === 'single-user') {
    for (const name of Object.keys(KEYS) as (keyof Paths)[]) {
      const message = othersCanReplace(`${paths[name]}/x`, [0])
      if (message !== null) problems.push({ key: KEYS[name], message })
    }
  }
  return problems
}

/** Whether `path` is `folder` or below it. Both in normal form. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}
