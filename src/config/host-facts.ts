import { readFileSync } from 'node:fs'
import type { HostConfigFacts } from './host-check.ts'

/** Accounts and groups as the files of this host name them, and the unit that this process runs in. */
export function readHostFacts(): Pick<HostConfigFacts, 'accounts' | 'groups' | 'ownUnit'> {
  return {
    accounts: readLines('/etc/passwd').map(({ name, id, next }) => ({
      ...{ name, uid: id },
      gid: /^[0-9]+$/.test(next) ? Number(next) : -1,
    })),
    groups: readLines('/etc/group').map(({ name, id, next }) => ({
      ...{ name, gid: id },
      members: next.split(',').filter((member) => member !== ''),
    })),
    ownUnit: ownUnit(),
  }
}

/** Name and number, the first and third field of passwd(5) and group(5), and the field after them. */
function readLines(file: string): { name: string; id: number; next: string }[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [name, , id, next = ''] = line.split(':')
      return name && id && /^[0-9]+$/.test(id) ? [{ name, id: Number(id), next }] : []
    })
}

/** The service in which systemd started this process, by its cgroup; null outside of any. */
function ownUnit(): string | null {
  try {
    const cgroup = readFileSync('/proc/self/cgroup', 'utf8')
    return /\/([^/\n]+\.service)(\/|$)/m.exec(cgroup)?.[1] ?? null
  } catch {
    return null
  }
}
