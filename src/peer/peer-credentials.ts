import type { Socket } from 'node:net'
import koffi from 'koffi'

/** Who is at the other end of a Unix socket, as the kernel says; `unknown` is never anybody. */
export type PeerCredentials = { known: true; uid: number } | { known: false; why: string }

/** Reads the peer's uid of a connected Unix socket by its descriptor. Never throws, never guesses. */
export type ReadPeer = (descriptor: number) => PeerCredentials

/** uid_t -1: "no uid" everywhere in POSIX, and what a TCP socket answers. */
const NO_UID = 0xffffffff

/**
 * The peer's credentials for this platform: `SO_PEERCRED` on Linux (unix(7)), `getpeereid` on macOS and the BSDs. They are
 * those at the time of connect(2).
 *
 * Fail-closed: buffers are preset to 0xff and used only when the call returned 0 and wrote all of it; a closed descriptor
 * must never read as a zeroed buffer, because that is uid 0. The peer's pid is never used: it is recycled.
 *
 * @throws Error where the platform has neither call
 */
export function createPeerReader(platform: NodeJS.Platform = process.platform): ReadPeer {
  return platform === 'linux' ? linuxReader() : bsdReader(platform)
}

function linuxReader(): ReadPeer {
  const solSocket = 1
  const soPeercred = 17
  const size = 12 // struct ucred: pid_t, uid_t, gid_t, 4 bytes each
  const getsockopt = koffi
    .load('libc.so.6')
    .func('int getsockopt(int, int, int, _Out_ uint8_t *, _Inout_ uint32_t *)')
  return (descriptor) => {
    const credentials = Buffer.alloc(size, 0xff)
    const length = [size]
    if (!isDescriptor(descriptor)) return { known: false, why: 'the connection is closed' }
    const status: unknown = getsockopt(descriptor, solSocket, soPeercred, credentials, length)
    if (status !== 0 || length[0] !== size) return { known: false, why: 'the kernel does not name the peer' }
    return checked(credentials.readUInt32LE(4))
  }
}

function bsdReader(platform: NodeJS.Platform): ReadPeer {
  if (platform !== 'darwin' && platform !== 'freebsd' && platform !== 'openbsd') {
    throw new Error(`cannot identify the peers of a socket on ${platform}`)
  }
  const library = platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.7'
  const getpeereid = koffi.load(library).func('int getpeereid(int, _Out_ uint32_t *, _Out_ uint32_t *)')
  return (descriptor) => {
    const uid = [NO_UID]
    const gid = [NO_UID]
    if (!isDescriptor(descriptor)) return { known: false, why: 'the connection is closed' }
    const status: unknown = getpeereid(descriptor, uid, gid)
    return status === 0 ? checked(uid[0]) : { known: false, why: 'the kernel does not name the peer' }
  }
}

function isDescriptor(descriptor: number): boolean {
  return Number.isInteger(descriptor) && descriptor > 2
}

function checked(uid: number | undefined): PeerCredentials {
  return uid === undefined || uid === NO_UID
    ? { known: false, why: 'the peer has no uid' }
    : { known: true, uid }
}

/**
 * The descriptor of a connected socket, -1 when it has none any more. Node has no public name for it; `_handle.fd` is what
 * its own child processes use.
 */
export function descriptorOf(socket: Socket): number {
  const handle = (socket as Socket & { _handle?: { fd?: unknown } | null })._handle
  return typeof handle?.fd === 'number' ? handle.fd : -1
}
