import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { diskProblems } from '../../../../../src/provisioning/host/files/disk.ts'

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
