import { closeSync, constants, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import type { AccountPower, GroupEntry, PasswdEntry } from '../../../domain/facts.ts'
import type { SafeFiles } from '../files/safe-files.ts'
import { errnoOf } from '../files/safe-files-walk.ts'
import { sudoIncludes, sudoRulesFor } from './sudoers.ts'

const KEYS_LIMIT_BYTES = 1024 * 1024

/** What the account can do already. Read from files; a file that is absent or closed to us says nothing. */
export async function powerOf(
  files: SafeFiles,
  entry: PasswdEntry,
  groups: GroupEntry[],
): Promise<AccountPower> {
  return {
    groups: groups.map((group) => group.name),
    sudoRules: sudoRulesFor(sudoersTexts('/etc/sudoers', new Set()), { ...entry, groups }),
    linger: existsSync(`/var/lib/systemd/linger/${entry.name}`),
    authorizedKeys: await countKeys(files, entry),
  }
}

function sudoersTexts(path: string, seen: Set<string>): string[] {
  if (seen.has(path) || seen.size > 1000) return []
  seen.add(path)
  const text = readOr(path, '')
  const included = sudoIncludes(text).flatMap(({ path: found, directory }) => {
    const absolute = found.startsWith('/') ? found : `/etc/${found}`
    if (!directory) return [absolute]
    // sudoers(5): in a folder, names that contain "." or end in "~" are not read.
    return namesIn(absolute)
      .filter((name) => !name.includes('.') && !name.endsWith('~'))
      .map((name) => `${absolute}/${name}`)
  })
  return [text, ...included.flatMap((file) => sudoersTexts(file, seen))]
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errnoOf(error) === '') throw error
    return otherwise
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    if (errnoOf(error) === '') throw error
    return []
  }
}

async function countKeys(files: SafeFiles, { home }: PasswdEntry): Promise<number> {
  let count = 0
  for (const name of ['authorized_keys', 'authorized_keys2']) {
    const read = await files.readUntrusted(`${home}/.ssh/${name}`, KEYS_LIMIT_BYTES)
    if (read.ok)
      count += read.bytes
        .toString('latin1')
        .split('\n')
        .filter((line) => /^\s*[^#\s]/.test(line)).length
  }
  return count
}

/** Bytes of one record of lastlog(8) on Linux: 32-bit time, line[32], host[256]; at uid times this. */
const LASTLOG_RECORD = 292

/** Epoch milliseconds of the last login, null when never or when the host keeps no /var/log/lastlog. */
export function lastLoginOf(uid: number): number | null {
  try {
    const descriptor = openSync('/var/log/lastlog', constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      const record = Buffer.alloc(4)
      const read = readSync(descriptor, record, 0, 4, uid * LASTLOG_RECORD)
      const seconds = read === 4 ? record.readUInt32LE() : 0
      return seconds === 0 ? null : seconds * 1000
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (errnoOf(error) === '') throw error
    return null
  }
}
