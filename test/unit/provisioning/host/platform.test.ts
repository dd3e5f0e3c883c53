import {
  closeSync,
  constants,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { platformOf } from '../../../../src/provisioning/host/platform.ts'
import { createMacosServices } from '../../../../src/provisioning/host/services/services-macos.ts'

it('a path through a descriptor leads into that very folder on Linux', () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-platform-'))
  writeFileSync(join(folder, 'a'), 'here')
  const { entryPath, walkFlag } = platformOf('linux')
  const descriptor = openSync(folder, walkFlag | constants.O_DIRECTORY)
  try {
    expect(
      readFileSync(
        entryPath(descriptor, 'a', () => fstatSync(descriptor)),
        'utf8',
      ),
    ).toBe('here')
  } finally {
    closeSync(descriptor)
    rmSync(folder, { recursive: true })
  }
})

it('a path through a descriptor names device and inode on macOS', () => {
  const { entryPath } = platformOf('darwin')
  expect(entryPath(7, 'a', () => ({ dev: 16777220, ino: 1234567 }))).toBe('/.vol/16777220/1234567/a')
})

it('accounts are made on Linux and only adopted on macOS', () => {
  expect(platformOf('linux').createsAccounts).toBe(true)
  expect(platformOf('darwin').createsAccounts).toBe(false)
})

it('a system that Usher does not know is refused by name', () => {
  expect(() => platformOf('freebsd')).toThrow('cannot work on freebsd')
})

it('services are named and not restarted on macOS', async () => {
  const services = createMacosServices()
  const { signal } = new AbortController()
  expect(await services.perform('kai.service', 'remind', signal)).toEqual({ ok: true, durationMs: 0 })
  expect(await services.perform('kai.service', 'restart', signal)).toMatchObject({
    ok: false,
    failure: { code: 'service_not_active', detail: expect.stringContaining('action: remind') },
  })
})
