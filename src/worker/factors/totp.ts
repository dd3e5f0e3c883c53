import { createHmac, timingSafeEqual } from 'node:crypto'

const STEP_MS = 30_000
const DIGITS = 6
/** How many steps a clock may be ahead or behind. */
const WINDOW = 1

/** Which half minute since 1970 this is (RFC 6238, section 4.2). */
export function stepAt(now: number): number {
  return Math.floor(now / STEP_MS)
}

/** The code of a step: RFC 6238 over RFC 4226's truncation. The defaults are what authenticator apps take for granted. */
export function totpCode(secret: Uint8Array, step: number, digits = DIGITS, hash = 'sha1'): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac(hash, secret).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0x0f
  const number = (mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** digits
  return number.toString().padStart(digits, '0')
}

/**
 * The step whose code this is, of those around now that are later than `after`; null when it is none of them. Spaces and hyphens
 * between the digits do not count. Takes the same time whichever it is.
 */
export function matchingStep(secret: Uint8Array, typed: string, now: number, after: number): number | null {
  const given = Buffer.from(typed.replace(/[\s-]/g, ''))
  let found: number | null = null
  for (let step = stepAt(now) - WINDOW; step <= stepAt(now) + WINDOW; step++) {
    const expected = Buffer.from(totpCode(secret, Math.max(0, step)))
    const isSame = given.length === expected.length && timingSafeEqual(given, expected)
    if (isSame && step > after) found = step
  }
  return found
}

/** What an authenticator app reads from a QR code (Key Uri Format). The label is text for people. */
export function otpauthUri(secret: string, issuer: string, account: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`
  return `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`
}
