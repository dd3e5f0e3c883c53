import { createHmac, timingSafeEqual } from 'node:crypto'

/** Everything that a witness code stands for: another value of any of it is another code. */
export interface WitnessBinding {
  requestId: number
  revision: number
  /** The whole digest of the plan. */
  digest: string
  /** The admin whose code it is, by Telegram id. */
  telegramId: number
  nonce: string
  /** Epoch milliseconds. */
  expiresAt: number
}

const DIGITS = 8
const PURPOSE = 'usher witness code v1'

/**
 * The code for this binding: HMAC-SHA256 under root's key over the length-prefixed parts, its first 64 bits as a number, the last
 * eight digits of it. Who does not have the key cannot say it, whatever else they know; the remainder's bias is below 10^-11.
 */
export function witnessCode(key: Buffer, binding: WitnessBinding): string {
  const { requestId, revision, digest, telegramId, nonce, expiresAt } = binding
  const parts = [PURPOSE, requestId, revision, digest, telegramId, nonce, expiresAt].map(String)
  const mac = createHmac('sha256', key)
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8')
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    mac.update(length).update(bytes)
  }
  const number = mac.digest().readBigUInt64BE() % 10n ** BigInt(DIGITS)
  return number.toString().padStart(DIGITS, '0')
}

/** Whether somebody typed this code; spaces and hyphens between its digits do not count. Takes the same time for any text of its length. */
export function isWitnessCode(key: Buffer, binding: WitnessBinding, typed: string): boolean {
  const digits = typed.replace(/[\s-]/g, '')
  const expected = Buffer.from(witnessCode(key, binding), 'ascii')
  const given = Buffer.from(digits, 'utf8')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
