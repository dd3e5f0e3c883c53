import fc from 'fast-check'
import { z } from 'zod'

/** The part of JSON Schema that the protocol's inputs come out as. */
interface Schema {
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minLength?: number
  maxLength?: number
  maxItems?: number
}

/** Values that are wrong everywhere, or that break what takes them for something else. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown[]>(
    null,
    true,
    '',
    [],
    {},
    0,
    -1,
    1e308,
    2 ** 53,
    0.1,
    '__proto__',
    '\ud800',
    '\0',
    '42',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Words that mean something to one operation or another. */
const words = fc.constantFrom(
  ...['alice', 'bob', 'root', 'admin', 'user', 'Alice', '../x', 'a'.repeat(32), 'a'.repeat(33), '42', '901'],
  ...['toString', 'constructor', '__proto__', 'a:b', 'x\ny', '\u202e', '{home}/work', '/etc', 'DIGEST'],
)

/**
 * Inputs near an operation's schema: mostly right, so that they come far, each part sometimes wrong. `DIGEST` stands for the
 * digest of a request that exists.
 */
export function inputsNear(schema: z.ZodType): fc.Arbitrary<unknown> {
  return near(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema)
}

function near(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 60, arbitrary: right(schema) }, { weight: 1, arbitrary: junk })
}

function right(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(near))
  switch (schema.type) {
    case 'object':
      return record(schema)
    case 'array':
      return fc.array(near(schema.items ?? {}), { maxLength: 4 })
    case 'string':
      return text(schema)
    case 'integer': {
      const least = Math.max(1, schema.minimum ?? 1)
      return fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: least, max: least + 11 }) },
        { weight: 1, arbitrary: fc.constantFrom(0, -1, 2 ** 53 - 1, 2 ** 53, 2 ** 63, 1.5, 1e308, 201) },
      )
    }
    case 'number':
      return fc.oneof(fc.integer({ min: 1, max: 60 }), fc.double(), fc.constantFrom(901, 2 ** 52, 1e-9))
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return junk
  }
}

function text({ maxLength = 100 }: Schema): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: words },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: Math.min(maxLength, 40) }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('x'.repeat(maxLength), 'x'.repeat(maxLength + 1), 'é'.repeat(maxLength)),
    },
  )
}

/** What a field of this name is most of the time, so that an input of many fields is right as a whole often enough. */
const likely: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  digest: fc.constant('DIGEST'),
  role: fc.constantFrom('user', 'user', 'user', 'admin', 'public'),
  os_user: fc.constantFrom('alice', 'bob', 'carol', 'dora', 'emil', 'old', 'waiting'),
  name: fc.constantFrom('Alice', 'Bob', 'no', 'Ünï', 'waiting'),
  telegram_id: fc.constantFrom(42, 43, 50, 60, 61),
  reason: fc.constantFrom('because', 'né'),
}

function record({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const hint = likely[name]
    const value =
      hint === undefined
        ? near(schema)
        : fc.oneof({ weight: 8, arbitrary: hint }, { weight: 1, arbitrary: near(schema) })
    const absent = fc.constant(undefined)
    const isRequired = required.includes(name)
    const present = { weight: isRequired ? 60 : 1, arbitrary: value }
    return [name, fc.oneof(present, { weight: isRequired ? 1 : 6, arbitrary: absent })] as const
  })
  const extra = fc.oneof(
    { weight: 40, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 8 }), junk, { maxKeys: 2 }) },
  )
  // What is undefined is not there in JSON.
  return fc
    .tuple(fc.record(Object.fromEntries(fields)), extra)
    .map(([value, more]) => ({ ...value, ...more }))
}
