import { readFileSync } from 'node:fs'
import { type Check, type Finding, note, ok, problem } from '../finding.ts'
import { editing } from './config.ts'

/** Of more people than this only the first are asked: each takes some 10 ms. */
const MOST_PEOPLE = 20

/** Constant: what is looked for comes as operands. */
const FIND_PROGRAM = `program=$1; shift
case $program in /*) [ -x "$program" ]; exit;; esac
for folder; do if [ -x "$folder/$program" ]; then exit 0; fi; done
exit 1
`

/** The agent's command, looked up as each of a few people would: root finds what they cannot. */
export const checkAgentCommand: Check = async ({ config, people, programs, uid }) => {
  const { agentCommand, path } = config.smoke
  if (agentCommand === null || (config.mode === 'system' && uid !== 0)) return []
  const [command = ''] = agentCommand
  const someone = (people ?? []).map(({ os_user }) => passwdEntry(os_user)).filter((entry) => entry !== null)
  if (someone.length === 0) {
    const why = 'it is looked up as a person and tried with the first run'
    return [note('agent.nobody', command, 'nobody with an account is on the roster yet', why)]
  }
  const findings: Finding[] = []
  for (const person of someone.slice(0, MOST_PEOPLE)) {
    const folders = path.map((folder) => folder.replaceAll('{home}', person.home))
    const found = await programs.runAsPerson(person, ['/bin/sh', '-s', '--', command, ...folders], {
      timeoutMs: 10_000,
      stdin: FIND_PROGRAM,
    })
    if (found.ok) continue
    const what = `${person.osUser} does not find it, or may not run it, in ${folders.join(':')}`
    const fix = `${editing(config.file)}: smoke.path; or install ${command} where ${person.osUser} may run it`
    findings.push(problem('agent.missing', command, what, 'the smoke test of each new person fails', fix))
  }
  if (findings.length > 0) return findings
  return [
    ok(
      'agent.ok',
      command,
      `found as ${someone
        .slice(0, MOST_PEOPLE)
        .map(({ osUser }) => osUser)
        .join(', ')}`,
    ),
  ]
}

function passwdEntry(name: string) {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${name}:`))
  const [osUser, , uid, gid, , home, shell] = line?.split(':') ?? []
  if (!osUser || !uid || !gid || !home) return null
  return { osUser, uid: Number(uid), gid: Number(gid), home, shell: shell ?? '' }
}
