import type { Config, ConfigProblem } from '../../config/config.ts'
import { checkConfigAgainstHost } from '../../config/host-check.ts'
import { readHostFacts } from '../../config/host-facts.ts'
import { distrustOfGround, groundOf } from '../../config/root-ground.ts'
import type { Distrust } from '../../config/trusted-path.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import { readUnitNames } from '../../provisioning/host/services/unit-names.ts'
import { type Check, type Finding, note, ok, problem } from '../finding.ts'
import type { FindingCode } from '../finding-codes.ts'

/** Which mode it is, and why. */
export function modeFinding(config: Config, uid: number): Finding[] {
  if (config.mode === 'system') return [ok('mode.system', 'mode', `system: ${config.file} belongs to root`)]
  const from = config.file === null ? 'there is no config' : `${config.file} says so, or is a person's own`
  const why = `only the account of uid ${uid} is served, and isolation from others is not proven`
  return [note('mode.single-user', 'mode', `single-user: ${from}`, why)]
}

/** Why a config cannot be used. */
export function configFindings(
  file: string | null,
  problems: readonly ConfigProblem[],
  uid: number,
): Finding[] {
  const why = 'worker and bot do not start with it'
  return problems.map(({ key, message }) => {
    if (file === null) return problem('config.missing', key, message, why, 'usher init')
    const invalid = key !== 'file' || message.startsWith('cannot parse')
    if (invalid) return problem('config.invalid', key, message, why, editing(file))
    if (message.includes('there is no such file'))
      return problem('config.missing', file, message, why, uid === 0 ? 'usher init' : editing(file))
    const name = shellWord(file)
    const distrust = uid === 0 ? distrustOfGround(file) : null
    if (distrust !== null) return distrustFinding(distrust, 'config.untrusted', file, editing(file))
    const fix = uid === 0 ? `chown -h root ${name} && chmod 0644 ${name}` : `chmod 0600 ${name}`
    return problem('config.unreadable', file, message, why, fix)
  })
}

function distrustFinding(distrust: Distrust, code: FindingCode, path: string, instead: string): Finding {
  const why = 'whoever can write there decides what root does; the worker does not start'
  const itself = distrust.path === path
  const secret =
    itself && code !== 'config.untrusted' && distrust.mend !== null && code !== 'ground.untrusted'
  const fix = secret ? `chown -h root ${shellWord(path)} && chmod 0600 ${shellWord(path)}` : distrust.mend
  return problem(itself ? code : 'ground.untrusted', distrust.path, distrust.message, why, fix ?? instead)
}

/** What only the host can say against the config, and what of it somebody else could replace. */
export const checkConfigHost: Check = async ({ config, people, programs }) => {
  const units = config.services.map(({ unit }) => unit)
  const facts = {
    ...readHostFacts(accountFilesOf()),
    unitNames: await readUnitNames(programs, units),
    rosterOsUsers: people?.map((entry) => entry.os_user) ?? null,
  }
  const why = 'the worker does not start with it'
  const contradictions = checkConfigAgainstHost(config, facts).map(({ key, message }) => {
    const account = /there is no such account/.test(message) && OWN_ACCOUNTS.includes(key)
    return problem('config.host', key, message, why, account ? 'usher init' : editing(config.file))
  })
  const findings = [...contradictions, ...groundFindings(config)]
  if (findings.length > 0) return findings
  return [ok('config.ok', config.file ?? 'config', 'can be used, and nothing in it contradicts this host')]
}

const OWN_ACCOUNTS = ['bot.user', 'witness.user', 'approver.user']

const GROUND_CODES: Readonly<Record<string, FindingCode>> = {
  file: 'config.untrusted',
  'paths.roster': 'roster.untrusted',
  'paths.secrets': 'secrets.untrusted',
}

/** What the worker refuses to start from. Folders of our own are looked at by themselves, to the last bit of their mode. */
function groundFindings(config: Config): Finding[] {
  if (config.mode !== 'system') return []
  const { state, data, run } = config.paths
  const own = [state, data, `${data}/memory`, `${data}/history`, run]
  const told = new Set<string>(own)
  return groundOf(config).flatMap(({ key, path }) => {
    const distrust = distrustOfGround(path)
    if (distrust === null || told.has(distrust.path)) return []
    told.add(distrust.path)
    const instead = `${editing(config.file)}: ${key} below a folder where only root can write`
    return [distrustFinding(distrust, GROUND_CODES[key] ?? 'ground.untrusted', path, instead)]
  })
}

/** Settings that give something away on purpose. */
export const checkPolicy: Check = ({ config }) =>
  config.adopt === 'admin'
    ? [
        note(
          'policy.adopt-admin',
          'adopt: admin',
          'an existing account is taken over without its owner agreeing',
          'one admin, or a stolen bot, can hand the account of somebody else to a Telegram user',
          `sed -i '/^adopt: admin$/d' ${shellWord(config.file ?? '')}   # then restart the worker`,
        ),
      ]
    : []

/** How a finding says that a person has to decide. */
export function editing(file: string | null): string {
  return `edit ${file === null ? 'the config' : shellWord(file)}`
}
