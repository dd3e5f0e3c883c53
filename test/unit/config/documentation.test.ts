import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { configFileSchema } from '../../../src/config/schema.ts'
import { allKeys } from '../../../src/config/schema-keys.ts'
import { PERMISSIONS } from '../../../src/protocol/permissions.ts'
import { problemsOf } from './load-text.ts'

const text = readFileSync(fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url)), 'utf8')
/** First cells of the tables of keys. */
const documented = [...text.matchAll(/^\| `([a-z_.*]+)` \|/gm)].map((match) => match[1] ?? '')

describe('docs/configuration.md', () => {
  it('describes every key that the schema has', () => {
    const keys = allKeys(configFileSchema)
    const inner = new Set(keys.filter((key) => keys.some((other) => other.startsWith(`${key}.`))))
    expect(keys.filter((key) => !inner.has(key) && !documented.includes(key))).toEqual([])
  })

  it('describes no key that the schema has not', () => {
    const keys = new Set(allKeys(configFileSchema))
    expect(documented.filter((key) => !keys.has(key))).toEqual([])
  })

  it('lists every permission', () => {
    expect(PERMISSIONS.filter((name) => !text.includes(`\`${name}\``))).toEqual([])
  })

  it('has an example that loads', () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? 'none: found'
    expect(problemsOf(example)).toEqual([])
  })
})
