/** What nobody may touch: files and folders of root and of another person, and how to see that somebody did. */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { insideSandbox } from '../sandbox/sandbox.ts'

/** The other person's uid; the account need not exist. */
export const VICTIM = 4790

export interface Canaries {
  /** A folder of the other person, with a file and an empty folder in it, on the homes' file system. */
  victim: string
  /** A file of root's on the homes' file system, for hard links. */
  rootFile: string
  /** All of them. */
  files: readonly string[]
  /** One line for each that is not as it was planted: owner, mode, identity, time of change or contents. */
  touched(): string[]
  remove(): void
}

const FOLDERS = ['/home/victim', '/home/of-root', '/etc/usher-canary', '/srv/of-root']

/** Makes folders as tempting as they can be: root could delete, re-own or empty each of them. Inside a sandbox only. */
export function plantCanaries(): Canaries {
  if (!insideSandbox()) throw new Error('canaries are planted in /etc and /home: inside a sandbox only')
  for (const folder of FOLDERS) {
    mkdirSync(`${folder}/empty`, { recursive: true })
    mkdirSync(`${folder}/full/deep`, { recursive: true })
    for (const name of ['file', 'MEMORY.md', 'full/deep/file'])
      writeFileSync(`${folder}/${name}`, `of ${folder}`)
    chmodSync(`${folder}/file`, 0o600)
    chmodSync(folder, 0o755)
  }
  for (const path of below('/home/victim')) chownSync(path, VICTIM, VICTIM)
  const watched = [...FOLDERS.flatMap(below), '/etc/shadow', '/etc/passwd', '/etc/sudoers', '/dev/null']
  const looks = () => new Map([...watched, ...FOLDERS.flatMap(below)].map((path) => [path, lookOf(path)]))
  const before = looks()
  return {
    victim: '/home/victim',
    rootFile: '/home/of-root/file',
    files: [...before.keys()],
    touched() {
      const now = looks()
      return [...new Set([...before.keys(), ...now.keys()])].flatMap((path) => {
        const [was, is] = [before.get(path), now.get(path)]
        return was === is ? [] : [`${path}: ${was} → ${is}`]
      })
    },
    remove() {
      for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function below(folder: string): string[] {
  return [
    folder,
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  ]
}

/** The account tools write the database; of it only owner and mode are no business of a run. */
const WRITTEN = new Set(['/etc/shadow', '/etc/passwd'])

function lookOf(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (!stats) return 'absent'
  const { uid, gid, mode, ino, mtimeMs } = stats
  const who = `${uid}:${gid} ${mode.toString(8)}`
  if (WRITTEN.has(path)) return who
  const known = `${who} inode ${ino} changed ${mtimeMs}`
  if (stats.isSymbolicLink()) return `${known} -> ${readlinkSync(path)}`
  return stats.isFile() ? `${known} ${createHash('sha256').update(readFileSync(path)).digest('hex')}` : known
}
