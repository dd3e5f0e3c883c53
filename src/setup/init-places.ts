import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Environment } from '../config/environment.ts'
import { SYSTEM_CONFIG_FILE, singleUserPaths, systemPaths } from '../config/paths.ts'
import type { InitPlaces } from './init-plan.ts'

/** Where everything goes by a config that is there. */
export function placesOf(config: Config, configFile: string): InitPlaces {
  const { mode, paths, botUser, witness, approver, memoryTemplate } = config
  const { tokenFile, admins } = config.telegram
  return { mode, configFile, paths, botUser, witness, approver, tokenFile, admins, memoryTemplate }
}

/** A config that is not there yet names neither. */
const NO_STEP_UPS = { witness: null, approver: null, admins: [] }

/** Where everything goes before there is a config: the defaults of the system for root, else of the caller. */
export function freshPlaces(explicit: string | undefined, environment: Environment, uid: number): InitPlaces {
  if (uid === 0) {
    const { tokenFile, ...paths } = systemPaths()
    const configFile = explicit ?? SYSTEM_CONFIG_FILE
    const memoryTemplate = join(dirname(configFile), 'MEMORY.md.example')
    const files = { configFile, paths, tokenFile, memoryTemplate }
    return { mode: 'system', ...files, botUser: 'usher', ...NO_STEP_UPS }
  }
  const home = environment.home ?? userInfo().homedir
  const { config, tokenFile, ...paths } = singleUserPaths(environment, home)
  const configFile = explicit ?? config
  const memoryTemplate = join(dirname(configFile), 'MEMORY.md.example')
  const files = { configFile, paths, tokenFile, memoryTemplate }
  return { mode: 'single-user', ...files, botUser: null, ...NO_STEP_UPS }
}
