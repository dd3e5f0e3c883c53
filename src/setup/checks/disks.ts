import { readFileSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { shellWord } from '../../domain/shell-word.ts'
import { type Check, type Finding, ok, problem } from '../finding.ts'

/** Less than this, in bytes, and the next run or the database may fail halfway. */
const LITTLE_SPACE = 200 * 1024 * 1024
const FEW_INODES = 1000

/** Room, inodes and writability of each file system that a run writes to or an upgrade needs. */
export const checkDisks: Check = ({ config }) => {
  const { state, data, roster } = config.paths
  const system = config.mode === 'system'
  const places = [state, data, dirname(roster), ...(system ? ['/home', '/opt', '/etc'] : [])]
  const mounts = readMounts()
  const byMount = new Map<string, { mount: Mount; path: string }>()
  for (const path of places) {
    const mount = mountOf(path, mounts)
    if (mount !== null && !byMount.has(mount.point)) byMount.set(mount.point, { mount, path })
  }
  return [...byMount.values()].flatMap(({ mount, path }) => diskFindings(mount, path))
}

function diskFindings({ point, readOnly }: Mount, path: string): Finding[] {
  const name = shellWord(point)
  const findings: Finding[] = []
  if (readOnly) {
    const why = `nothing can be written below ${path}: no run, no event, no upgrade`
    findings.push(
      problem('disk.read-only', point, 'is mounted read-only', why, `mount -o remount,rw ${name}`),
    )
  }
  let room: { bavail: number; bsize: number; files: number; ffree: number }
  try {
    room = statfsSync(path)
  } catch {
    return findings // the folder's own finding says it
  }
  const free = room.bavail * room.bsize
  const why = 'a full disk stops runs halfway'
  if (free < LITTLE_SPACE && !readOnly) {
    const what = `only ${Math.floor(free / 1024 / 1024)} MiB are free, which ${path} needs`
    const fix = `du -xh --max-depth=2 ${name} | sort -h | tail -20   # then remove what fills it`
    findings.push(problem('disk.full', point, what, why, fix))
  }
  // Some file systems (btrfs) have no fixed number and say 0.
  if (room.files > 0 && room.ffree < FEW_INODES && !readOnly) {
    const fix = `du -x --inodes --max-depth=2 ${name} | sort -n | tail -20   # then remove what has so many files`
    findings.push(problem('disk.inodes', point, `only ${room.ffree} files can still be made`, why, fix))
  }
  if (findings.length > 0) return findings
  return [ok('disk.ok', point, `${Math.floor(free / 1024 ** 3)} GiB free`)]
}

interface Mount {
  point: string
  readOnly: boolean
}

/** proc_pid_mountinfo(5): the fifth field is the mount point, the sixth its options, after the dash those of its file system. */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , , point, options] = before.split(' ')
    if (point === undefined || options === undefined) return []
    const all = [...options.split(','), ...(after.split(' ')[2] ?? '').split(',')]
    const name = point.replace(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(parseInt(digits, 8)),
    )
    return [{ point: name, readOnly: all.includes('ro') }]
  })
}

/** The mount that `path` is on: of those on its way the last that was made at the longest place. */
export function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
  const above = mounts.filter(({ point }) => point === '/' || path === point || path.startsWith(`${point}/`))
  return above.reduce<Mount | null>(
    (best, one) => (best === null || one.point.length >= best.point.length ? one : best),
    null,
  )
}

function readMounts(): Mount[] {
  try {
    return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'))
  } catch {
    return [{ point: '/', readOnly: false }]
  }
}
