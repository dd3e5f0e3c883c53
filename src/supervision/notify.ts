import koffi from 'koffi'

/** Tells the service manager something: lines of sd_notify(3). False when it did not get there; never throws or waits. */
export type Notify = (...lines: string[]) => boolean

const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000
/** Of `sun_path` in struct sockaddr_un, unix(7). */
const PATH_BYTES = 108

/**
 * Speaks to `$NOTIFY_SOCKET`: a path, or `@NAME` for an abstract socket. Node has no unix datagrams, so libc's are used; one
 * socket is opened at the first word and kept. Without a socket to speak to nothing is loaded, and every word is dropped.
 */
export function createNotify(socket: string | null, platform: NodeJS.Platform = process.platform): Notify {
  const address = socket === null || platform !== 'linux' ? null : addressOf(socket)
  if (address === null) return () => false
  let send: ((message: Buffer) => boolean) | undefined
  return (...lines) => {
    send ??= openSender(address)
    return send(Buffer.from(lines.map((line) => line.replaceAll('\n', ' ')).join('\n')))
  }
}

function openSender(address: Buffer): (message: Buffer) => boolean {
  const libc = koffi.load('libc.so.6')
  const open = libc.func('int socket(int, int, int)')
  const sendto = libc.func('intptr_t sendto(int, const uint8_t *, size_t, int, const uint8_t *, uint32_t)')
  const descriptor: unknown = open(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)
  if (typeof descriptor !== 'number' || descriptor < 0) return () => false
  return (message) => {
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL
    const sent: unknown = sendto(descriptor, message, message.length, flags, address, address.length)
    return Number(sent) === message.length
  }
}

/** struct sockaddr_un; null for what is neither a path nor an abstract name, or too long. */
function addressOf(socket: string): Buffer | null {
  if (!socket.startsWith('/') && !socket.startsWith('@')) return null
  const path = Buffer.from(socket)
  const isAbstract = socket.startsWith('@')
  if (path.length < 2 || path.length > PATH_BYTES - (isAbstract ? 0 : 1)) return null
  if (isAbstract) path[0] = 0
  const family = Buffer.alloc(2)
  // In the byte order of the machine; every Linux that we run on is little-endian.
  family.writeUInt16LE(AF_UNIX)
  return Buffer.concat([family, path, ...(isAbstract ? [] : [Buffer.from([0])])])
}
