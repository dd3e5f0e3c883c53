import { z } from 'zod'
import { MEMBERS } from './members.ts'

const path = z.string().regex(/^\/[^\0\n]*$/)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** `manifest.json` of a backup: what is in it, of which version, and how to know that it is whole. */
export const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** Version of the program that made it. */
  usher: z.string().max(100),
  created_at: whole,
  host: z.string().max(255),
  mode: z.enum(['system', 'single-user']),
  config_file: path.nullable(),
  database: z.strictObject({
    schema: whole,
    events_end: z.strictObject({ id: whole, hash }),
    next_uid: whole.nullable(),
    unfinished_runs: whole,
    requests: whole,
  }),
  secrets: z.boolean(),
  data: z.boolean(),
  members: z
    .array(
      z.strictObject({
        name: z.enum(MEMBERS).exclude(['manifest.json']),
        path,
        owner: z.enum(['operator', 'bot', 'witness']),
        mode: z.number().int().min(0).max(0o777),
        size: whole,
        sha256: hash,
      }),
    )
    .refine((members) => new Set(members.map(({ name }) => name)).size === members.length, 'a name twice'),
})
export type Manifest = z.infer<typeof manifestSchema>
export type ManifestMember = Manifest['members'][number]
