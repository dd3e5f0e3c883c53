import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  differencesFromManifest,
  MANIFEST_FILE,
  type Manifest,
  pathsBelow,
  readManifest,
} from '../config/manifest.ts'

/** A version's tree: `/opt/usher/VERSION`, installed or in a staged image. */
export interface Image {
  tree: string
  manifest: Manifest
  /** Of the bytes of `manifest.json`. */
  sha256: string
}

export type ImageRead =
  | { ok: true; image: Image }
  /** `checkout`: there is no manifest, so this is where Usher is made and not what is installed. */
  | { ok: false; checkout: boolean; problem: string }

/** The image in this folder. */
export function readImage(tree: string): ImageRead {
  if (!existsSync(join(tree, MANIFEST_FILE)))
    return { ok: false, checkout: true, problem: `cannot install ${tree}: it has no ${MANIFEST_FILE}` }
  const read = readManifest(tree)
  if (!read.ok) return { ok: false, checkout: false, problem: read.problem }
  const { manifest } = read
  const wrong = manifest.files.find(({ path, mode }) => !isInside(path) || !['0644', '0755'].includes(mode))
  if (wrong !== undefined || !isFolderName(manifest.version)) {
    const what = wrong?.path ?? manifest.version
    const problem = `cannot use ${join(tree, MANIFEST_FILE)}: it names ${JSON.stringify(what)}, which is not what an image has; stage it again`
    return { ok: false, checkout: false, problem }
  }
  return { ok: true, image: { tree, manifest, sha256: sha256Of(readFileSync(join(tree, MANIFEST_FILE))) } }
}

/** The first file that is not what the manifest says, or that it does not name; null where the tree is whole. */
export function damageOf({ tree, manifest }: Image): string | null {
  return differencesFromManifest(tree, manifest)[0]?.path ?? null
}

/** Bytes of all its files. */
export function sizeOf({ tree, manifest }: Image): number {
  return manifest.files.reduce((sum, { path }) => sum + lstatSync(join(tree, path)).size, 0)
}

/** A file of a version's `system/`, and where it belongs. */
export interface SystemFile {
  path: string
  source: string
}

/**
 * What stands in `system/usr` of a version, by where it belongs. `system/etc` is not in it: configuration is made where it is
 * absent, by the plan of `usher init`.
 */
export function systemFiles(tree: string): SystemFile[] {
  const usr = join(tree, 'system/usr')
  return pathsBelow(usr).map((path) => ({ path: `/usr/${path}`, source: join(usr, path) }))
}

export function sha256Of(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function isInside(path: string): boolean {
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..')
}

function isFolderName(version: string): boolean {
  return /^[0-9][0-9A-Za-z.+~-]{0,127}$/.test(version)
}
