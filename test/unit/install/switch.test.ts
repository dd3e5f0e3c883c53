import { mkdirSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CURRENT_LINK, PROGRAM_FOLDER } from '../../../src/install/record.ts'
import { type SwitchHost, switchTo } from '../../../src/install/switch.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'usher-switch-'))
  mkdirSync(root + PROGRAM_FOLDER, { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('the units of a version stand before the version is in use', async () => {
  const seen: string[] = []
  const host: SwitchHost = {
    root,
    programs: { run: () => Promise.reject(new Error('no program is needed where nothing runs')) },
    placeSystem: async (version) => {
      seen.push(version)
      expect(() => readlinkSync(root + CURRENT_LINK)).toThrow()
    },
    say: () => {},
  }
  expect(await switchTo(host, { version: '1.0.0', start: false })).toEqual({
    ok: true,
    from: null,
    changed: true,
    started: [],
  })
  expect([seen, readlinkSync(root + CURRENT_LINK)]).toEqual([['1.0.0'], '1.0.0'])
})
