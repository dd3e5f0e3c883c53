import { z } from 'zod'
import { PERMISSIONS } from '../protocol/permissions.ts'

const absolutePath = z.string().regex(/^\/[^\0]*$/, 'must be an absolute path')
const telegramId = z
  .number()
  .int()
  .min(1)
  .max(2 ** 52 - 1)
const duration = z.string().regex(/^[1-9][0-9]*(s|m|h|d)$/, 'must be like 30m, 24h or 7d')
const durationOrNever = z.union([duration, z.literal('never')])
const unit = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9:_.-]*\.service$/, 'must be a plain name.service, no @ and no path')

const approval = z.strictObject({
  count: z.number().int().min(1).max(10).default(1),
  self: z.boolean().default(true),
  step_up: z.enum(['none', 'totp', 'terminal', 'witness']).default('none'),
  expires: duration.default('24h'),
})

const role = z.strictObject({
  description: z.string().min(1).max(200).optional(),
  permissions: z.array(z.union([z.enum(PERMISSIONS), z.literal('*')])).optional(),
  groups: z.array(z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/)).optional(),
  shell: absolutePath.optional(),
  approval: approval.optional(),
})

const folder = z.strictObject({ owner: z.string().min(1).default('person') })

/** The config file as written: every key that exists, and no other. `load.ts` adds what no schema can see. */
export const configFileSchema = z.strictObject({
  /** Default: `system` for a file that belongs to root, else `single-user`. */
  mode: z.enum(['system', 'single-user']).optional(),
  telegram: z
    .strictObject({
      admins: z.array(telegramId).default([]),
      api_root: z.url().default('https://api.telegram.org'),
      token_file: absolutePath.optional(),
      bot_username: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9_]{2,31}$/, 'must be the username of the bot, without @')
        .optional(),
      /** Telegram delivers to a proxy of this host instead of being asked. */
      webhook: z.strictObject({ url: z.url(), listen: z.string(), secret_file: absolutePath }).optional(),
    })
    .prefault({}),
  bot: z.strictObject({ user: z.string().default('usher') }).prefault({}),
  /** A second bot that only sends: what a role with `step_up: witness` rests on. */
  witness: z
    .strictObject({
      user: z.string().default('usher-witness'),
      token_file: absolutePath.default('/etc/usher/witness-token'),
      state: absolutePath.default('/var/lib/usher-witness'),
      language: z.enum(['en', 'de']).default('en'),
    })
    .optional(),
  /** An account that admins reach by SSH with a forced command, to decide on a terminal. */
  approver: z.strictObject({ user: z.string().default('usher-approver') }).optional(),
  paths: z
    .strictObject({
      roster: absolutePath.optional(),
      data: absolutePath.optional(),
      state: absolutePath.optional(),
      bot_state: absolutePath.optional(),
      run: absolutePath.optional(),
      secrets: absolutePath.optional(),
    })
    .prefault({}),
  roles: z.record(z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/), role).default({}),
  defaults: z
    .strictObject({
      workspace_base: z.string().optional(),
      model: z.string().optional(),
      agent_backend: z.string().optional(),
      max_budget: z.number().positive().optional(),
    })
    .prefault({}),
  memory: z.strictObject({ template: absolutePath.optional() }).prefault({}),
  services: z
    .array(z.strictObject({ unit, action: z.enum(['restart', 'reload', 'remind']).default('restart') }))
    .default([]),
  folders: z.strictObject({ memory: folder.prefault({}), history: folder.prefault({}) }).prefault({}),
  smoke: z
    .strictObject({
      agent_command: z.array(z.string().min(1)).min(1).optional(),
      path: z.array(z.string()).default(['/usr/local/bin', '/usr/bin', '/bin']),
      via: z.strictObject({ user: z.string(), argv: z.array(z.string()).min(1) }).optional(),
    })
    .optional(),
  /** Range of uids that belong to people; default: UID_MIN and UID_MAX of login.defs(5). */
  uids: z.strictObject({ min: z.number().int().positive(), max: z.number().int().positive() }).optional(),
  /** Who must agree when an existing account is adopted: its owner (or uid 0), or any admin's approval is enough. */
  adopt: z.enum(['owner', 'admin']).default('owner'),
  reconcile: z
    .strictObject({
      every: durationOrNever.default('6h'),
      smoke: z.boolean().default(false),
      alarm_after: durationOrNever.default('24h'),
      ignore_accounts: z.array(z.string().regex(/^[a-z_][a-z0-9_.-]{0,31}$/)).default([]),
    })
    .prefault({}),
  /** Who may ask the bot to be let in: strangers, only who was invited, or nobody; and how long that waits for an admin. */
  access: z
    .strictObject({
      ask: z.enum(['anyone', 'invited', 'nobody']).default('anyone'),
      expires: duration.default('7d'),
    })
    .prefault({}),
  /** Approvals in chat: how long those of roles with a second factor wait before they run, and how many there may be in 24 h. */
  approval: z
    .strictObject({
      hold: z.union([duration, z.literal('none')]).default('10m'),
      chat_per_day: z.number().int().min(0).max(10_000).default(100),
    })
    .prefault({}),
  /** `post_head`: once a day the end of the history's chain is posted to the admins' chats, where the host cannot change it. */
  audit: z.strictObject({ post_head: z.boolean().default(false) }).prefault({}),
  metrics: z
    .strictObject({
      group: z
        .string()
        .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be the name of a group')
        .describe("Whose members may read the metrics on metrics.sock; a group of its own, no person's."),
    })
    .optional()
    .describe(
      'A socket that only answers GET /metrics, for a program that collects metrics. Without it only root can, on admin.sock.',
    ),
})
export type ConfigFile = z.infer<typeof configFileSchema>
