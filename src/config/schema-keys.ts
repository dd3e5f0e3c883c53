import { z } from 'zod'

type Path = readonly PropertyKey[]

/** The keys that `schema` knows at `path`; empty where it is not a fixed object. */
export function keysAt(schema: z.ZodType, path: Path): string[] {
  let at: z.ZodType | null = bare(schema)
  for (const key of path) at = at === null ? null : childOf(at, key)
  return at instanceof z.ZodObject ? Object.keys(at.shape) : []
}

/** Every key of `schema`, dotted: `roles.*.approval.count`; `*` stands for any name or index. */
export function allKeys(schema: z.ZodType, prefix = ''): string[] {
  const at = bare(schema)
  if (at instanceof z.ZodObject) {
    return Object.entries(at.shape).flatMap(([key, child]) => {
      const name = prefix === '' ? key : `${prefix}.${key}`
      return [name, ...allKeys(child as z.ZodType, name)]
    })
  }
  if (at instanceof z.ZodRecord) return allKeys(at.valueType as z.ZodType, `${prefix}.*`)
  if (at instanceof z.ZodArray) return allKeys(at.element as z.ZodType, `${prefix}.*`)
  return []
}

function childOf(schema: z.ZodType, key: PropertyKey): z.ZodType | null {
  if (schema instanceof z.ZodObject) {
    const child: unknown = Object.hasOwn(schema.shape, key) ? schema.shape[String(key)] : undefined
    return child instanceof z.ZodType ? bare(child) : null
  }
  if (schema instanceof z.ZodRecord) return bare(schema.valueType as z.ZodType)
  if (schema instanceof z.ZodArray) return bare(schema.element as z.ZodType)
  return null
}

function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return bare(schema.unwrap() as z.ZodType)
  }
  return schema
}
