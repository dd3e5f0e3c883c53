import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
const quoted = [...text.matchAll(/`([^`\s]+)`/g)].map((match) => match[1] ?? '')
const sources = readdirSync(root, { withFileTypes: true })
  .filter((entry) => ['src', 'conversations'].includes(entry.name))
  .flatMap(({ name }) => readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }))

describe('ARCHITECTURE.md', () => {
  it('names only files and folders that there are', () => {
    const paths = quoted.filter((one) => /^(src|conversations|deploy|test|docs|\.dep)[/\w.-]*$/.test(one))
    expect(paths.length).toBeGreaterThan(30)
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
    const files = quoted.filter((one) => /^[\w-]+(\/[\w-]+)*\.ts$/.test(one) && !one.startsWith('src/'))
    expect(files.length).toBeGreaterThan(10)
    const isThere = (file: string) => sources.some((source) => `/${source}`.endsWith(`/${file}`))
    expect(files.filter((file) => !isThere(file) && !existsSync(join(root, file)))).toEqual([])
  })

  it('says where every folder of the program stands', () => {
    const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((one) => one.isDirectory())
    expect(folders.map(({ name }) => name).filter((name) => !text.includes(`\`src/${name}/`))).toEqual([])
  })
})
