import type { Config } from '../../config/config.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import { isTelegramId, MAX_TELEGRAM_ID } from '../../domain/telegram-id.ts'
import { hasUnsafeCharacters } from '../../domain/unsafe-text.ts'
import { osUserViolations } from '../../domain/username.ts'
import type { Violation, ViolationCode } from '../../domain/violation.ts'
import type { AnswersInput } from '../../protocol/answers.ts'

/** What an input says, field by field: `answers` has every field that is right by itself. */
export interface ParsedAnswers {
  answers: Partial<OnboardAnswers> & Pick<OnboardAnswers, 'account' | 'proof'>
  violations: Violation[]
}

const NAME_MAX = 64
const TEXT_MAX = 100
const REASON_MAX = 500
const PATH_MAX = 500
/** github.com: alphanumeric or single hyphens, none at either end, at most 39. */
const GITHUB_LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}$/
const GITHUB_REPO = /^[A-Za-z0-9._-]{1,100}$/

/** Names that this host's config gives a meaning: they never belong to a person. */
export function configReservedNames(
  config: Pick<Config, 'botUser' | 'witness' | 'approver' | 'smoke' | 'folders'>,
): string[] {
  const { memory, history } = config.folders
  const own = [config.botUser, config.witness?.user, config.approver?.user]
  const names = [...own, config.smoke.via?.user, memory.owner, history.owner]
  return [...new Set(names.filter((name) => typeof name === 'string' && name !== 'person'))] as string[]
}

/**
 * Checks every answer by itself and against the config; pure. What depends on the host is `validateFacts`, what depends on
 * other requests is the operation's. Reports everything that is wrong.
 */
export function parseAnswers(input: AnswersInput, config: Config): ParsedAnswers {
  const violations: Violation[] = []
  const answers: ParsedAnswers['answers'] = { account: input.account, proof: input.proof }
  const refuse = (field: string, code: ViolationCode, params?: Violation['params']) => {
    violations.push({ field, code, ...(params === undefined ? {} : { params }) })
  }
  /** The text of a field, or null when it is absent or was refused. */
  const text = (field: keyof AnswersInput, max: number): string | null => {
    const value = input[field]
    if (isAbsent(value)) return null
    if (typeof value !== 'string') refuse(field, 'wrong_type', { value: shown(value), expected: 'text' })
    else if (hasUnsafeCharacters(value)) refuse(field, 'text_has_control_characters')
    else if (value.trim().length > max) refuse(field, 'text_too_long', { max })
    else return value.trim()
    return null
  }
  const flag = (field: 'pr_review' | 'issue_triage') => {
    const value = input[field]
    if (typeof value === 'boolean') answers[field] = value
    else if (!isAbsent(value)) refuse(field, 'wrong_type', { value: shown(value), expected: 'true or false' })
  }
  for (const field of ['telegram_id', 'name', 'os_user', 'role'] as const) {
    if (isAbsent(input[field])) refuse(field, 'required')
  }

  if (isTelegramId(input.telegram_id)) answers.telegram_id = input.telegram_id
  else if (!isAbsent(input.telegram_id)) {
    refuse('telegram_id', 'telegram_id_invalid', { value: shown(input.telegram_id) })
  }

  const name = text('name', NAME_MAX)
  // The name goes into the GECOS field, whose parts end at ':' and ','.
  if (name !== null && /[:,]/.test(name)) refuse('name', 'name_invalid', { value: name })
  else if (name !== null) answers.name = name.normalize('NFC')

  if (typeof input.os_user === 'string' && input.os_user !== '') {
    const found = osUserProblems(input.os_user, config)
    violations.push(...found)
    if (found.length === 0) answers.os_user = input.os_user
  } else if (!isAbsent(input.os_user)) {
    refuse('os_user', 'wrong_type', { value: shown(input.os_user), expected: 'text' })
  }

  const role = text('role', TEXT_MAX)
  if (role === 'public') refuse('role', 'role_not_grantable', { value: role })
  else if (role !== null && config.roles.has(role)) answers.role = role
  else if (role !== null) {
    const known = [...config.roles.keys()].filter((one) => one !== 'public').join(', ')
    refuse('role', 'role_unknown', { value: role, known })
  }

  const reason = text('reason', REASON_MAX)
  if (reason !== null) answers.reason = reason

  const github = text('github', TEXT_MAX)
  if (github !== null && GITHUB_LOGIN.test(github)) answers.github = github
  else if (github !== null) refuse('github', 'github_login_invalid', { value: github })

  const workspace = text('workspace_base', PATH_MAX)
  if (workspace !== null) answers.workspace_base = workspace
  const model = text('model', TEXT_MAX)
  if (model !== null) answers.model = model
  const backend = text('agent_backend', TEXT_MAX)
  if (backend !== null) answers.agent_backend = backend

  const budget = input.max_budget
  if (typeof budget === 'number' && Number.isFinite(budget) && budget > 0) answers.max_budget = budget
  else if (!isAbsent(budget)) refuse('max_budget', 'budget_invalid', { value: shown(budget) })

  const repos = input.github_repos ?? []
  const badRepos = repos.flatMap((repo, index) => (isRepo(repo) ? [] : [index]))
  for (const index of badRepos) {
    refuse(`github_repos.${index}`, 'github_repo_invalid', { value: shown(repos[index]) })
  }
  if (repos.length > 0 && badRepos.length === 0) answers.github_repos = [...new Set(repos.map(String))]

  const chat = input.github_notify_chat_id
  const isChat = typeof chat === 'number' && Number.isInteger(chat) && chat !== 0
  if (isChat && Math.abs(chat) <= MAX_TELEGRAM_ID) answers.github_notify_chat_id = chat
  else if (!isAbsent(chat)) refuse('github_notify_chat_id', 'chat_id_invalid', { value: shown(chat) })

  flag('pr_review')
  flag('issue_triage')
  return { answers, violations }
}

/** What somebody says of themself when they ask to be let in, by the same rules as an admin's answers. */
export function parseAboutOneself(input: { name: string; github?: string | undefined }): {
  name: string | null
  github: string | null
  violations: Violation[]
} {
  const violations: Violation[] = []
  const name = input.name.trim().normalize('NFC')
  const github = (input.github ?? '').trim().replace(/^@/, '')
  if (name === '') violations.push({ field: 'name', code: 'required' })
  else if (hasUnsafeCharacters(name)) violations.push({ field: 'name', code: 'text_has_control_characters' })
  else if (name.length > NAME_MAX) {
    violations.push({ field: 'name', code: 'text_too_long', params: { max: NAME_MAX } })
  } else if (/[:,]/.test(name))
    violations.push({ field: 'name', code: 'name_invalid', params: { value: name } })
  if (github !== '' && !GITHUB_LOGIN.test(github)) {
    violations.push({ field: 'github', code: 'github_login_invalid', params: { value: shown(github) } })
  }
  return { name: name === '' ? null : name, github: github === '' ? null : github, violations }
}

/** What is wrong with a name for an OS user before the host is asked. */
export function osUserProblems(name: string, config: Config): Violation[] {
  const single = config.mode === 'single-user'
  return (
    osUserViolations(name, single ? [] : configReservedNames(config))
      // The one account of single-user mode may be called anything.
      .filter(({ code }) => !single || code !== 'os_user_reserved')
      .map((violation) => {
        const { value, ...others } = violation.params ?? {}
        return { ...violation, params: value === undefined ? others : { ...others, value: shown(value) } }
      })
  )
}

/** Whether every field that an onboarding needs is there. */
export function isComplete(answers: ParsedAnswers['answers']): answers is OnboardAnswers {
  const { telegram_id, name, os_user, role } = answers
  return telegram_id !== undefined && name !== undefined && os_user !== undefined && role !== undefined
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}

function isRepo(value: unknown): boolean {
  if (typeof value !== 'string') return false
  const [owner = '', repo = '', ...rest] = value.split('/')
  return rest.length === 0 && GITHUB_LOGIN.test(owner) && GITHUB_REPO.test(repo) && !/^\.{1,2}$/.test(repo)
}

/** A refused value for the message: short and well-formed. */
function shown(value: unknown): string {
  return String(value).toWellFormed().slice(0, 100)
}
