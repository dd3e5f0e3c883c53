import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { othersCanReplace } from '../config/trusted-file.ts'

/** Who owns something, by number, with the names that people read. */
export interface Owner {
  uid: number
  gid: number
  name: string
}

/**
 * What became of one thing that should be so. `problem`: it was left as it is, and somebody has to decide. In a dry run
 * `change` is what would be done.
 */
export interface Outcome {
  state: 'already' | 'change' | 'problem'
  /** What it is about: a path or an account. */
  subject: string
  text: string
}

export interface EnsureOptions {
  /** Looks and says, changes nothing. */
  dryRun: boolean
  /** Uids that may own what is on the way to a path: root, or the caller in single-user mode. */
  trusted: readonly number[]
}

/**
 * A folder with this owner and mode. One that is there gets the mode, and the owner if the wrong one is root or the caller;
 * a folder of somebody else, or something that is no folder, stays and is a problem.
 */
export function ensureDirectory(path: string, owner: Owner, mode: number, options: EnsureOptions): Outcome {
  const done = (state: Outcome['state'], text: string): Outcome => ({ state, subject: path, text })
  const wish = `${octal(mode)} ${owner.name}`
  const unsafe = othersCanReplace(path, options.trusted)
  if (unsafe !== null) return done('problem', unsafe)
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) {
    if (!options.dryRun) {
      mkdirSync(path, { mode: 0o700 })
      adjustDirectory(path, owner, mode)
    }
    return done('change', `folder made, ${wish}`)
  }
  if (!stat.isDirectory()) return done('problem', `cannot use ${path}: it is not a folder; move it away`)
  if (stat.uid !== owner.uid && !options.trusted.includes(stat.uid)) {
    return done(
      'problem',
      `cannot use ${path}: it belongs to uid ${stat.uid}; chown it to ${owner.name} if that is right`,
    )
  }
  const wrong = [
    ...(stat.uid === owner.uid && stat.gid === owner.gid ? [] : [`owner ${stat.uid}:${stat.gid}`]),
    ...((stat.mode & 0o7777) === mode ? [] : [`mode ${octal(stat.mode & 0o7777)}`]),
  ]
  if (wrong.length === 0) return done('already', `folder, ${wish}`)
  if (isShared(path))
    return done('problem', `cannot set ${path} to ${wish}: others use it too; name a folder below it`)
  if (!options.dryRun) adjustDirectory(path, owner, mode)
  return done('change', `folder set to ${wish} (was ${wrong.join(', ')})`)
}

/**
 * A file with this mode. An absent one is made with `content`, whole or not at all; one that is there keeps its content and
 * its owner, only a mode that is too wide is narrowed.
 */
export function ensureFile(
  path: string,
  owner: Owner,
  mode: number,
  content: string,
  options: EnsureOptions,
): Outcome {
  const done = (state: Outcome['state'], text: string): Outcome => ({ state, subject: path, text })
  const wish = `${octal(mode)} ${owner.name}`
  const unsafe = othersCanReplace(path, options.trusted)
  if (unsafe !== null) return done('problem', unsafe)
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) {
    if (!options.dryRun) writeNew(path, owner, mode, content)
    return done('change', `file made, ${wish}`)
  }
  if (!stat.isFile()) return done('problem', `cannot use ${path}: it is not a plain file; move it away`)
  if (stat.uid !== owner.uid) {
    return done(
      'problem',
      `cannot use ${path}: it belongs to uid ${stat.uid}; look at it, then chown it to ${owner.name}`,
    )
  }
  const tooWide = stat.mode & 0o7777 & ~mode
  if (tooWide === 0) return done('already', `file, ${octal(stat.mode & 0o7777)} ${owner.name}`)
  if (!options.dryRun) {
    withDescriptor(path, constants.O_RDONLY, (descriptor) => {
      fchmodSync(descriptor, fstatSync(descriptor).mode & 0o7777 & mode)
    })
  }
  return done('change', `file narrowed to ${octal(stat.mode & mode)} (was ${octal(stat.mode & 0o7777)})`)
}

/** Folders of the system that are nobody's to narrow, whatever a config says. */
function isShared(path: string): boolean {
  const shared = ['/var/lib', '/var/cache', '/var/run', '/usr/local', '/usr/share']
  return path.split('/').filter((name) => name !== '').length < 2 || shared.includes(path)
}

function adjustDirectory(path: string, owner: Owner, mode: number): void {
  withDescriptor(path, constants.O_RDONLY | constants.O_DIRECTORY, (descriptor) => {
    fchownSync(descriptor, owner.uid, owner.gid)
    fchmodSync(descriptor, mode)
  })
}

/** Under another name first, then linked into place, so that nobody ever sees half of it and nothing is replaced. */
function writeNew(path: string, owner: Owner, mode: number, content: string): void {
  const temporary = join(dirname(path), `.usher-init-${randomBytes(8).toString('hex')}`)
  withDescriptor(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, (descriptor) => {
    writeSync(descriptor, content)
    fchownSync(descriptor, owner.uid, owner.gid)
    fchmodSync(descriptor, mode)
    fsyncSync(descriptor)
  })
  try {
    linkSync(temporary, path)
  } finally {
    unlinkSync(temporary)
  }
  withDescriptor(dirname(path), constants.O_RDONLY, fsyncSync)
}

function withDescriptor(path: string, flags: number, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags | constants.O_NOFOLLOW, 0o600)
  try {
    use(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A mode as people write it. */
export function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}
