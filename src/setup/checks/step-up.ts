import { lstatSync, readFileSync } from 'node:fs'
import { readHostFacts } from '../../config/host-facts.ts'
import { readWitnessToken } from '../../config/token.ts'
import { othersCanReplace } from '../../config/trusted-file.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import { octal } from '../ensure.ts'
import { type Check, type Finding, note, ok, problem } from '../finding.ts'

/** Witness and approver, where the config has them: token and folder of the one, keys of the other. */
export const checkStepUps: Check = ({ config, environment, uid }) => {
  if (uid !== 0) return []
  const findings: Finding[] = []
  const { witness, approver } = config
  if (witness !== null) {
    const owner =
      readHostFacts(accountFilesOf()).accounts.find(({ name }) => name === witness.user)?.uid ?? null
    findings.push(...tokenFindings(witness, environment, owner), ...stateFindings(witness.state, owner))
  }
  if (approver !== null) findings.push(...keyFindings(approver.user))
  return findings
}

function tokenFindings(
  { user, tokenFile }: { user: string; tokenFile: string },
  environment: Parameters<typeof readWitnessToken>[1],
  owner: number | null,
): Finding[] {
  const about = "witness's token"
  const why = 'the witness cannot start without it'
  const token = readWitnessToken(tokenFile, environment, owner ?? 0)
  if (!token.ok) {
    const fix = `install -m 0600 -o ${user} /dev/stdin ${shellWord(tokenFile)}   # paste the token, then Ctrl-D`
    return [problem(about, token.message, why, fix)]
  }
  const now = token.source === tokenFile ? lstatSync(tokenFile, { throwIfNoEntry: false }) : undefined
  if (now !== undefined && owner !== null && now.uid !== owner) {
    const text = `cannot be read by the witness: ${tokenFile} belongs to uid ${now.uid}`
    return [problem(about, text, why, `chown ${user} ${shellWord(tokenFile)}`)]
  }
  return [ok(about, `in ${token.source}`)]
}

function stateFindings(path: string, owner: number | null): Finding[] {
  const about = "witness's state folder"
  const now = lstatSync(path, { throwIfNoEntry: false })
  const why = 'whoever can write there can have a code sent twice, or not at all'
  if (now === undefined || !now.isDirectory()) {
    return [problem(about, `${path} is not there`, 'the witness cannot keep anything', 'usher init')]
  }
  if ((owner !== null && now.uid !== owner) || (now.mode & 0o077) !== 0) {
    const text = `${path}: uid ${now.uid}, ${octal(now.mode & 0o7777)}; wanted uid ${owner ?? '?'}, 0700`
    return [
      problem(
        about,
        text,
        why,
        `chown ${owner ?? 'WITNESS'} ${shellWord(path)} && chmod 0700 ${shellWord(path)}`,
      ),
    ]
  }
  return [ok(about, `${path}, 0700`)]
}

/** Each key of the approver account must be tied to the command that asks for a code. */
function keyFindings(user: string): Finding[] {
  const about = 'approver'
  const home = homeOf(user)
  if (home === null) return []
  const file = `${home}/.ssh/authorized_keys`
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    const why = 'nobody can decide by SSH yet'
    return [note(about, `${file} is not there`, why, 'see docs/security.md, "The approver account"')]
  }
  const findings: Finding[] = []
  const replaceable = othersCanReplace(file, [0])
  const { uid, mode } = lstatSync(file)
  if (replaceable !== null || uid !== 0 || (mode & 0o022) !== 0) {
    const why = 'who comes in by one key could let in another'
    const fix = `chown -h root ${shellWord(file)} && chmod 0644 ${shellWord(file)}`
    findings.push(problem(about, replaceable ?? `${file} is not root's alone`, why, fix))
  }
  const free = text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#') && !isTied(line))
  for (const { number } of free) {
    const why = 'that key opens a shell: it can read every request, and guess at codes'
    const fix = `begin line ${number} of ${shellWord(file)} with command="/usr/bin/usher approver --as TELEGRAM_ID",restrict,pty`
    findings.push(problem(about, `line ${number} of ${file} is not tied to 'usher approver'`, why, fix))
  }
  return findings.length > 0 ? findings : [ok(about, `each key in ${file} is tied to 'usher approver'`)]
}

/** sshd(8), "AUTHORIZED_KEYS FILE FORMAT": options before the key, separated by commas. */
function isTied(line: string): boolean {
  const command = /^(?:[^"\s]|"(?:[^"\\]|\\.)*")*/.exec(line)?.[0] ?? ''
  const isForced = /(?:^|,)command="\/[^"\s]*usher approver --as [1-9][0-9]{0,15}"(?:,|$)/i.test(command)
  return isForced && /(?:^|,)restrict(?:,|$)/i.test(command)
}

function homeOf(user: string): string | null {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${user}:`))
  return line?.split(':')[5] ?? null
}
