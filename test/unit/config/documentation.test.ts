import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { configKeys, configurationDocument } from '../../../deploy/reference/configuration-document.ts'
import { configFileSchema } from '../../../src/config/schema.ts'
import { allKeys } from '../../../src/config/schema-keys.ts'
import { PERMISSIONS } from '../../../src/protocol/permissions.ts'
import { problemsOf } from './load-text.ts'

const text = readFileSync(fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url)), 'utf8')
/** First cells of the tables of keys. */
const documented = [...text.matchAll(/^\| `([a-z_.*]+)` \|/gm)].map((match) => match[1] ?? '')

describe('docs/configuration.md', () => {
  it("is current with the schema: 'npm run docs' would change nothing", () => {
    expect(configurationDocument(text)).toBe(text)
  })

  it('says of every key what type it has, what holds without it, and what it does', () => {
    const lacking = configKeys().filter(
      ({ type, default: without, meaning }) => type === '' || without === '' || meaning.length < 5,
    )
    expect(lacking).toEqual([])
  })

  it('has examples that load', () => {
    const examples = configKeys().flatMap(({ key, meaning }) => {
      const example = /Example: `(.+?)`(?:\.|$)/.exec(meaning)?.[1]
      return example === undefined || key.includes('*') || /webhook|via|uids|mode/.test(key)
        ? []
        : [{ key, example }]
    })
    expect(examples.length).toBeGreaterThan(15)
    const wrong = examples.flatMap(({ key, example }) => {
      const [first = '', ...rest] = key.split('.')
      const yaml = `${first}: ${rest.reduceRight((inner, name) => `{ ${name}: ${inner} }`, example)}`
      return problemsOf(`${yaml}\n`).map((problem) => ({ yaml, problem }))
    })
    expect(wrong).toEqual([])
  })

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
