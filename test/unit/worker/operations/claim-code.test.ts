import { describe, expect, test } from 'vitest'
import { hashClaimCode, makeClaimCode } from '../../../../src/worker/operations/claim-code.ts'

describe('a claim code', () => {
  test('is 100 bits that nobody misreads', () => {
    const codes = new Set(Array.from({ length: 200 }, makeClaimCode))
    expect(codes.size).toBe(200)
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}$/)
  })

  test('is the same code however it is typed, and no other', () => {
    const code = '0123A-BCDEF-GHJKM-NPQRS'
    for (const typed of ['o123abcdefghjkmnpqrs', ' OI23A BCDEF GHJKM NPQRS ', code.toLowerCase()]) {
      expect(hashClaimCode(typed)).toBe(hashClaimCode(code))
    }
    expect(hashClaimCode('0123A-BCDEF-GHJKM-NPQRT')).not.toBe(hashClaimCode(code))
  })
})
