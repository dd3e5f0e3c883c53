import type { Command } from 'commander'
import type { AnswersInput } from '../../protocol/answers.ts'

/** The fields of a roster entry, each with a flag. */
export function entryOptions(command: Command): Command {
  return command
    .option('--telegram-id <id>', "the person's numeric Telegram id")
    .option('--name <name>', 'what people call them')
    .option('--os-user <name>', 'name of the account')
    .option('--role <role>', 'a role of the config')
    .option('--github <login>', 'GitHub login')
    .option('--workspace-base <path>', 'workspace; may begin with {home}')
    .option('--model <model>', 'model')
    .option('--agent-backend <backend>', 'agent backend')
    .option('--max-budget <number>', 'budget a month')
    .option('--github-repos <owner/repo>', 'repositories, separated by commas or one a flag', collectRepos)
    .option('--github-notify-chat-id <id>', 'chat for notifications; groups are negative')
    .option('--pr-review <yes|no>', 'review pull requests')
    .option('--issue-triage <yes|no>', 'triage issues')
}

/** The answers as flags. Everything is text: what it means is `answersOf`'s, whether it is right is the worker's. */
export interface AnswerFlags {
  telegramId?: string
  name?: string
  osUser?: string
  role?: string
  createAccount?: true
  adopt?: true
  reason?: string
  github?: string
  workspaceBase?: string
  model?: string
  agentBackend?: string
  maxBudget?: string
  githubRepos?: string[]
  githubNotifyChatId?: string
  prReview?: string
  issueTriage?: string
}

/**
 * What the flags answer. A number that is none, or a yes that is neither, goes on as it was typed, and a missing answer
 * as null, so that the worker names everything that is wrong in one answer.
 */
export function answersOf(flags: AnswerFlags, account: 'create' | 'adopt'): AnswersInput {
  const optional = {
    reason: flags.reason,
    github: flags.github,
    workspace_base: flags.workspaceBase,
    model: flags.model,
    agent_backend: flags.agentBackend,
    max_budget: numberOf(flags.maxBudget),
    github_repos: flags.githubRepos,
    github_notify_chat_id: integerOf(flags.githubNotifyChatId),
    pr_review: yesOrNo(flags.prReview),
    issue_triage: yesOrNo(flags.issueTriage),
  }
  return {
    telegram_id: integerOf(flags.telegramId) ?? null,
    name: flags.name ?? null,
    os_user: flags.osUser ?? null,
    role: flags.role ?? null,
    account,
    proof: 'typed',
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  }
}

/** `a/b,c/d` and repeated flags alike. */
export function collectRepos(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(',').map((repo) => repo.trim())].filter((repo) => repo !== '')
}

/** A whole number that survives being one; anything else as it was typed. */
export function integerOf(text: string | undefined): number | string | undefined {
  if (text === undefined || !/^-?(0|[1-9][0-9]{0,15})$/.test(text)) return text
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}

/** A decimal number; anything else as it was typed, for the worker to refuse. */
export function numberOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?[0-9]{1,15}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : text
}

/** A flag that is true, false or absent; anything else as it was typed, for the worker to refuse. */
export function yesOrNo(text: string | undefined): boolean | string | undefined {
  if (text === 'yes' || text === 'true') return true
  if (text === 'no' || text === 'false') return false
  return text
}
