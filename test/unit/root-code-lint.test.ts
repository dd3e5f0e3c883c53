import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const checkout = fileURLToPath(new URL('../..', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-lint-'))
  for (const file of ['biome.json', '.gitignore', 'deploy/lint']) {
    cpSync(join(checkout, file), join(folder, file), { recursive: true })
  }
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** The categories of what the linter says about one file with this text. */
async function lint(path: string, text: string): Promise<string[]> {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), `${text}\n`)
  const argv = [join(checkout, 'node_modules/@biomejs/biome/bin/biome'), 'lint', '--reporter=json', path]
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, argv, { cwd: folder }, (_error, output) => resolve(output))
  })
  return (JSON.parse(stdout) as { diagnostics: { category: string }[] }).diagnostics.map(
    ({ category }) => category,
  )
}

const recursion: readonly string[] = [
  `import { rm } from 'node:fs/promises'\nawait rm('x', { recursive: true })`,
  `import { cp as copy } from 'node:fs/promises'\nawait copy('a', 'b')`,
  `import { rmSync } from 'node:fs'\nrmSync('x')`,
  `import * as fs from 'node:fs'\nawait fs.promises.rm('x', { recursive: true })`,
  `import fs from 'node:fs'\nfs.cpSync('a', 'b')`,
  `export const argv = ['/bin/chown', '-R', 'x']`,
  `export const argv = ['/bin/chmod', '--recursive', 'x']`,
]

test.for(recursion)('root code may not walk a tree that a user can change: %s', async (text) => {
  for (const part of ['worker', 'provisioning/host', 'store']) {
    const found = await lint(`src/${part}/bad.ts`, text)
    expect(found.length, part).toBeGreaterThan(0)
    expect(['plugin', 'lint/style/noRestrictedImports']).toContain(found[0])
  }
  expect(await lint('src/bot/fine.ts', text)).toEqual([])
})

test('root code may remove single files and folders', async () => {
  const text = `import { rmdir, unlink } from 'node:fs/promises'\nawait unlink('x')\nawait rmdir('y')`
  expect(await lint('src/worker/fine.ts', text)).toEqual([])
})

test.for([
  `console.log(process.env['HOME'])`,
  `import { env } from 'node:process'\nconsole.log(env)`,
  `import process from 'node:process'\nconsole.log(process.version)`,
])('the environment is read in src/config only: %s', async (text) => {
  expect(await lint('src/bot/bad.ts', text)).not.toEqual([])
  expect(await lint('src/worker/bad.ts', text)).not.toEqual([])
})

test('src/config may read the environment', async () => {
  expect(await lint('src/config/fine.ts', `export const home = process.env['HOME']`)).toEqual([])
})
