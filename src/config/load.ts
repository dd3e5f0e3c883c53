import { lstatSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config, ConfigProblem, ConfigResult } from './config.ts'
import { parseDuration } from './duration.ts'
import type { Environment } from './environment.ts'
import { type ParsedConfig, parseConfig } from './parse.ts'
import { mergePaths, pathProblems, SYSTEM_CONFIG_FILE, singleUserPaths, systemPaths } from './paths.ts'
import { mergeRoles, roleProblems } from './roles.ts'
import { type ConfigFile, configFileSchema } from './schema.ts'
import { stepUpAccountProblems, stepUpAccounts } from './step-up-accounts.ts'
import { readTrusted } from './trusted-file.ts'
import { valueProblems } from './value-problems.ts'
import { webhookOf } from './webhook.ts'

export interface LoadConfigOptions {
  environment: Environment
  /** The process's effective uid. */
  uid: number
  /** `--config`, relative to the working directory. */
  explicitFile?: string
  /** The passwd entry's home, for when the environment has none. */
  home?: string
  /** For tests; `/etc/usher/config.yaml`. */
  systemFile?: string
}

interface Found {
  file: string
  origin: 'explicit' | 'environment' | 'system' | 'user'
}

/**
 * The config in force, or every problem with it. Searched: `--config`, `USHER_CONFIG` (not for uid 0), the system file,
 * the caller's own file (not for uid 0); the first that there is, and a named one must be there. Uid 0 reads only what
 * only root can write, on the whole way to it. (The worker of a system asks more of that way: `groundProblems`.)
 *
 * Mode: a file that belongs to root describes the system, a person's own file that person's single-user mode, unless
 * the file says `mode`. Without any file: single-user mode with the defaults; for uid 0 a problem, because root's own
 * account is nobody's.
 */
export function loadConfig(options: LoadConfigOptions): ConfigResult {
  const { uid } = options
  const own = ownPaths(options)
  const found = find(options, own?.config ?? null)
  if (found === null) {
    if (uid === 0) return refuse(null, [unconfigured(options.systemFile ?? SYSTEM_CONFIG_FILE)])
    if (own === null) return refuse(null, [homeless()])
    const parsed = parseConfig('')
    return build(null, 'single-user', parsed, own, uid)
  }
  const owners = found.origin === 'system' || uid === 0 ? [0] : found.origin === 'user' ? [uid] : [0, uid]
  const parents = uid === 0 || found.origin === 'system'
  const read = readTrusted(found.file, { owners, parents })
  if (!read.ok) return refuse(found.file, [{ key: 'file', message: read.message }])
  return configFromText(found.file, read.text, read.ownerUid, options)
}

/** What a file of this text and owner comes to, were it the one that counts. */
export function configFromText(
  file: string,
  text: string,
  ownerUid: number,
  options: Pick<LoadConfigOptions, 'environment' | 'uid' | 'home'>,
): ConfigResult {
  const own = ownPaths(options)
  const parsed = parseConfig(text)
  const mode = parsed.sections.mode ?? (ownerUid === 0 ? 'system' : 'single-user')
  if (mode === 'system' && ownerUid !== 0) {
    parsed.problems.push({
      key: 'mode',
      message: 'cannot use "system": the file of a system must belong to root; chown it or use "single-user"',
    })
  }
  if (mode === 'single-user' && own === null) return refuse(file, [...parsed.problems, homeless()])
  const paths = mode === 'system' || own === null ? systemPaths() : own
  return build(file, mode, parsed, paths, options.uid)
}

/** The caller's own folders; null where neither a home nor all of XDG's variables say where they are. */
function ownPaths({ environment, home }: Pick<LoadConfigOptions, 'environment' | 'home'>) {
  const at = environment.home ?? home ?? null
  return at === null && !hasAllXdg(environment) ? null : singleUserPaths(environment, at ?? '/nonexistent')
}

function find(options: LoadConfigOptions, ownFile: string | null): Found | null {
  const { environment, uid, explicitFile, systemFile = SYSTEM_CONFIG_FILE } = options
  if (explicitFile !== undefined) return { file: resolve(explicitFile), origin: 'explicit' }
  if (uid !== 0 && environment.configFile !== null) {
    return { file: resolve(environment.configFile), origin: 'environment' }
  }
  if (isThere(systemFile)) return { file: systemFile, origin: 'system' }
  if (uid !== 0 && ownFile !== null && isThere(ownFile)) return { file: ownFile, origin: 'user' }
  return null
}

function build(
  file: string | null,
  mode: Config['mode'],
  parsed: ParsedConfig,
  defaults: ReturnType<typeof systemPaths>,
  uid: number,
): ConfigResult {
  const { sections, written } = parsed
  const problems: ConfigProblem[] = [...parsed.problems, ...valueProblems(sections)]
  const roles = mergeRoles(sections.roles ?? {}, mapping(written['roles']))
  if (sections.roles !== undefined) {
    const holdMs = parseDuration(sections.approval?.hold ?? 'none') ?? 0
    problems.push(...roleProblems(roles, { holdMs }))
  }
  const paths =
    sections.paths === undefined || sections.telegram === undefined
      ? null
      : mergePaths(defaults, sections.paths, sections.telegram.token_file)
  if (paths !== null) problems.push(...pathProblems(paths, uid === 0 ? mode : null))
  problems.push(...stepUpAccountProblems(sections, mode, paths, roles))
  if (sections.metrics !== undefined && mode === 'single-user') {
    const message = 'cannot use this in single-user mode: admin.sock answers you already; remove it'
    problems.push({ key: 'metrics', message })
  }
  if (problems.length > 0 || paths === null || !isWhole(sections)) return refuse(file, problems)
  const { tokenFile, ...places } = paths
  return {
    ok: true,
    config: {
      file,
      mode,
      telegram: {
        admins: sections.telegram.admins,
        apiRoot: sections.telegram.api_root.replace(/\/+$/, ''),
        tokenFile,
        botUsername: sections.telegram.bot_username ?? null,
        webhook: webhookOf(sections.telegram.webhook),
      },
      botUser: mode === 'system' ? sections.bot.user : null,
      ...stepUpAccounts(sections),
      paths: places,
      roles,
      defaults: sections.defaults,
      memoryTemplate: sections.memory.template ?? null,
      services: sections.services,
      folders: sections.folders,
      smoke: {
        agentCommand: sections.smoke?.agent_command ?? null,
        path: sections.smoke?.path ?? ['/usr/local/bin', '/usr/bin', '/bin'],
        via: sections.smoke?.via ?? null,
      },
      uids: sections.uids ?? null,
      adopt: sections.adopt,
      reconcile: {
        everyMs: parseDuration(sections.reconcile.every),
        smoke: sections.reconcile.smoke,
        alarmAfterMs: parseDuration(sections.reconcile.alarm_after),
        ignoreAccounts: sections.reconcile.ignore_accounts,
      },
      audit: { postHead: sections.audit.post_head },
      retention: {
        historyMs: parseDuration(sections.retention.history),
        answersMs: parseDuration(sections.retention.answers),
      },
      metrics: sections.metrics ?? null,
      access: {
        ask: sections.access.ask,
        expiresMs: parseDuration(sections.access.expires) ?? 0,
      },
      approval: {
        holdMs: parseDuration(sections.approval.hold) ?? 0,
        chatPerDay: sections.approval.chat_per_day,
      },
    },
  }
}

/** Whether something stands at `path`, a dangling link or something out of sight included: those are refused, not passed by. */
function isThere(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    return code !== 'ENOENT' && code !== 'ENOTDIR'
  }
}

/** Whether every section passed the schema; without problems that is so. */
function isWhole(sections: Partial<ConfigFile>): sections is ConfigFile {
  return Object.keys(configFileSchema.shape).every((name) => name in sections)
}

function refuse(file: string | null, problems: ConfigProblem[]): ConfigResult {
  return { ok: false, file, problems }
}

function unconfigured(file: string): ConfigProblem {
  return { key: 'file', message: `cannot find ${file}: run 'usher init', or name a file with --config` }
}

function homeless(): ConfigProblem {
  return {
    key: 'file',
    message: 'cannot find your home: HOME is not set; set it or name a file with --config',
  }
}

function hasAllXdg({ xdg }: Environment): boolean {
  return xdg.configHome !== null && xdg.dataHome !== null && xdg.stateHome !== null
}

function mapping(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
