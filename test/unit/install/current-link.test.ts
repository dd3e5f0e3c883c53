import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { currentVersion, pointLink } from '../../../src/install/current-link.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-link-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the link names one version or the other, and goes when there is none', () => {
  const link = join(folder, 'current')
  expect(currentVersion(link)).toBeNull()
  pointLink(link, '1.0.0')
  const { ino } = lstatSync(link)
  pointLink(link, '1.0.0')
  expect(lstatSync(link).ino).toBe(ino)
  // What a switch that was killed left is in nobody's way.
  symlinkSync('1.5.0', `${link}.new`)
  pointLink(link, '2.0.0')
  expect(currentVersion(link)).toBe('2.0.0')
  pointLink(link, null)
  expect(readdirSync(folder)).toEqual([])
})

test('what is no link is no version', () => {
  mkdirSync(join(folder, 'current'))
  expect(currentVersion(join(folder, 'current'))).toBeNull()
})
