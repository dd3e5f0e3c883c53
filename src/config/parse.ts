import { parseDocument } from 'yaml'
import type { z } from 'zod'
import type { ConfigProblem } from './config.ts'
import { didYouMean } from './did-you-mean.ts'
import { type ConfigFile, configFileSchema } from './schema.ts'
import { schemaProblems } from './schema-problems.ts'

export interface ParsedConfig {
  /** Sections that are valid by the schema, defaults filled in. All of them when `problems` is empty. */
  sections: Partial<ConfigFile>
  /** The document as written, for merges that must know what was said and what was defaulted. */
  written: Record<string, unknown>
  problems: ConfigProblem[]
}

/**
 * A config file's text by YAML 1.2 and the schema. Strict: duplicate keys, unknown tags and more than one document are
 * problems too. Sections are checked one by one, so that a mistake in one hides none in another.
 */
export function parseConfig(text: string): ParsedConfig {
  const document = parseDocument(text, {
    strict: true,
    uniqueKeys: true,
    stringKeys: true,
    prettyErrors: true,
  })
  const complaints = [...document.errors, ...document.warnings]
  if (complaints.length > 0) return fail(complaints.map((complaint) => yamlMessage(complaint.message)))
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 20 }) ?? {}
  } catch (error) {
    return fail([yamlMessage(error instanceof Error ? error.message : String(error))])
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(['cannot use the file: it must be a mapping of keys'])
  }
  const written = value as Record<string, unknown>
  const sections: Record<string, unknown> = {}
  const problems: ConfigProblem[] = []
  for (const [name, schema] of Object.entries(configFileSchema.shape) as [string, z.ZodType][]) {
    // A key without a value ("smoke:") counts as absent.
    const parsed = schema.safeParse(Object.hasOwn(written, name) ? (written[name] ?? undefined) : undefined)
    if (parsed.success) sections[name] = parsed.data
    else problems.push(...schemaProblems(schema, parsed.error, written[name], name))
  }
  const known = Object.keys(configFileSchema.shape)
  for (const name of Object.keys(written).filter((key) => !known.includes(key))) {
    const meant = didYouMean(name, known)
    const advice = meant === null ? 'remove it' : `did you mean "${meant}"?`
    problems.push({ key: name, message: `cannot use the unknown key ${JSON.stringify(name)}: ${advice}` })
  }
  return { sections: sections as Partial<ConfigFile>, written, problems }
}

function fail(messages: string[]): ParsedConfig {
  return { sections: {}, written: {}, problems: messages.map((message) => ({ key: 'file', message })) }
}

/** The first paragraph of yaml's own message, which names line and column; the rest quotes the file. */
function yamlMessage(message: string): string {
  return `cannot parse the file: ${(message.split('\n')[0] ?? '').replace(/:$/, '')}`
}
