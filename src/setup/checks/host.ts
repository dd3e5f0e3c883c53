import { existsSync, readFileSync } from 'node:fs'
import { checkConfigAgainstHost } from '../../config/host-check.ts'
import { readHostFacts } from '../../config/host-facts.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import { readUnitNames } from '../../provisioning/host/services/unit-names.ts'
import { type Check, type Finding, note, ok, problem } from '../finding.ts'

/** What only the host can say against the config: the bot's account, owners, groups that equal root, units. */
export const checkHost: Check = async ({ config, people, programs }) => {
  const unitNames = await readUnitNames(
    programs,
    config.services.map(({ unit }) => unit),
  )
  const facts = {
    ...readHostFacts(accountFilesOf()),
    unitNames,
    rosterOsUsers: people?.map((entry) => entry.os_user) ?? null,
  }
  const problems = checkConfigAgainstHost(config, facts)
  if (problems.length === 0) return [ok('config against host', 'nothing in it contradicts this host')]
  return problems.map(({ key, message }) =>
    problem(key, message, 'the worker does not start with it', `edit ${config.file ?? 'the config'}`),
  )
}

/** Programs that steps run. */
export const checkPrograms: Check = ({ config }) => {
  if (config.mode === 'single-user') return []
  const needed: [string, string][] = [
    ['/usr/sbin/useradd', 'passwd'],
    ['/usr/sbin/usermod', 'passwd'],
    ['/usr/sbin/userdel', 'passwd'],
    ['/usr/bin/gpasswd', 'passwd'],
    ['/usr/bin/setpriv', 'util-linux'],
    ['/usr/bin/unshare', 'util-linux'],
  ]
  const missing = needed.filter(([program]) => !existsSync(program))
  if (missing.length === 0) return [ok('programs', 'all there')]
  return missing.map(([program, debianPackage]) =>
    problem('programs', `${program} is missing`, 'no account can be made', `apt install ${debianPackage}`),
  )
}

/** Services that are told about new people. */
export const checkServices: Check = async ({ config, programs }) => {
  const findings: Finding[] = []
  for (const { unit, action } of config.services) {
    if (action === 'remind') continue
    if (!existsSync('/run/systemd/system')) {
      const why = `nobody can ${action} it here`
      const fix = `use 'action: remind' for ${unit}`
      findings.push(problem(unit, 'systemd does not run on this machine', why, fix))
      continue
    }
    const argv = ['show', '--property=LoadState,ActiveState', '--value', '--', unit]
    const shown = await programs.run('/usr/bin/systemctl', argv)
    const [load, active] = shown.ok ? shown.stdout.split('\n') : []
    if (load !== 'loaded') {
      const why = 'each run would fail at its last step and be undone'
      findings.push(
        problem(
          unit,
          `systemd does not know it (${load ?? 'no answer'})`,
          why,
          'correct services in the config',
        ),
      )
    } else if (active !== 'active') {
      const why = 'a run ends only when it is active again'
      findings.push(problem(unit, `it is ${active}`, why, `systemctl status ${unit}`))
    } else {
      findings.push(ok(unit, 'loaded and active'))
    }
  }
  return findings
}

/** Constant: what is looked for comes as operands. */
const FIND_PROGRAM = `program=$1; shift
case $program in /*) [ -x "$program" ]; exit;; esac
for folder; do if [ -x "$folder/$program" ]; then exit 0; fi; done
exit 1
`

/** The agent's command, looked up as each of a few people would. */
export const checkAgentCommand: Check = async ({ config, people, programs, uid }) => {
  const { agentCommand, path } = config.smoke
  if (agentCommand === null || (config.mode === 'system' && uid !== 0)) return []
  const about = 'agent command'
  const someone = (people ?? []).map(({ os_user }) => passwdEntry(os_user)).filter((entry) => entry !== null)
  if (someone.length === 0) {
    return [
      note(about, 'nobody is on the roster yet', 'it is looked up as a person and tried with the first run'),
    ]
  }
  const findings: Finding[] = []
  for (const person of someone.slice(0, 5)) {
    const folders = path.map((folder) => folder.replaceAll('{home}', person.home))
    const found = await programs.runAsPerson(
      person,
      ['/bin/sh', '-s', '--', agentCommand[0] ?? '', ...folders],
      { timeoutMs: 10_000, stdin: FIND_PROGRAM },
    )
    const text = `${agentCommand[0]} as ${person.osUser}`
    findings.push(
      found.ok
        ? ok(about, `${text}: found`)
        : problem(
            about,
            `${text}: not found in ${folders.join(':')}`,
            'the smoke test of each new person fails',
            `install it, or correct smoke.path in the config`,
          ),
    )
  }
  return findings
}

/** Settings that give something away on purpose. */
export const checkPolicy: Check = ({ config }) =>
  config.adopt === 'admin'
    ? [
        note(
          'adopt: admin',
          'an existing account is taken over without its owner agreeing',
          'one admin, or a stolen bot, can hand the account of somebody else to a Telegram user',
          "remove 'adopt: admin' from the config",
        ),
      ]
    : []

function passwdEntry(name: string) {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${name}:`))
  const [osUser, , uid, gid, , home, shell] = line?.split(':') ?? []
  if (!osUser || !uid || !gid || !home) return null
  return { osUser, uid: Number(uid), gid: Number(gid), home, shell: shell ?? '' }
}
