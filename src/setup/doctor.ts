import { helpOf } from '../command/help.ts'
import { DOCTOR } from '../command/parts/doctor.ts'
import { readCommandLine } from '../command/read-command-line.ts'
import type { Config } from '../config/config.ts'
import { type Environment, readEnvironment } from '../config/environment.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { loadConfig } from '../config/load.ts'
import type { Launch } from '../config/root-caution.ts'
import { readTrusted } from '../config/trusted-file.ts'
import type { RosterEntry } from '../domain/person.ts'
import { shellWord } from '../domain/shell-word.ts'
import { jsonDocument, refusalDocument } from '../protocol/json-document.ts'
import { accountFilesOf } from '../provisioning/host/accounts/account-files.ts'
import { createPrograms } from '../provisioning/host/programs/create-programs.ts'
import { parseRoster, ROSTER_LIMIT_BYTES } from '../provisioning/roster/parse.ts'
import { plain } from '../texts/plain.ts'
import { checkAgentCommand, checkHost, checkPolicy, checkPrograms, checkServices } from './checks/host.ts'
import { checkDisks, checkFiles, checkFolders, checkReach } from './checks/places.ts'
import { checkSockets } from './checks/sockets.ts'
import { checkStepUps } from './checks/step-up.ts'
import { type Check, type Finding, note, ok, problem } from './finding.ts'

const CHECKS: readonly Check[] = [
  checkReach,
  checkHost,
  checkFiles,
  checkFolders,
  checkStepUps,
  checkDisks,
  checkPrograms,
  checkSockets,
  checkServices,
  checkAgentCommand,
  checkPolicy,
]

/** `usher doctor`: what can go wrong silently, why it matters and what mends it. Changes nothing; exit 1 on problems. */
export async function main(argv: readonly string[], { distrust }: Launch): Promise<number> {
  const options = readCommandLine(DOCTOR, argv)
  if (!options.ok) {
    if (options.json) print(refusalDocument('bad_request', options.message))
    else process.stderr.write(`usher: ${options.message}\n`)
    return 2
  }
  if (options.help) {
    process.stdout.write(helpOf(DOCTOR))
    return 0
  }
  const { config: explicitFile, json } = options.values
  const findings =
    distrust === null
      ? await examine(readEnvironment(), process.getuid?.() ?? -1, explicitFile)
      : [
          problem(
            'code',
            distrust.message,
            'whoever can write it becomes root with the next command; nothing else is looked at before that is mended',
            distrust.mend ?? 'install Usher where only root can write',
          ),
        ]
  const found = findings.filter(({ level }) => level === 'problem')
  const problems = found.length
  if (json && problems === 0) print({ ok: true, findings })
  else if (json) {
    const message = `cannot vouch for this installation: ${counted(problems)}`
    const violations = found.map(({ about, text }) => ({ field: about, code: 'finding', message: text }))
    print({ ...refusalDocument('invalid', message, violations), findings })
  } else for (const finding of findings) process.stdout.write(asText(finding))
  if (!json) process.stdout.write(`${problems === 0 ? 'No problem found.' : `${counted(problems)}.`}\n`)
  return problems === 0 ? 0 : 1
}

/** Every finding about the installation of this config. Changes nothing. */
export async function examine(
  environment: Environment,
  uid: number,
  explicitFile: string | undefined,
): Promise<Finding[]> {
  const loaded = loadConfig({ environment, uid, explicitFile })
  if (!loaded.ok) {
    return loaded.problems.map(({ key, message }) =>
      problem(
        key,
        message,
        'worker and bot do not start with it',
        loaded.file === null ? 'usher init' : `edit ${loaded.file}`,
      ),
    )
  }
  const { config } = loaded
  const { findings, people } = readPeople(config, uid)
  const botUid =
    config.botUser === null
      ? config.mode === 'single-user'
        ? uid
        : null
      : (readHostFacts(accountFilesOf()).accounts.find(({ name }) => name === config.botUser)?.uid ?? null)
  const context = { config, environment, uid, botUid, people, programs: createPrograms(config.mode) }
  const all = [modeFinding(config, uid), ...findings, ...adminFindings(config, people)]
  for (const check of CHECKS) all.push(...(await check(context)))
  return all
}

function modeFinding(config: Config, uid: number): Finding {
  if (config.mode === 'system') return ok('mode', `system: ${config.file} belongs to root`)
  const why = `only the account of uid ${uid} is served, and isolation from others is not proven`
  const from = config.file === null ? 'there is no config' : `${config.file} is a person's own`
  return note('mode', `single-user: ${from}`, why)
}

/** Without an admin everything works as root on a terminal, and nothing in the chat. */
function adminFindings(config: Config, people: RosterEntry[] | null): Finding[] {
  const decides = ({ role }: RosterEntry) => {
    const permissions = config.roles.get(role)?.permissions ?? []
    return permissions.includes('*') || permissions.includes('requests.approve.all')
  }
  if (people === null || config.telegram.admins.length > 0 || people.some(decides)) return []
  const fix = `send /start to the bot, which says your Telegram id; put it into telegram.admins of ${config.file ?? 'the config'}; restart both`
  return [note('admins', 'there is no admin yet', 'nobody can do anything in the chat', fix)]
}

function readPeople(config: Config, uid: number): { findings: Finding[]; people: RosterEntry[] | null } {
  const system = config.mode === 'system'
  if (system && uid !== 0) return { findings: [], people: null }
  const file = config.paths.roster
  const read = readTrusted(file, {
    owners: system ? [0] : [0, uid],
    parents: true,
    maxBytes: ROSTER_LIMIT_BYTES,
  })
  const why = 'nobody but the operator has any rights, and no run can begin'
  if (!read.ok) {
    const fix =
      read.reason === 'absent'
        ? 'usher init'
        : `chown root ${shellWord(file)} && chmod 0600 ${shellWord(file)}`
    return { findings: [problem('roster', read.message, why, fix)], people: null }
  }
  const parsed = parseRoster(read.text)
  if (!parsed.ok)
    return { findings: [problem('roster', parsed.why, why, `edit ${shellWord(file)}`)], people: null }
  const people = parsed.people.map(({ entry }) => entry)
  const findings: Finding[] = [ok('roster', `${file}, ${people.length} people`)]
  for (const { entry, exactId, line } of parsed.people) {
    const edit = `edit line ${line} of ${shellWord(file)}`
    if (!exactId) {
      const text = `the telegram_id of ${entry.name} is text, not a number`
      findings.push(problem('roster', text, 'that person has no rights', edit))
    }
    if (!config.roles.has(entry.role)) {
      const text = `${entry.name} has the role ${entry.role}, which the config does not have`
      findings.push(problem('roster', text, 'that person has no rights', edit))
    }
    const twins = people.filter(
      (other) =>
        other !== entry && (other.telegram_id === entry.telegram_id || other.os_user === entry.os_user),
    )
    if (twins.length > 0) {
      const text = `${entry.name} shares a Telegram id or OS user with ${twins.map(({ name }) => name).join(', ')}`
      findings.push(problem('roster', text, 'none of them has any rights', edit))
    }
  }
  if ((read.mode & 0o077) !== 0) {
    const text = `${file} can be read by others`
    findings.push(
      note('roster', text, 'it says who is here and what they may do', `chmod 0600 ${shellWord(file)}`),
    )
  }
  return { findings, people }
}

function counted(problems: number): string {
  return problems === 1 ? '1 problem' : `${problems} problems`
}

function asText({ level, about, text, why, fix }: Finding): string {
  const mark = { ok: 'ok     ', note: 'note   ', problem: 'PROBLEM' }[level]
  const lines = [`${mark}  ${plain(about)}: ${plain(text)}`]
  if (why !== undefined) lines.push(`         why: ${plain(why)}`)
  if (fix !== undefined) lines.push(`         mend: ${plain(fix)}`)
  return `${lines.join('\n')}\n`
}

function print(document: object): void {
  process.stdout.write(jsonDocument(document))
}
