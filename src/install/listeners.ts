import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createConnection } from 'node:net'

export interface SocketHolder {
  /** Null where its processes cannot be seen from here. */
  pid: number | null
  command: string
  /** The service of systemd that it runs in. */
  unit: string | null
}

/** Who listens on this socket; null where nobody does and the file is only left over. */
export async function socketHolder(path: string): Promise<SocketHolder | null> {
  if (!(await answers(path))) return null
  const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))
  const inodes = socketsAt(path, pids)
  for (const pid of pids) {
    if (descriptorsOf(pid).some((target) => inodes.has(target))) return describe(Number(pid))
  }
  return { pid: null, command: '', unit: null }
}

/** As /proc/PID/fd names them. Each network namespace lists only its own sockets, whoever can reach their paths. */
function socketsAt(path: string, pids: readonly string[]): ReadonlySet<string> {
  const namespaces = new Map<string, string>()
  for (const pid of pids) {
    try {
      namespaces.set(readlinkSync(`/proc/${pid}/ns/net`), pid)
    } catch {
      // It ended meanwhile.
    }
  }
  const lines = [...namespaces.values()].flatMap((pid) => linesOf(`/proc/${pid}/net/unix`))
  const ours = lines.filter((line) => line.endsWith(` ${path}`))
  return new Set(ours.map((line) => `socket:[${line.trim().split(/\s+/)[6]}]`))
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(path)
    connection.once('connect', () => {
      connection.destroy()
      resolve(true)
    })
    // Full is somebody, too.
    connection.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EAGAIN'))
  })
}

function descriptorsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
      } catch {
        return []
      }
    })
  } catch {
    // It ended meanwhile.
    return []
  }
}

function describe(pid: number): SocketHolder {
  const text = (name: string) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8')
    } catch {
      return ''
    }
  }
  const unit = /\/([^/\n]+\.service)(\/|$)/m.exec(text('cgroup'))?.[1] ?? null
  return { pid, command: text('cmdline').split('\0').join(' ').trim().slice(0, 120), unit }
}
