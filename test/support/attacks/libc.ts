import koffi from 'koffi'

/** Calls that Node does not have: what an attacker's own program would use. */
export interface Libc {
  /** Exchanges two names atomically (renameat2(2), RENAME_EXCHANGE); false when it was refused, as where one is missing. */
  exchange(one: string, other: string): boolean
  /** Makes a socket file that nobody listens on. */
  makeSocket(path: string): void
}

const AT_FDCWD = -100
const RENAME_EXCHANGE = 2
const S_IFSOCK = 0o140000

export function loadLibc(): Libc {
  const libc = koffi.load('libc.so.6')
  const renameat2 = libc.func('int renameat2(int from, str old, int to, str new, uint flags)')
  const mknod = libc.func('int mknod(str path, uint mode, uint64_t device)')
  return {
    exchange: (one, other) => renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) === 0,
    makeSocket(path) {
      if (mknod(path, S_IFSOCK | 0o666, 0) !== 0) throw new Error(`cannot make a socket at ${path}`)
    },
  }
}
