import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diskProblems } from '../../../src/provisioning/host/files/disk.ts'
import { hashClaimCode, makeClaimCode } from '../../../src/worker/operations/claim-code.ts'
import { createRateLimit } from '../../../src/worker/operations/rate-limit.ts'

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

describe('a rate limit', () => {
  test('gives each key its uses in a window that slides', () => {
    const limit = createRateLimit(2, 100)
    expect([limit.take('a', 0), limit.take('a', 50), limit.take('a', 99), limit.take('b', 99)]).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect([limit.take('a', 101), limit.take('a', 102), limit.take('a', 151)]).toEqual([true, false, true])
  })

  test('forgets the oldest key when there are too many', () => {
    const limit = createRateLimit(1, 1000)
    limit.take('first', 0)
    for (let index = 0; index < 10_000; index++) limit.take(`key ${index}`, 1)
    expect(limit.take('first', 2)).toBe(true)
  })
})

describe('disk problems', () => {
  const roomy = { blocks: 1e6, bavail: 1e6, bsize: 4096, files: 1e6, ffree: 1e6 }
  const on = (change: Partial<typeof roomy>, errno?: string) =>
    diskProblems(['/data', '/data'], {
      statfs: async () => ({ ...roomy, ...change }),
      access: async () => {
        if (errno !== undefined) throw Object.assign(new Error(errno), { code: errno })
      },
    })

  test('are none where there is room, and missing or hidden folders are not judged here', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'usher-disk-'))
    expect(await diskProblems([folder, join(folder, 'missing')])).toEqual([])
    rmSync(folder, { recursive: true })
    expect(await on({}, 'EACCES')).toEqual([])
  })

  test('are a lack of blocks, a lack of files, and a file system that is read-only, each folder once', async () => {
    const full = [{ path: '/data', problem: 'disk_full' }]
    expect(await on({ bavail: 100 })).toEqual(full)
    expect(await on({ ffree: 0 })).toEqual(full)
    expect(await on({}, 'EROFS')).toEqual([{ path: '/data', problem: 'disk_read_only' }])
  })

  test('are none on a file system that does not count', async () => {
    expect(await on({ blocks: 0, bavail: 0, files: 0, ffree: 0 })).toEqual([])
  })
})
