import type { Readable } from 'node:stream'

/** Keeps the first `limit` bytes of a stream and reads the rest away, so that neither memory nor the writer suffers. */
export class BoundedOutput {
  readonly #chunks: Buffer[] = []
  readonly #limit: number
  #length = 0
  #ended: Promise<void>

  constructor(stream: Readable, limit: number) {
    this.#limit = limit
    stream.on('data', (chunk: Buffer) => this.#keep(chunk))
    stream.on('error', () => {})
    this.#ended = new Promise((resolve) => stream.once('close', resolve))
  }

  /** Resolves when the stream is closed, by its writers or by us. */
  get ended(): Promise<void> {
    return this.#ended
  }

  /** What was kept so far, as UTF-8; a character that the limit cut in two reads as U+FFFD. */
  get text(): string {
    return Buffer.concat(this.#chunks, this.#length).toString('utf8')
  }

  #keep(chunk: Buffer): void {
    const room = this.#limit - this.#length
    if (room <= 0) return
    // A copy: a slice would keep the whole 64 KiB read buffer alive.
    const kept = Buffer.from(chunk.subarray(0, room))
    this.#chunks.push(kept)
    this.#length += kept.length
  }
}
