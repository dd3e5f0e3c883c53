import { constants } from 'node:fs'

/**
 * Everything in which one kind of system differs from another, for code that would otherwise ask `process.platform` in the
 * middle of its work. Linux is what Usher is made for and tested on. macOS is as far as it could be had without one: nothing of
 * it has run on hardware (docs/macos.md).
 */
export interface Platform {
  readonly name: 'linux' | 'darwin'
  /** Whether accounts can be made here; where not, people adopt what the system's own settings have made. */
  readonly createsAccounts: boolean
  /** Where homes are, and which uids are people's, when nothing on the host says it. */
  readonly people: { readonly uidMin: number; readonly uidMax: number; readonly homeBase: string }
  /** open(2): how a folder is opened only to walk on from it. */
  readonly walkFlag: number
  /** `name` in the directory that `descriptor` is: its path is not resolved again. `identity`: device and inode of that directory. */
  entryPath(descriptor: number, name: string, identity: () => { dev: number; ino: number }): string
  /** How programs of a person end in system mode. */
  readonly contains: 'cgroup or pid namespace' | 'process group'
}

const LINUX: Platform = {
  name: 'linux',
  createsAccounts: true,
  people: { uidMin: 1000, uidMax: 60_000, homeBase: '/home' },
  // O_PATH: needs no permission on the folder.
  walkFlag: 0o10000000,
  // proc(5): the kernel goes to the folder that the descriptor is.
  entryPath: (descriptor, name) => `/proc/self/fd/${descriptor}/${name}`,
  contains: 'cgroup or pid namespace',
}

const DARWIN: Platform = {
  name: 'darwin',
  // A usable account is made by the system's own settings (secure token, home from a template); dscl makes half of one.
  createsAccounts: false,
  // People begin at 501; below are the system's own, whose names begin with "_".
  people: { uidMin: 501, uidMax: 60_000, homeBase: '/Users' },
  // There is no O_PATH, and its number is O_SYMLINK's here: it would follow into what O_NOFOLLOW is there to refuse.
  walkFlag: constants.O_RDONLY,
  // There is no /proc, and /dev/fd has no folders. volfs: /.vol/DEVICE/INODE is that very folder, wherever it was moved; while
  // the descriptor is open its inode is given to nothing else.
  entryPath: (_, name, identity) => {
    const { dev, ino } = identity()
    return `/.vol/${dev}/${ino}/${name}`
  },
  contains: 'process group',
}

/**
 * What holds on this kind of system.
 *
 * @throws Error for one that Usher does not know
 */
export function platformOf(name: NodeJS.Platform = process.platform): Platform {
  if (name === 'linux') return LINUX
  if (name === 'darwin') return DARWIN
  throw new Error(`cannot work on ${name}: Usher knows Linux, and macOS as far as docs/macos.md says`)
}
