import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { measured, writeAll } from './files.ts'
import { type Manifest, manifestSchema } from './manifest.ts'
import { LIMITS, MEMBERS, type Member } from './members.ts'
import { type TarEntry, walkTar } from './tar-entries.ts'

export type ArchiveRead = { ok: true; manifest: Manifest } | { ok: false; message: string }

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants
const CHUNK = 1024 * 1024

/**
 * Takes a backup apart into `folder`, which is empty and nobody else's. Only plain files of the names that a backup has, each once and
 * within its limit, are let through, before any of them is written; then each must be what the manifest says.
 */
export function readArchive(file: string, folder: string): ArchiveRead {
  const refuse = (why: string): ArchiveRead => ({
    ok: false,
    message: `cannot use ${JSON.stringify(file)}: ${why}`,
  })
  let fd: number
  try {
    fd = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return refuse(code === 'ELOOP' ? 'it is a symbolic link; name the file itself' : String(code))
  }
  try {
    if (!fstatSync(fd).isFile()) return refuse('it is no plain file')
    const entries = new Map<Member, TarEntry>()
    const walked = walkTar(fd, (entry) => lookAt(entry, entries))
    if (!walked.ok) return refuse(`it is no backup of Usher, or a damaged one: ${walked.why}`)
    const first = [...entries.keys()][0]
    if (first !== 'manifest.json') return refuse('it does not begin with manifest.json')
    for (const [name, entry] of entries) extract(fd, entry, join(folder, name))
    const manifest = readManifest(join(folder, 'manifest.json'))
    if (typeof manifest === 'string') return refuse(manifest)
    const wrong = differing(manifest, entries, folder)
    return wrong === null ? { ok: true, manifest } : refuse(wrong)
  } finally {
    closeSync(fd)
  }
}

function lookAt(entry: TarEntry, entries: Map<Member, TarEntry>): string | null {
  const name = MEMBERS.find((one) => one === entry.name)
  const shown = JSON.stringify(entry.name.slice(0, 200))
  if (name === undefined) return `${shown} is none of the files of a backup`
  if (entry.type !== 'file') return `${shown} is no plain file`
  if (entries.has(name)) return `${shown} stands in it twice`
  if (entry.size > LIMITS[name]) return `${shown} is larger than ${LIMITS[name]} bytes`
  entries.set(name, entry)
  return null
}

function extract(from: number, { offset, size }: TarEntry, to: string): void {
  const fd = openSync(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    const buffer = Buffer.alloc(Math.min(CHUNK, size))
    for (let done = 0; done < size; ) {
      const read = readSync(from, buffer, 0, Math.min(buffer.length, size - done), offset + done)
      if (read === 0) throw new Error('the archive became shorter while it was read')
      writeAll(fd, buffer.subarray(0, read))
      done += read
    }
  } finally {
    closeSync(fd)
  }
}

function readManifest(file: string): Manifest | string {
  const fd = openSync(file, O_RDONLY | O_NOFOLLOW)
  try {
    const bytes = Buffer.alloc(fstatSync(fd).size)
    readSync(fd, bytes, 0, bytes.length, 0)
    const parsed = manifestSchema.safeParse(JSON.parse(bytes.toString('utf8')))
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    return `its manifest is not as this version writes it: ${issue?.path.join('.')}: ${issue?.message}`
  } catch (error) {
    if (error instanceof SyntaxError) return 'its manifest is no JSON'
    throw error
  } finally {
    closeSync(fd)
  }
}

/** What is in it and not told of, told of and not in it, or not what was told. */
function differing(
  manifest: Manifest,
  entries: ReadonlyMap<Member, TarEntry>,
  folder: string,
): string | null {
  const told = new Set<Member>(['manifest.json', ...manifest.members.map(({ name }) => name)])
  const untold = [...entries.keys()].find((name) => !told.has(name))
  if (untold !== undefined) return `its manifest does not know ${untold}`
  if (!told.has('usher.db')) return 'it has no database'
  for (const { name, size, sha256 } of manifest.members) {
    if (!entries.has(name)) return `${name} is missing`
    const found = measured(join(folder, name))
    if (found.size !== size || found.sha256 !== sha256)
      return `${name} is not what was backed up (its SHA-256 differs)`
  }
  return null
}
