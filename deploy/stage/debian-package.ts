import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type Manifest, pathsBelow, readManifest } from '../../src/config/manifest.ts'

const sources = fileURLToPath(new URL('../debian', import.meta.url))
/** Debian's name of what `process.arch` stands for. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
const MAINTAINER_SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm']

export type PackageOptions = {
  /** Level of xz(1). Default: dpkg-deb's own, which takes a minute and more. */
  readonly compression?: number
}

/**
 * Makes a package for dpkg of the staged image in `root`, in the folder `out`, and gives its path. The image stays as it is; the
 * same image gives the same bytes. Needs dpkg-deb, no root.
 *
 * The program lies in /opt/usher/package there and not under its version: dpkg removes what the next version does not have, also
 * while it runs. The package's own scripts make /opt/usher/VERSION of it.
 */
export function makePackage(root: string, out: string, options: PackageOptions = {}): string {
  const [folder] = readdirSync(join(root, 'opt/usher'))
  const read = readManifest(join(root, 'opt/usher', folder!))
  if (!read.ok) throw new Error(read.problem)
  const { manifest } = read
  const architecture = ARCHITECTURES[manifest.arch]
  if (architecture === undefined) throw new Error(`cannot package: Debian has no name for ${manifest.arch}`)
  const time = Math.floor(statSync(join(root, 'opt/usher', folder!)).mtimeMs / 1000)

  const scratch = mkdtempSync(join(tmpdir(), 'usher-package-'))
  try {
    const tree = join(scratch, 'tree')
    cpSync(root, tree, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
    renameSync(join(tree, 'opt/usher', folder!), join(tree, 'opt/usher/package'))
    const log = join(tree, 'usr/share/doc/usher/changelog.Debian.gz')
    writeFileSync(log, gzipSync(debianChangelog(manifest.version, time), { level: 9 }))
    for (const path of [tree, log]) chmodSync(path, path === tree ? 0o755 : 0o644)
    writeControl(tree, manifest, architecture)
    const file = join(out, `usher_${manifest.version}_${architecture}.deb`)
    mkdirSync(out, { recursive: true })
    const level = options.compression === undefined ? [] : [`-z${options.compression}`]
    dpkgDeb(['--root-owner-group', '-Zxz', ...level, '--build', tree, file], time)
    return file
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** `DEBIAN/` of a package's tree: see deb-control(5), deb-conffiles(5). */
function writeControl(tree: string, manifest: Manifest, architecture: string): void {
  const files = pathsBelow(tree)
  const conffiles = files.filter((path) => path.startsWith('etc/'))
  const control = join(tree, 'DEBIAN')
  mkdirSync(control)
  chmodSync(control, 0o755)
  const write = (name: string, text: string, mode = 0o644) => {
    writeFileSync(join(control, name), text)
    chmodSync(join(control, name), mode)
  }
  const values: Readonly<Record<string, string>> = {
    VERSION: manifest.version,
    ARCHITECTURE: architecture,
    GLIBC: manifest.glibc,
    INSTALLED_SIZE: String(kibibytes(tree, files)),
  }
  const filled = readFileSync(join(sources, 'control.in'), 'utf8').replace(
    /@([A-Z_]+)@/g,
    (placeholder, name: string) => values[name] ?? placeholder,
  )
  write('control', filled)
  write('conffiles', conffiles.map((path) => `/${path}\n`).join(''))
  write(
    'md5sums',
    files
      .filter((path) => !conffiles.includes(path) && lstatSync(join(tree, path)).isFile())
      .map((path) => `${md5(join(tree, path))}  ${path}\n`)
      .join(''),
  )
  for (const name of MAINTAINER_SCRIPTS) {
    const script = join(sources, name)
    if (existsSync(script)) write(name, readFileSync(script, 'utf8'), 0o755)
  }
}

/** As dpkg-gencontrol(1) counts: files in whole KiB, one for everything else. */
function kibibytes(tree: string, files: readonly string[]): number {
  const sizes = files
    .map((path) => lstatSync(join(tree, path)))
    .map((stat) => (stat.isFile() ? stat.size : 0))
  return sizes.reduce((sum, size) => sum + Math.max(1, Math.ceil(size / 1024)), 0)
}

function md5(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex')
}

/** deb-changelog(5): dpkg's tools read it; what changed for people is in CHANGELOG.md beside it. */
function debianChangelog(version: string, time: number): string {
  const date = new Date(time * 1000).toUTCString().replace('GMT', '+0000')
  return [
    `usher (${version}) stable; urgency=medium`,
    '  * What changed stands in changelog.gz.',
    ` -- The Usher authors <maintainers@usher.invalid>  ${date}`,
  ].join('\n\n')
}

function dpkgDeb(argv: readonly string[], time: number): void {
  try {
    const env = { ...process.env, PATH: '/usr/bin:/bin', LC_ALL: 'C', SOURCE_DATE_EPOCH: String(time) }
    execFileSync('dpkg-deb', argv, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error('cannot package: dpkg-deb is missing; package on Debian, or install it (dpkg)')
  }
}
