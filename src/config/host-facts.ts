import { readFileSync } from 'node:fs'
import type { HostConfigFacts } from './host-check.ts'

/**
 * Accounts and groups as this host names them, and the unit that this process runs in.
 *
 * @param files their text in the manner of passwd(5) and group(5), wherever this kind of system keeps it
 */
export function readHostFacts(files: {
  passwd(): string
  group(): string
}): Pick<HostConfigFacts, 'accounts' | 'groups' | 'ownUnit'> {
  return {
    accounts: readLines(files.passwd()).map(({ name, id, next }) => ({
      ...{ name, uid: id },
      gid: /^[0-9]+$/.test(next) ? Number(next) : -1,
    })),
    groups: readLines(files.group()).map(({ name, id, next }) => ({
      ...{ name, gid: id },
      members: next.split(',').filter((member) => member !== ''),
    })),
    ownUnit: ownUnit(),
  }
}

/** Name and number, the first and third field of passwd(5) and group(5), and the field after them. */
function readLines(text: string): { name: string; id: number; next: string }[] {
  return text.split('\n').flatMap((line) => {
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
