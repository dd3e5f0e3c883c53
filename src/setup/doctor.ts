import { fileURLToPath } from 'node:url'
import { helpOf } from '../command/help.ts'
import { DOCTOR } from '../command/parts/doctor.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import type { Config } from '../config/config.ts'
import { readEnvironment } from '../config/environment.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { loadConfig } from '../config/load.ts'
import type { Launch } from '../config/root-caution.ts'
import { jsonDocument, refusalDocument } from '../protocol/json-document.ts'
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
import { checkToken } from './checks/token.ts'
import { checkUnits } from './checks/units.ts'
import { report } from './doctor-report.ts'
import {
  byImportance,
  type Check,
  type Finding,
  type HostCheck,
  type HostContext,
  note,
} from './finding.ts'

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
  checkToken,
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

/** `usher doctor`: what can go wrong silently, why it matters and what mends it. Changes nothing; exit 1 on problems. */
export async function main(argv: readonly string[], launch: Launch): Promise<number> {
  const options = readCommandLine(DOCTOR, argv)
  if (!options.ok) {
    if (options.json) process.stdout.write(jsonDocument(refusalDocument('bad_request', options.message)))
    else process.stderr.write(`usher: ${options.message}\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(helpOf(DOCTOR))
    return 0
  }
  const { config: explicitFile, json } = options.values
  const environment = readEnvironment()
  const findings =
    launch.distrust === null
      ? await examine(explicitFile, launch, environment)
      : [untrustedCode(launch.distrust)]
  const colours = process.stdout.isTTY === true && !environment.noColor
  process.stdout.write(report(byImportance(findings), { json, colours }))
  return findings.some(({ severity }) => severity === 'problem') ? 1 : 0
}

async function examine(
  explicitFile: string | undefined,
  launch: Launch,
  environment: ReturnType<typeof readEnvironment>,
): Promise<Finding[]> {
  const uid = process.getuid?.() ?? -1
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
  return readHostFacts().accounts.find(({ name }) => name === botUser)?.uid ?? null
}

function withoutConfig(): Finding {
  const what = 'roster, folders, secrets, sockets, worker and services were not looked at'
  return note('reach.no-config', 'what depends on the config', what, 'only the config says where they are')
}

/** Not everything can be seen by everybody; what cannot is said once. */
function checkReach({ config, uid }: { config: Config; uid: number }): Finding[] {
  if (config.mode !== 'system' || uid === 0) return []
  const what = `uid ${uid} cannot see roster, secrets, token and database, nor look as another account`
  return [note('reach.limited', 'what root alone can see', what, 'those are only checked as root', 'sudo usher doctor')]
}
