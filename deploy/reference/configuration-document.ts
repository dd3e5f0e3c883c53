import { z } from 'zod'
import { configFileSchema } from '../../src/config/schema.ts'
import { renewed, table } from './blocks.ts'
import { ENVIRONMENT } from './places.ts'

/** One key of the config as docs/configuration.md describes it. */
export interface ConfigKey {
  /** Dotted; `*` stands for any name or number. */
  readonly key: string
  readonly type: string
  readonly default: string
  readonly meaning: string
}

/** What zod says of a schema, and what ours say beside it. */
interface Described {
  readonly type?: string
  readonly kind?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Described[]
  readonly properties?: Readonly<Record<string, Described>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Described | boolean
  readonly items?: Described
  readonly default?: unknown
  readonly description?: string
  /** Instead of `default`, in words. */
  readonly usual?: string
  readonly example?: string
  readonly danger?: string
}

/** docs/configuration.md with what the schema itself says: each key with type, default and meaning. */
export function configurationDocument(page: string): string {
  const keys = configKeys()
  return renewed(page, (name) => {
    if (name === 'environment') return environment()
    const section = /^keys of (.+)$/.exec(name)?.[1]
    const found = keys.filter(({ key }) => key === section || key.startsWith(`${section}.`))
    return found.length === 0 ? null : keysTable(found)
  })
}

/** Every key that the schema describes. */
export function configKeys(): ConfigKey[] {
  const schema = z.toJSONSchema(configFileSchema, { io: 'input', unrepresentable: 'any' }) as Described
  return below('', schema)
}

function below(path: string, { properties = {}, required = [] }: Described): ConfigKey[] {
  return Object.entries(properties).flatMap(([name, said]) => {
    const key = path === '' ? name : `${path}.${name}`
    const own = said.description === undefined ? [] : [described(key, said, required.includes(name))]
    const { additionalProperties: any, items } = said
    const inner = [
      ...below(key, said),
      ...(typeof any === 'object' ? below(`${key}.*`, any) : []),
      ...(items === undefined ? [] : below(`${key}.*`, items)),
    ]
    return [...own, ...inner]
  })
}

function described(key: string, said: Described, required: boolean): ConfigKey {
  const { description = '', example, danger } = said
  const meaning = [
    description,
    ...(example === undefined ? [] : [`Example: \`${example}\``]),
    ...(danger === undefined ? [] : [`**Take care:** ${danger}`]),
  ].join('. ')
  return { key, type: typeOf(said), default: defaultOf(said, required), meaning }
}

function defaultOf(said: Described, required: boolean): string {
  if (said.usual !== undefined) return said.usual
  if (required) return 'required'
  const value = said.default
  if (value === undefined) return 'none'
  if (Array.isArray(value)) return `\`[${value.join(', ')}]\``
  return `\`${typeof value === 'object' ? '{}' : String(value)}\``
}

function typeOf({
  kind,
  type,
  enum: words,
  anyOf,
  properties,
  items,
  additionalProperties,
  const: only,
}: Described): string {
  if (kind !== undefined) return kind
  if (words !== undefined) return words.map((word) => `\`${String(word)}\``).join(', ')
  if (only !== undefined) return `\`${String(only)}\``
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ')
  if (items !== undefined) return `list of ${plural(typeOf(items))}`
  if (properties !== undefined || typeof additionalProperties === 'object') return 'mapping'
  return (
    { integer: 'whole number', boolean: '`true`, `false`', string: 'text' }[type ?? ''] ?? type ?? 'anything'
  )
}

function plural(type: string): string {
  if (type.startsWith('`')) return `these: ${type}`
  return type === 'text' ? 'texts' : `${type}s`
}

function keysTable(keys: readonly ConfigKey[]): string {
  return table(
    ['key', 'type', 'default', 'meaning'],
    keys.map((one) => [`\`${one.key}\``, one.type, one.default, one.meaning]),
  )
}

function environment(): string {
  const rows = ENVIRONMENT.map(([names, reader, meaning]) => [
    names.map((name) => `\`${name}\``).join(', '),
    reader,
    meaning,
  ])
  return table(['variable', 'for', 'meaning'], rows)
}
