import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSafeFiles } from '../../src/provisioning/host/files/create-safe-files.ts'
import { createSecretsFile, type SecretsDocument } from '../../src/provisioning/secrets/secrets-file.ts'

const SECRET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
let folder: string
beforeEach(() => {
  folder = mkdtempSync('/etc/usher-secrets-')
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = () => join(folder, 'secrets.yaml')
const open = () =>
  createSecretsFile(createSafeFiles({ mode: 'system', dataDir: folder }), (work) => work(), path(), [0])
const with42 = (document: SecretsDocument): SecretsDocument => ({
  ...document,
  totp: new Map([...document.totp, [42, { secret: SECRET, pending: null }]]),
})

describe('the secrets file', () => {
  test('that is not there is an empty document, and is made for root alone', async () => {
    expect(await open().read()).toMatchObject({ ok: true, document: { rootKey: null } })
    expect(existsSync(path())).toBe(false)
    expect(await open().edit(with42)).toEqual({ ok: true })
    const { mode, uid } = statSync(path())
    expect([(mode & 0o7777).toString(8), uid]).toEqual(['600', 0])
    const read = await open().read()
    expect(read.ok && [...read.document.totp]).toEqual([[42, { secret: SECRET, pending: null }]])
  })

  test('keeps what it says through edits, one after another', async () => {
    const file = open()
    const rootKey = 'A'.repeat(43)
    await Promise.all([file.edit(with42), file.edit((document) => ({ ...document, rootKey }))])
    const read = await file.read()
    expect(read.ok && read.document.rootKey).toBe(rootKey)
    expect(read.ok && read.document.totp.size).toBe(1)
    expect(await file.edit(() => null)).toEqual({ ok: true })
  })

  test('that others can read, that is not root’s or is a link is refused, and never replaced', async () => {
    writeFileSync(path(), '# empty\n', { mode: 0o600 })
    chmodSync(path(), 0o640)
    expect((await open().read()).ok).toBe(false)
    chmodSync(path(), 0o600)
    chownSync(path(), 4242, 4242)
    expect((await open().read()).ok).toBe(false)
    expect((await open().edit(with42)).ok).toBe(false)
    rmSync(path())
    writeFileSync(join(folder, 'other'), 'kept', { mode: 0o600 })
    symlinkSync(join(folder, 'other'), path())
    expect((await open().edit(with42)).ok).toBe(false)
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('kept')
  })

  test.for([
    'a: b: c',
    '- list',
    'totp: { id42: { secret: short } }',
    'totp: { 42: { secret: ABCDEFGHIJKLMNOPQRSTUVWXYZ234567 } }',
    'root_key: short',
    'unknown: 1',
    'totp: {}\n---\ntotp: {}',
  ])('that says something else is no empty document, and no message quotes it: %j', async (text) => {
    writeFileSync(path(), text, { mode: 0o600 })
    const read = await open().read()
    expect(read.ok).toBe(false)
    expect(JSON.stringify(read)).not.toContain('ABCDEFGH')
    expect((await open().edit(with42)).ok).toBe(false)
    expect(readFileSync(path(), 'utf8')).toBe(text)
  })
})
