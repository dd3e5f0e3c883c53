import { describe, expect, test } from 'vitest'
import { fromBase32, toBase32 } from '../../../../src/worker/factors/base32.ts'
import { matchingStep, otpauthUri, stepAt, totpCode } from '../../../../src/worker/factors/totp.ts'

/** RFC 6238, appendix B: seconds, hash, code. The seeds are the ASCII digits as long as the hash. */
const VECTORS: [number, 'sha1' | 'sha256' | 'sha512', string][] = [
  [59, 'sha1', '94287082'],
  [59, 'sha256', '46119246'],
  [59, 'sha512', '90693936'],
  [1111111109, 'sha1', '07081804'],
  [1111111109, 'sha256', '68084774'],
  [1111111109, 'sha512', '25091201'],
  [1111111111, 'sha1', '14050471'],
  [1111111111, 'sha256', '67062674'],
  [1111111111, 'sha512', '99943326'],
  [1234567890, 'sha1', '89005924'],
  [1234567890, 'sha256', '91819424'],
  [1234567890, 'sha512', '93441116'],
  [2000000000, 'sha1', '69279037'],
  [2000000000, 'sha256', '90698825'],
  [2000000000, 'sha512', '38618901'],
  [20000000000, 'sha1', '65353130'],
  [20000000000, 'sha256', '77737706'],
  [20000000000, 'sha512', '47863826'],
]
const LENGTHS = { sha1: 20, sha256: 32, sha512: 64 }
const secret = Buffer.from('12345678901234567890')

describe('a code of a second factor', () => {
  test.for(VECTORS)('at second %d with %s is what RFC 6238 says', ([seconds, hash, code]) => {
    const seed = Buffer.from('1234567890'.repeat(7).slice(0, LENGTHS[hash]))
    expect(totpCode(seed, stepAt(seconds * 1000), 8, hash)).toBe(code)
  })

  test('has six digits, and is the last six of the eight of the RFC', () => {
    expect(totpCode(secret, stepAt(59_000))).toBe('287082')
  })

  test('is found one half minute before and after, and no further', () => {
    const now = 1_234_567_890_000
    const at = (steps: number) => matchingStep(secret, totpCode(secret, stepAt(now) + steps), now, -1)
    expect([-2, -1, 0, 1, 2].map(at)).toEqual([null, stepAt(now) - 1, stepAt(now), stepAt(now) + 1, null])
  })

  test('is not found again once it or a later one was used', () => {
    const now = 1_234_567_890_000
    const code = totpCode(secret, stepAt(now))
    expect(matchingStep(secret, code, now, stepAt(now) - 1)).toBe(stepAt(now))
    expect(matchingStep(secret, code, now, stepAt(now))).toBeNull()
    expect(matchingStep(secret, code, now, stepAt(now) + 1)).toBeNull()
  })

  test('may be typed with spaces and hyphens, and nothing else is taken for it', () => {
    const now = 1_234_567_890_000
    const [a, b] = [totpCode(secret, stepAt(now)).slice(0, 3), totpCode(secret, stepAt(now)).slice(3)]
    for (const typed of [`${a} ${b}`, `${a}-${b}`, ` ${a}${b}\n`]) {
      expect(matchingStep(secret, typed, now, -1)).toBe(stepAt(now))
    }
    for (const typed of [
      '',
      a,
      `${a}${b}0`,
      `${a}x${b}`,
      '\u0661\u0662\u0663\u0664\u0665\u0666',
      '💥'.repeat(6),
    ]) {
      expect(matchingStep(secret, typed, now, -1)).toBeNull()
    }
  })

  test('at the beginning of time is none of before it', () => {
    expect(matchingStep(secret, totpCode(secret, 0), 0, -1)).toBe(0)
  })
})

describe('base 32', () => {
  test('is what RFC 4648 says, without its padding', () => {
    const vectors = {
      '': '',
      f: 'MY',
      fo: 'MZXQ',
      foo: 'MZXW6',
      foob: 'MZXW6YQ',
      fooba: 'MZXW6YTB',
      foobar: 'MZXW6YTBOI',
    }
    for (const [text, encoded] of Object.entries(vectors)) {
      expect(toBase32(Buffer.from(text))).toBe(encoded)
      expect(fromBase32(encoded).toString()).toBe(text)
    }
  })
})

test('the address for an authenticator app says what apps take for granted too', () => {
  const uri = new URL(otpauthUri('MZXW6YTB', 'Usher burrow', 'Ada/Ünï:code?'))
  expect(`${uri.protocol}//${uri.host}`).toBe('otpauth://totp')
  expect(decodeURIComponent(uri.pathname)).toBe('/Usher burrow:Ada/Ünï:code?')
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    secret: 'MZXW6YTB',
    issuer: 'Usher burrow',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
})
