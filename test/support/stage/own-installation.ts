/** An installation in single-user mode: everything below one scratch folder of the caller's. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type CommandResult, runCommand } from './command.ts'
import { type OperatorFile, type Places, writeOperatorFiles } from './system-installation.ts'

export interface OwnInstallation {
  places: Places
  env: Record<string, string>
  init: CommandResult
  remove(): void
}

/**
 * `scratch` is an existing, empty folder of the caller's; its path must be short enough for sockets. It is removed with the
 * installation, and when that cannot be made.
 */
export async function installForOneself(options: {
  usher: string
  cwd: string
  scratch: string
  config: object
  token: string
  files: readonly OperatorFile[]
}): Promise<OwnInstallation> {
  const { scratch, cwd } = options
  const at = (...names: string[]) => join(scratch, ...names)
  const env = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: at('home'),
    XDG_CONFIG_HOME: at('config'),
    XDG_DATA_HOME: at('data'),
    XDG_STATE_HOME: at('state'),
    XDG_RUNTIME_DIR: at('run'),
  }
  for (const folder of ['home', 'config', 'config/usher', 'data', 'state', 'run']) {
    mkdirSync(at(folder), { mode: 0o700 })
    chmodSync(at(folder), 0o700)
  }
  writeOperatorFiles(options.files)
  const places: Places = {
    config: at('config/usher/config.yaml'),
    roster: at('config/usher/users.yaml'),
    secrets: at('config/usher/secrets.yaml'),
    token: at('config/usher/telegram-token'),
    data: at('data/usher'),
    state: at('state/usher'),
    botState: at('state/usher-bot'),
    run: at('run/usher'),
  }
  writeFileSync(places.config, stringify({ mode: 'single-user', ...options.config }), { mode: 0o600 })
  writeFileSync(places.token, `${options.token}\n`, { mode: 0o600 })
  const init = await runCommand([options.usher, 'init', '--config', places.config], { cwd, env })
  const remove = () => rmSync(scratch, { recursive: true, force: true })
  if (init.status !== 0) {
    remove()
    throw new Error(`cannot install: usher init ended with ${init.status}\n${init.stdout}${init.stderr}`)
  }
  return { places, env, init, remove }
}
