import { DECIDING_PERMISSIONS, isBotProof, ROOT_EQUIVALENT_GROUPS, type Role } from '../domain/role.ts'
import { builtinRoles } from './builtin-roles.ts'
import type { ConfigProblem } from './config.ts'
import { parseDuration } from './duration.ts'
import type { ConfigFile } from './schema.ts'

const MAX_EXPIRY = 30 * 86_400_000
/** What a stranger may be given at most: everything here is about their own request and capped by the worker. */
const PUBLIC_PERMISSIONS: ReadonlySet<string> = new Set([
  'requests.draft.own',
  'requests.read.own',
  'requests.cancel.own',
  'runs.read.own',
  'events.follow.own',
])

/**
 * The roles in force: built in, with what the file says over them, key by key. `written` is the file's own `roles`
 * before defaults, so that a redefined role keeps what it does not mention.
 */
export function mergeRoles(
  parsed: ConfigFile['roles'],
  written: Record<string, unknown>,
): ReadonlyMap<string, Role> {
  const roles = new Map(builtinRoles().map((role) => [role.name, role]))
  for (const [name, given] of Object.entries(parsed)) {
    const base = roles.get(name) ?? blankRole(name)
    const approvalKeys = keysOf(keysOf(written[name])['approval'])
    const approval = { ...base.approval }
    if (given.approval !== undefined) {
      if ('count' in approvalKeys) approval.count = given.approval.count
      if ('self' in approvalKeys) approval.self = given.approval.self
      if ('step_up' in approvalKeys) approval.step_up = given.approval.step_up
      if ('expires' in approvalKeys) approval.expiresMs = parseDuration(given.approval.expires) ?? 0
    }
    roles.set(name, {
      name,
      description: given.description ?? base.description,
      permissions: given.permissions ?? base.permissions,
      groups: [...new Set(given.groups ?? base.groups)],
      shell: given.shell ?? base.shell,
      approval,
    })
  }
  return roles
}

/** What of the rest of the config a step-up rests on. */
export interface StepUpMeans {
  /** How long approvals with a second factor wait before they run, in milliseconds. */
  holdMs: number
}

/** Roles that quietly equal root, or that let strangers or the bot decide, do not load. */
export function roleProblems(roles: ReadonlyMap<string, Role>, means: StepUpMeans): ConfigProblem[] {
  return [...roles.values()].flatMap((role) => [
    ...stepUpProblems(role),
    ...expiryProblems(role),
    ...holdProblems(role, means),
    ...(role.name === 'public' ? publicProblems(role) : []),
    ...(role.name === 'operator'
      ? [
          {
            key: 'roles.operator',
            message: 'cannot use "operator" as a role: it means uid 0; choose another name',
          },
        ]
      : []),
  ])
}

function stepUpProblems(role: Role): ConfigProblem[] {
  const key = `roles.${role.name}.approval.step_up`
  const stepUp = role.approval.step_up
  if (isBotProof(stepUp)) return []
  const why = powerOf(role)
  return why === null
    ? []
    : [
        {
          key,
          message: `cannot use "${stepUp}": ${why}, so a stolen bot must not grant it; use "terminal" or "witness"`,
        },
      ]
}

/** An approval that is too old before its hold has passed would never run. */
function holdProblems({ name, approval }: Role, { holdMs }: StepUpMeans): ConfigProblem[] {
  const waits = approval.step_up === 'totp' || approval.step_up === 'witness'
  if (!waits || holdMs < approval.expiresMs) return []
  const message = 'cannot lapse before approval.hold has passed: use a longer time here, or a shorter hold'
  return [{ key: `roles.${name}.approval.expires`, message }]
}

/** Why granting this role equals giving away the host, or null. */
function powerOf(role: Role): string | null {
  if (role.name === 'admin') return 'the role admin decides about others'
  const deciding = role.permissions.filter((name) => DECIDING_PERMISSIONS.includes(name))
  if (deciding.length > 0) return `the role may decide about others (${deciding.join(', ')})`
  const groups = role.groups.filter((group) => ROOT_EQUIVALENT_GROUPS.has(group))
  if (groups.length > 0) return `members of ${groups.join(', ')} can become root`
  return null
}

function expiryProblems(role: Role): ConfigProblem[] {
  const { expiresMs } = role.approval
  if (expiresMs > 0 && expiresMs <= MAX_EXPIRY) return []
  return [
    {
      key: `roles.${role.name}.approval.expires`,
      message: 'cannot let a request wait that long: use at most 30d',
    },
  ]
}

function publicProblems(role: Role): ConfigProblem[] {
  const problems: ConfigProblem[] = role.permissions
    .filter((name) => !PUBLIC_PERMISSIONS.has(name))
    .map((name) => ({
      key: 'roles.public.permissions',
      message: name.startsWith('requests.approve')
        ? `cannot give "${name}" to strangers: they could approve their own request; remove it`
        : `cannot give "${name}" to strangers: remove it`,
    }))
  if (role.groups.length > 0) {
    problems.push({ key: 'roles.public.groups', message: 'cannot give groups to strangers: remove them' })
  }
  return problems
}

function blankRole(name: string): Role {
  return {
    name,
    description: name,
    permissions: [],
    groups: [],
    shell: '/bin/bash',
    approval: { count: 1, self: true, step_up: 'none', expiresMs: 86_400_000 },
  }
}

function keysOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
