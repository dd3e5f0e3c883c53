import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  isWitnessCode,
  type WitnessBinding,
  witnessCode,
} from '../../../../src/worker/witness/witness-code.ts'

const KEY = Buffer.alloc(32, 7)
const BINDING: WitnessBinding = {
  requestId: 12,
  revision: 3,
  digest: 'd'.repeat(43),
  telegramId: 4_503_599_627_370_495,
  nonce: 'n'.repeat(22),
  expiresAt: 1_790_000_000_000,
}

describe('a witness code', () => {
  test('is eight digits of an HMAC over length-prefixed parts, computed here anew', () => {
    const parts = [
      ...['usher witness code v1', '12', '3', 'd'.repeat(43), '4503599627370495'],
      ...['n'.repeat(22), '1790000000000'],
    ]
    const hex = parts.map(
      (part) => part.length.toString(16).padStart(8, '0') + Buffer.from(part).toString('hex'),
    )
    const mac = createHmac('sha256', KEY)
      .update(Buffer.from(hex.join(''), 'hex'))
      .digest('hex')
    const last = String(BigInt(`0x${mac.slice(0, 16)}`)).slice(-8)
    expect(witnessCode(KEY, BINDING)).toBe(last)
    expect(last).toMatch(/^[0-9]{8}$/)
  })

  test('is another one when anything of it is another', () => {
    const changes: Partial<WitnessBinding>[] = [
      { requestId: 13 },
      { revision: 4 },
      { digest: `e${'d'.repeat(42)}` },
      { telegramId: 42 },
      { nonce: 'm'.repeat(22) },
      { expiresAt: 1_790_000_000_001 },
      // Digits that move from one part to the next.
      { requestId: 1, revision: 23 },
    ]
    const codes = changes.map((change) => witnessCode(KEY, { ...BINDING, ...change }))
    codes.push(witnessCode(Buffer.alloc(32, 8), BINDING), witnessCode(KEY, BINDING))
    expect(new Set(codes).size).toBe(codes.length)
  })

  test('keeps its leading zeros', () => {
    const codes = Array.from({ length: 400 }, (_, nonce) =>
      witnessCode(KEY, { ...BINDING, nonce: String(nonce) }),
    )
    expect(codes.every((code) => /^[0-9]{8}$/.test(code))).toBe(true)
    expect(codes.some((code) => code.startsWith('0'))).toBe(true)
  })

  test('is recognized as it was typed, and nothing else is', () => {
    const code = witnessCode(KEY, BINDING)
    const grouped = `${code.slice(0, 4)} ${code.slice(4)}`
    for (const typed of [code, grouped, ` ${code.slice(0, 4)}-${code.slice(4)}\n`]) {
      expect(isWitnessCode(KEY, BINDING, typed)).toBe(true)
    }
    const wrong = code.replace(/.$/, (digit) => String((Number(digit) + 1) % 10))
    for (const typed of [wrong, '', code.slice(1), `${code}0`, `0${code}`, '٠'.repeat(8), 'x'.repeat(8)]) {
      expect(isWitnessCode(KEY, BINDING, typed)).toBe(false)
    }
  })
})
