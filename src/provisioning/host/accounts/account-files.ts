import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { platformOf } from '../platform.ts'
import { groupOf, parseRecords, userOf } from './dscl.ts'

/** Accounts and groups of this host at once, as text in the manner of passwd(5) and group(5); for questions that must not wait. */
export interface AccountFiles {
  passwd(): string
  group(): string
  /** What changes whenever `passwd` does, for whoever keeps a copy. */
  readonly changesWith: string
}

/** Runs a program to its end and gives its stdout; throws when it fails. */
export type RunAtOnce = (program: string, args: readonly string[]) => string

/** The local files; on macOS, where those hold only the system's own accounts, the directory's local node. */
export function accountFilesOf(platform?: NodeJS.Platform, run: RunAtOnce = runAtOnce): AccountFiles {
  if (platformOf(platform).name === 'linux') {
    return {
      passwd: () => readFileSync('/etc/passwd', 'utf8'),
      group: () => readFileSync('/etc/group', 'utf8'),
      changesWith: '/etc/passwd',
    }
  }
  const readAll = (folder: string, ...keys: string[]) =>
    parseRecords(run('/usr/bin/dscl', ['.', '-readall', folder, ...keys]))
  return {
    passwd() {
      const keys = ['RecordName', 'UniqueID', 'PrimaryGroupID', 'RealName', 'NFSHomeDirectory', 'UserShell']
      const lines = readAll('/Users', ...keys).flatMap((record) => {
        const user = userOf(record)
        if (user === null) return []
        return [[user.name, '*', user.uid, user.gid, user.gecos, user.home, user.shell].join(':')]
      })
      return `${lines.join('\n')}\n`
    },
    group() {
      const lines = readAll('/Groups', 'RecordName', 'PrimaryGroupID', 'GroupMembership').flatMap(
        (record) => {
          const group = groupOf(record)
          return group === null ? [] : [[group.name, '*', group.gid, group.members.join(',')].join(':')]
        },
      )
      return `${lines.join('\n')}\n`
    },
    // A property list for each user; opendirectoryd(8) writes a new one and renames it.
    changesWith: '/private/var/db/dslocal/nodes/Default/users',
  }
}

function runAtOnce(program: string, args: readonly string[]): string {
  const options = { encoding: 'utf8', timeout: 10_000, env: {}, stdio: ['ignore', 'pipe', 'pipe'] } as const
  return execFileSync(program, [...args], { ...options, stdio: [...options.stdio] })
}
