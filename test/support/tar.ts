/** Archives that no tar would write, for what must be refused. */
export interface MadeEntry {
  name: string
  text?: string
  type?: string
  link?: string
  /** What the header claims; else the length of the text. */
  size?: number
  /** Major and minor number, octal. */
  device?: [string, string]
}

export function makeTar(entries: readonly MadeEntry[]): Buffer {
  return Buffer.concat([...entries.map(entryOf), Buffer.alloc(1024)])
}

function entryOf({ name, text = '', type = '0', link = '', size, device }: MadeEntry): Buffer {
  const body = Buffer.from(text)
  const header = Buffer.alloc(512)
  const put = (value: string, at: number) => void header.write(value, at, 'latin1')
  put(name, 0)
  put('0000600\0', 100)
  put('0000000\0', 108)
  put('0000000\0', 116)
  put(`${(size ?? body.length).toString(8).padStart(11, '0')}\0`, 124)
  put('00000000000\0', 136)
  put(' '.repeat(8), 148)
  put(type, 156)
  put(link, 157)
  put('ustar  \0', 257)
  for (const [index, number] of (device ?? []).entries()) put(`${number.padStart(7, '0')}\0`, 329 + 8 * index)
  const sum = header.reduce((total, byte) => total + byte, 0)
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}
