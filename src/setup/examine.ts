import { fileURLToPath } from 'node:url'
import type { Config } from '../config/config.ts'
import type { Environment } from '../config/environment.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { loadConfig } from '../config/load.ts'
import type { Launch } from '../config/root-caution.ts'
import { accountFilesOf } from '../provisioning/host/accounts/account-files.ts'
import { createPrograms } from '../provisioning/host/programs/create-programs.ts'
import { checkAccounts } from './checks/accounts.ts'
import { checkAdmins } from './checks/admins.ts'
import { checkAgentCommand } from './checks/agent.ts'
import { checkClock, checkLastEvent } from './checks/clock.ts'
import { checkCode, untrustedCode } from './checks/code.ts'
import { checkConfigHost, checkPolicy, configFindings, modeFinding } from './checks/config.ts'
import { checkDisks } from './checks/disks.ts'
import { checkFiles } from './checks/files.ts'
import { checkFolders, checkPersonFolders } from './checks/folders.ts'
import { checkKernel, checkPrograms } from './checks/host.ts'
import { checkRoster, readPeople } from './checks/roster.ts'
import { checkServices } from './checks/services.ts'
import { checkPeer, checkSockets } from './checks/sockets.ts'
import { checkStepUps } from './checks/step-up.ts'
import { checkTokens } from './checks/token.ts'
import { checkUnits } from './checks/units.ts'
import { byImportance, type Check, type Finding, type HostCheck, type HostContext, note } from './finding.ts'

/** What can be looked at without a config. */
const HOST_CHECKS: readonly HostCheck[] = [
  checkCode,
  checkAccounts,
  checkKernel,
  checkClock,
  checkPrograms,
  checkUnits,
]

const CHECKS: readonly Check[] = [
  checkReach,
  checkConfigHost,
  checkPolicy,
  checkRoster,
  checkAdmins,
  checkFiles,
  checkTokens,
  checkFolders,
  checkPersonFolders,
  checkStepUps,
  checkDisks,
  checkSockets,
  checkPeer,
  checkLastEvent,
  checkServices,
  checkAgentCommand,
]

export interface ExamineOptions {
  environment: Environment
  uid: number
  launch: Launch
  /** `--config`. */
  explicitFile?: string | undefined
}

/** Looks at everything that can silently go wrong, as far as this uid can see it; the most important first. Changes nothing. */
export async function examine(options: ExamineOptions): Promise<Finding[]> {
  const { distrust } = options.launch
  return distrust === null ? byImportance(await look(options)) : [untrustedCode(distrust)]
}

async function look({ environment, uid, launch, explicitFile }: ExamineOptions): Promise<Finding[]> {
  const loaded = loadConfig({ environment, uid, explicitFile })
  const config = loaded.ok ? loaded.config : null
  const context: HostContext = {
    ...{ environment, uid, launch, config },
    codeRoot: fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''),
    programs: createPrograms(config?.mode ?? (uid === 0 ? 'system' : 'single-user')),
  }
  const findings: Finding[] = []
  for (const check of HOST_CHECKS) findings.push(...(await check(context)))
  if (!loaded.ok) return [...findings, ...configFindings(loaded.file, loaded.problems, uid), withoutConfig()]
  const people = readPeople(loaded.config, uid)
  const whole = { ...context, config: loaded.config, people, botUid: botUidOf(loaded.config, uid) }
  findings.push(...modeFinding(loaded.config, uid))
  for (const check of CHECKS) findings.push(...(await check(whole)))
  return findings
}

function botUidOf({ botUser, mode }: Config, uid: number): number | null {
  if (botUser === null) return mode === 'single-user' ? uid : null
  return readHostFacts(accountFilesOf()).accounts.find(({ name }) => name === botUser)?.uid ?? null
}

function withoutConfig(): Finding {
  const what = 'roster, folders, secrets, sockets, worker and services were not looked at'
  return note('reach.no-config', 'what depends on the config', what, 'only the config says where they are')
}

/** Not everything can be seen by everybody; what cannot is said once. */
function checkReach({ config, uid }: { config: Config; uid: number }): Finding[] {
  if (config.mode !== 'system' || uid === 0) return []
  const what = `uid ${uid} cannot see roster, secrets, token and database, nor look as another account`
  return [
    note(
      'reach.limited',
      'what root alone can see',
      what,
      'those are only checked as root',
      'sudo usher doctor',
    ),
  ]
}
