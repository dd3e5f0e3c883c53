import { lstatSync, readFileSync } from 'node:fs'
import { readHostFacts } from '../../config/host-facts.ts'
import { distrustOfGround } from '../../config/root-ground.ts'
import { readWitnessToken } from '../../config/token.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { accountFilesOf } from '../../provisioning/host/accounts/account-files.ts'
import { octal } from '../ensure.ts'
import { type Check, type Finding, note, ok, problem } from '../finding.ts'
import { hasUnit } from './units.ts'

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
  const why = 'the witness cannot start without it'
  const holder = hasUnit('usher-witness.service') ? 'root' : user
  const name = shellWord(tokenFile)
  const token = readWitnessToken(tokenFile, environment, owner ?? 0)
  if (!token.ok) {
    const fix = `install -m 0600 -o ${holder} /dev/stdin ${name}   # paste the token, then Ctrl-D`
    return [problem('witness.token', tokenFile, token.message, why, fix)]
  }
  const now = token.source === tokenFile ? lstatSync(tokenFile, { throwIfNoEntry: false }) : undefined
  if (now !== undefined && holder !== 'root' && owner !== null && now.uid !== owner) {
    const what = `cannot be read by the witness: it belongs to uid ${now.uid}, and no unit hands it over`
    return [problem('witness.token', tokenFile, what, why, `chown ${user} ${name}`)]
  }
  return [ok('witness.ok', token.source, 'the token of the witness is of the right form')]
}

function stateFindings(path: string, owner: number | null): Finding[] {
  const now = lstatSync(path, { throwIfNoEntry: false })
  if (now === undefined || !now.isDirectory()) {
    return [problem('witness.folder', path, 'is not there', 'the witness cannot keep anything', 'usher init')]
  }
  if ((owner === null || now.uid === owner) && (now.mode & 0o077) === 0)
    return [ok('witness.ok', path, 'the folder of the witness is its own')]
  const what = `uid ${now.uid}, ${octal(now.mode & 0o7777)}; wanted uid ${owner ?? '?'}, 0700`
  const why = 'whoever can write there can have a code sent twice, or not at all'
  const fix =
    owner === null ? 'usher init' : `chown -h ${owner} ${shellWord(path)} && chmod 0700 ${shellWord(path)}`
  return [problem('witness.folder', path, what, why, fix)]
}

/** Each key of the approver account must be tied to the command that asks for a code. */
function keyFindings(user: string): Finding[] {
  const home = homeOf(user)
  if (home === null) return []
  const file = `${home}/.ssh/authorized_keys`
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    const fix = 'see docs/security.md, "The approver account"'
    return [note('approver.no-keys', file, 'is not there', 'nobody can decide by SSH yet', fix)]
  }
  const findings: Finding[] = []
  const distrust = distrustOfGround(file)
  if (distrust !== null) {
    const why = 'who comes in by one key could let in another'
    const fix = distrust.mend ?? `edit the home of ${user}: a folder where only root can write`
    findings.push(problem('approver.keys-untrusted', distrust.path, distrust.message, why, fix))
  }
  const free = text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#') && !isTied(line))
  for (const { number } of free) {
    const why = 'that key opens a shell: it can read every request, and guess at codes'
    const fix = `edit line ${number} of ${shellWord(file)}: begin it with command="/usr/bin/usher approver --as TELEGRAM_ID",restrict,pty`
    const what = `line ${number} is not tied to 'usher approver'`
    findings.push(problem('approver.free-key', file, what, why, fix))
  }
  return findings.length > 0 ? findings : [ok('approver.ok', file, "each key is tied to 'usher approver'")]
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
