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

/** What the linter says about this text at each of these places: the categories of its complaints. */
async function lint(paths: readonly string[], text: string): Promise<string[][]> {
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `${text}\n`)
  }
  const argv = [join(checkout, 'node_modules/@biomejs/biome/bin/biome'), 'lint', '--reporter=json', ...paths]
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, argv, { cwd: folder }, (_error, output) => resolve(output))
  })
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { category: string; location: { path: string } }[]
  }
  return paths.map((path) =>
    diagnostics.filter(({ location }) => location.path === path).map(({ category }) => category),
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

const rootCode = ['src/worker/bad.ts', 'src/provisioning/host/bad.ts', 'src/store/bad.ts']

test.for(recursion)('root code may not walk a tree that a user can change: %s', async (text) => {
  const [elsewhere, ...found] = await lint(['src/bot/fine.ts', ...rootCode], text)
  expect(elsewhere).toEqual([])
  expect(found).toHaveLength(rootCode.length)
  for (const categories of found) {
    expect(['plugin', 'lint/style/noRestrictedImports']).toContain(categories[0])
  }
})

test('root code changes files synchronously, so that nothing overtakes a call that hangs', async () => {
  const text = `import { unlink } from 'node:fs/promises'\nawait unlink('x')`
  for (const categories of await lint(rootCode, text)) {
    expect(categories).toEqual(['lint/style/noRestrictedImports'])
  }
})

test('root code may remove single files and folders', async () => {
  const text = `import { rmdirSync, unlinkSync } from 'node:fs'\nunlinkSync('x')\nrmdirSync('y')`
  expect(await lint(['src/worker/fine.ts'], text)).toEqual([[]])
})

test.for([
  `console.log(process.env['HOME'])`,
  `import { env } from 'node:process'\nconsole.log(env)`,
  `import process from 'node:process'\nconsole.log(process.version)`,
])('the environment is read in src/config only: %s', async (text) => {
  const found = await lint(['src/bot/bad.ts', 'src/worker/bad.ts', 'conversations/bad.ts'], text)
  for (const categories of found) expect(categories).not.toEqual([])
})

test('src/config may read the environment', async () => {
  expect(await lint(['src/config/fine.ts'], `export const home = process.env['HOME']`)).toEqual([[]])
})
