import { lstatSync, type Stats, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { readToken } from '../../config/token.ts'
import { othersCanReplace, readTrusted } from '../../config/trusted-file.ts'
import { shellWord } from '../../domain/shell-word.ts'
import { octal } from '../ensure.ts'
import { type Check, type DoctorContext, type Finding, ok, problem } from '../finding.ts'

/** Less than this, in bytes, and the next run or the database may fail halfway. */
const LITTLE_SPACE = 200 * 1024 * 1024

/** Owners and modes of the folders; what others could read, list or replace there. */
export const checkFolders: Check = (context) => {
  const { config, uid } = context
  const { paths } = config
  const system = config.mode === 'system'
  const own = system ? 0 : uid
  const root = system ? 0o711 : 0o700
  const wanted: [string, string, number, number | null][] = [
    ['state folder', paths.state, root, own],
    ['data folder', paths.data, root, own],
    ['memory folders', join(paths.data, 'memory'), root, own],
    ['history folders', join(paths.data, 'history'), root, own],
    ["bot's state folder", paths.botState, 0o700, system ? context.botUid : own],
  ]
  return wanted.flatMap(([about, path, mode, owner]) => folder(about, path, mode, owner, own))
}

function folder(about: string, path: string, mode: number, owner: number | null, trusted: number): Finding[] {
  const stat = look(path)
  if (stat === 'absent') {
    return [
      problem(about, `${path} is not there`, 'the worker or the bot cannot keep anything', 'usher init'),
    ]
  }
  if (stat === 'hidden') return []
  if (!stat.isDirectory()) {
    return [problem(about, `${path} is no folder`, 'root writes nowhere else', `look at it, then usher init`)]
  }
  const findings: Finding[] = []
  if (owner !== null && stat.uid !== owner) {
    const why = 'whoever owns a folder can replace what root keeps in it'
    findings.push(
      problem(about, `${path} belongs to uid ${stat.uid}`, why, `chown ${owner} ${shellWord(path)}`),
    )
  }
  // More than wanted: others can list or write; less: people cannot reach their own folders.
  if ((stat.mode & 0o7777) !== mode) {
    const text = `${path} has mode ${octal(stat.mode & 0o7777)} instead of ${octal(mode)}`
    const wide = (stat.mode & ~mode & 0o777) !== 0
    const why = wide ? 'others can see or change what is not theirs' : 'people cannot reach their own folders'
    findings.push(problem(about, text, why, `chmod ${octal(mode)} ${shellWord(path)}`))
  }
  const replaceable = othersCanReplace(path, trusted === 0 ? [0] : [0, trusted])
  if (replaceable !== null) {
    findings.push(
      problem(about, replaceable, 'somebody else can put another folder there', 'mend that folder'),
    )
  }
  return findings.length > 0 ? findings : [ok(about, `${path}, ${octal(mode)}`)]
}

/** Secrets, token and template: there, readable for who needs them and for nobody else. */
export const checkFiles: Check = (context) => {
  const { config, uid, botUid, environment } = context
  const findings: Finding[] = []
  const owners = config.mode === 'system' ? [0] : [0, uid]
  if (config.mode === 'single-user' || uid === 0) {
    const secrets = readTrusted(config.paths.secrets, { owners, parents: true, forbiddenMode: 0o077 })
    if (secrets.ok) findings.push(ok('secrets', config.paths.secrets))
    else if (secrets.reason !== 'absent') {
      const fix = `chown ${owners.at(-1)} ${shellWord(config.paths.secrets)} && chmod 0600 ${shellWord(config.paths.secrets)}`
      findings.push(problem('secrets', secrets.message, 'a secret that others can read is none', fix))
    }
    const token = readToken(config, environment, botUid ?? uid)
    const file = config.telegram.tokenFile
    const owner = token.ok && token.source === file ? look(file) : 'absent'
    // Root can read it whoever owns it; the bot cannot.
    const hidden = typeof owner === 'object' && botUid !== null && owner.uid !== botUid
    const why = 'the bot cannot start without it'
    if (hidden) {
      const text = `cannot be read by the bot: ${file} belongs to uid ${owner.uid}`
      findings.push(problem("bot's token", text, why, `chown ${config.botUser ?? botUid} ${shellWord(file)}`))
    } else
      findings.push(
        token.ok
          ? ok("bot's token", `in ${token.source}`)
          : problem(
              "bot's token",
              token.message,
              why,
              `install -m 0600 -o ${config.botUser ?? uid} /dev/stdin ${shellWord(config.telegram.tokenFile)}   # paste the token, then Ctrl-D`,
            ),
      )
  }
  if (config.memoryTemplate !== null) {
    const template = readTrusted(config.memoryTemplate, { owners, parents: true })
    findings.push(
      template.ok
        ? ok('template', config.memoryTemplate)
        : problem(
            'template',
            template.message,
            'no new person can be planned without it',
            'usher init, or correct memory.template in the config',
          ),
    )
  }
  return findings
}

/** Room on the disks. */
export const checkDisks: Check = ({ config }) => {
  const { state, data } = config.paths
  return [...new Set([state, data])].flatMap((path): Finding[] => {
    try {
      const { bavail, bsize } = statfsSync(path)
      const free = bavail * bsize
      if (free < LITTLE_SPACE) {
        const text = `only ${Math.floor(free / 1024 / 1024)} MiB are free under ${path}`
        return [problem('disk', text, 'a full disk stops runs halfway', `make room on the disk of ${path}`)]
      }
      return [ok('disk', `${Math.floor(free / 1024 ** 3)} GiB free under ${path}`)]
    } catch {
      return [] // the folder's own finding says it
    }
  })
}

function look(path: string): Stats | 'absent' | 'hidden' {
  try {
    return lstatSync(path)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'absent' : 'hidden'
  }
}

/** The uid that the context's own process has may not see everything; what it cannot see is said once. */
export const checkReach: Check = ({ config, uid }: DoctorContext) =>
  config.mode === 'system' && uid !== 0
    ? [
        {
          level: 'note',
          about: 'reach',
          text: `uid ${uid} cannot see roster, secrets and database`,
          why: 'those are only checked as root',
          fix: 'sudo usher doctor',
        },
      ]
    : []
