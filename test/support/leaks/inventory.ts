/** What exists on a machine that a test may have made: the raw material of leak detection. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `machine`: every process, account and socket file. `descendants`: only processes below this one. */
export type Reach = 'machine' | 'descendants'

/** Each thing as a line for people; with its pid when it is a process. */
export type Inventory = { readonly reach: Reach; readonly things: ReadonlyMap<string, number | undefined> }

export function takeInventory(reach: Reach): Inventory {
  const processes = runningProcesses().filter(reach === 'machine' ? () => true : descendsFrom(process.pid))
  const things = new Map<string, number | undefined>(
    processes.map(({ pid, command }) => [`process ${pid}: ${command}`, pid]),
  )
  if (reach === 'machine') {
    const files = ['/run', '/tmp'].flatMap((folder) => socketsBelow(folder, 6))
    for (const thing of [...accounts(), ...files]) things.set(thing, undefined)
  }
  return { reach, things }
}

/** What was not there when `before` was taken. */
export function leaksSince(before: Inventory): [thing: string, pid: number | undefined][] {
  return [...takeInventory(before.reach).things].filter(([thing]) => !before.things.has(thing))
}

type RunningProcess = { readonly pid: number; readonly parent: number; readonly command: string }

function runningProcesses(): RunningProcess[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        if (state === 'Z') return []
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        // A kernel thread has no command line.
        return command === '' ? [] : [{ pid: Number(name), parent: Number(parent), command }]
      } catch {
        return [] // it ended meanwhile
      }
    })
}

function descendsFrom(
  ancestor: number,
): (candidate: RunningProcess, index: number, all: RunningProcess[]) => boolean {
  return (candidate, _index, all) => {
    const parents = new Map(all.map(({ pid, parent }) => [pid, parent]))
    for (let pid = parents.get(candidate.pid); pid !== undefined; pid = parents.get(pid)) {
      if (pid === ancestor) return true
    }
    return false
  }
}

function accounts(): string[] {
  return ['/etc/passwd', '/etc/group'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `${file} entry ${line.split(':')[0]}`),
  )
}

function socketsBelow(folder: string, depth: number): string[] {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isSocket()) return [`socket ${path}`]
    return entry.isDirectory() && depth > 0 ? socketsBelow(path, depth - 1) : []
  })
}
