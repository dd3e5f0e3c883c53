import { existsSync, readFileSync, statSync } from 'node:fs'
import { shellWord } from '../../domain/shell-word.ts'
import { type Finding, type HostCheck, note, ok, problem } from '../finding.ts'

/** A lock of this age belongs to nobody who works at it, in milliseconds: an account tool takes some 15 ms. */
const OLD_LOCK_MS = 60_000
const LOCKS = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map((name) => `/etc/${name}.lock`)

/** The account database: whole, not locked by somebody who is gone, and not answered for by somebody else. */
export const checkAccounts: HostCheck = () => {
  const findings = [
    ...brokenLines('/etc/passwd', 7),
    ...brokenLines('/etc/group', 4),
    ...locks(),
    ...otherSources(),
  ]
  if (findings.some(({ severity }) => severity === 'problem')) return findings
  return [...findings, ok('accounts.ok', '/etc/passwd', 'whole, as is /etc/group, and not locked')]
}

/** passwd(5), group(5). Lines of the old NIS (`+`, `-`) are no accounts. */
function brokenLines(file: string, fields: number): Finding[] {
  const why = 'account tools refuse the whole file, or two people are one'
  const check = file === '/etc/passwd' ? 'pwck' : 'grpck'
  const seen = new Set<string>()
  return readLines(file).flatMap((line, index) => {
    if (line === '' || /^[+-]/.test(line)) return []
    const parts = line.split(':')
    const [name = '', , id = ''] = parts
    const twice = seen.has(name)
    seen.add(name)
    const wrong =
      parts.length !== fields || name === '' || !/^[0-9]+$/.test(id)
        ? `is not made of ${fields} fields with a number`
        : twice
          ? `names ${name} a second time`
          : null
    if (wrong === null) return []
    return [
      problem(
        'accounts.broken',
        file,
        `line ${index + 1} ${wrong}`,
        why,
        `edit line ${index + 1} of ${file} with ${file === '/etc/passwd' ? 'vipw' : 'vigr'}; ${check} -r says whether it is right`,
      ),
    ]
  })
}

/**
 * lckpwdf(3) is a kernel lock and ends with its process; the tools' own lock files hold a pid. That of a dead one is taken over;
 * an empty one, or one whose pid is somebody else's by now, stops every tool until a person removes it.
 */
function locks(): Finding[] {
  return LOCKS.flatMap((file) => {
    const stat = statSync(file, { throwIfNoEntry: false })
    if (stat === undefined || Date.now() - stat.mtimeMs < OLD_LOCK_MS) return []
    const pid = readLines(file)[0]?.replace(/\0$/, '') ?? ''
    if (/^[1-9][0-9]*$/.test(pid) && !existsSync(`/proc/${pid}`)) return []
    const what = `is ${Math.floor((Date.now() - stat.mtimeMs) / 60_000)} minutes old and names ${pid === '' ? 'nobody' : pid}`
    const why = 'useradd and its like refuse to work as long as it is there'
    return [
      problem('accounts.locked', file, what, why, `rm ${shellWord(file)}   # after a look at: ps ${pid}`),
    ]
  })
}

/** Usher goes by the files alone; other sources can only surprise those who use other programs. */
function otherSources(): Finding[] {
  const sources = readLines('/etc/nsswitch.conf')
    .map((line) => /^\s*passwd:\s*([^#]*)/.exec(line)?.[1])
    .find((text) => text !== undefined)
  const names = (sources ?? '').split(/\s+/).filter((word) => /^[a-z]/.test(word))
  const others = names.filter((name) => !['files', 'compat', 'systemd'].includes(name))
  const findings: Finding[] = []
  if (others.length > 0) {
    const what = `accounts also come from ${others.join(', ')}`
    const why = 'whoever is only there is nobody for Usher, and a name that is taken there is not seen'
    findings.push(note('accounts.other-sources', '/etc/nsswitch.conf', what, why))
  }
  if (existsSync('/run/nscd/socket')) {
    const why = 'other programs may see a new account, or one that is gone, only later'
    findings.push(
      note(
        'accounts.cached',
        'nscd',
        'keeps what it knows of accounts',
        why,
        'nscd --invalidate=passwd && nscd --invalidate=group',
      ),
    )
  }
  return findings
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}
