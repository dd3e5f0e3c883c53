import { createHash } from 'node:crypto'
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** Where it stands, relative to the tree that it describes: `/opt/usher/<version>`. */
export const MANIFEST_FILE = 'manifest.json'

const manifestSchema = z.strictObject({
  version: z.string(),
  /** `process.arch`: what the runtime and the native libraries are made for. */
  arch: z.string(),
  /** The oldest glibc that they run with, as `2.28`. */
  glibc: z.string(),
  /** Every file but the manifest itself, by path; sorted. */
  files: z.array(
    z.strictObject({
      path: z.string(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      mode: z.string().regex(/^0[0-7]{3}$/),
    }),
  ),
})

/** What a staged tree says of itself. */
export type Manifest = z.infer<typeof manifestSchema>
export type ManifestFile = Manifest['files'][number]

export type ManifestRead =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly problem: string }

/** Reads the manifest of the tree at `root`; a checkout has none. */
export function readManifest(root: string): ManifestRead {
  const file = join(root, MANIFEST_FILE)
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (parsed.success) return { ok: true, manifest: parsed.data }
    return { ok: false, problem: `cannot use ${file}: it is no manifest: ${z.prettifyError(parsed.error)}` }
  } catch (error) {
    return { ok: false, problem: `cannot read ${file}: ${(error as Error).message}` }
  }
}

/** How a tree is not what its manifest says; `path` is relative to the tree. */
export type ManifestDifference = {
  readonly path: string
  readonly what: 'changed' | 'mode' | 'missing' | 'extra'
}

/**
 * Compares the tree at `root` with its manifest, byte for byte: 120 MB are read. Links and everything else that is neither a file
 * nor a folder count as extra, as a staged tree has none. Owners are {@link codeTreeProblem}'s to look at.
 */
export function differencesFromManifest(root: string, manifest: Manifest): ManifestDifference[] {
  const expected = new Map(manifest.files.map((file) => [file.path, file]))
  const found: ManifestDifference[] = []
  for (const path of pathsBelow(root)) {
    if (path === MANIFEST_FILE) continue
    const wanted = expected.get(path)
    expected.delete(path)
    if (wanted === undefined) found.push({ path, what: 'extra' })
    else {
      const actual = describeFile(root, path)
      if (actual === null || actual.sha256 !== wanted.sha256) found.push({ path, what: 'changed' })
      else if (actual.mode !== wanted.mode) found.push({ path, what: 'mode' })
    }
  }
  return [...found, ...[...expected.keys()].map((path) => ({ path, what: 'missing' }) as const)]
}

/** The manifest's line for a file of the tree at `root`; null for what is no file. */
export function describeFile(root: string, path: string): ManifestFile | null {
  const file = join(root, path)
  const stat = lstatSync(file)
  if (!stat.isFile()) return null
  const mode = `0${(stat.mode & 0o777).toString(8).padStart(3, '0')}`
  return { path, sha256: createHash('sha256').update(readFileSync(file)).digest('hex'), mode }
}

/** Everything below `root` but folders, as sorted paths relative to it. */
export function pathsBelow(root: string): string[] {
  const inside = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry: Dirent) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? inside(path) : [path]
    })
  return inside('').sort()
}
