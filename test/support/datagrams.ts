import koffi from 'koffi'

const AF_UNIX = 1
const SOCK_DGRAM = 2
const MSG_DONTWAIT = 0x40

/** A Unix datagram socket to be spoken to, at a path or, with a leading `@`, an abstract name. */
export interface Datagrams {
  /** What has come since the last call, in order. */
  received(): string[]
  close(): void
}

export function receiveDatagrams(name: string): Datagrams {
  const libc = koffi.load('libc.so.6')
  const descriptor = libc.func('int socket(int, int, int)')(AF_UNIX, SOCK_DGRAM, 0) as number
  const path = Buffer.from(`${name.startsWith('@') ? `\0${name.slice(1)}` : `${name}\0`}`)
  const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), path])
  const bound: unknown = libc.func('int bind(int, const uint8_t *, uint32_t)')(
    descriptor,
    address,
    address.length,
  )
  if (bound !== 0) throw new Error(`cannot bind ${name}`)
  const recv = libc.func('intptr_t recv(int, _Out_ uint8_t *, size_t, int)')
  const close = libc.func('int close(int)')
  return {
    received() {
      const all: string[] = []
      for (;;) {
        const buffer = Buffer.alloc(4096)
        const length = Number(recv(descriptor, buffer, buffer.length, MSG_DONTWAIT))
        if (length < 0) return all
        all.push(buffer.toString('utf8', 0, length))
      }
    },
    close: () => void close(descriptor),
  }
}
