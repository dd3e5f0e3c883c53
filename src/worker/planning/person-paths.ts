import { dirname, join } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { Facts } from '../../domain/facts.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import type { DirectoryOwner } from '../../domain/step.ts'
import { expandWorkspace } from './workspace.ts'

/** Every path that one person's plan depends on. Absolute, normalized. */
export interface PersonPaths {
  home: string
  data: string
  memoryRoot: string
  historyRoot: string
  memory: string
  history: string
  seed: string
  /** Null when nobody configured one, or when it cannot be expanded. */
  workspace: string | null
}

/** Where things of this person are; pure. `home` is the passwd entry's, or where `useradd` would put it. */
export function personPaths(
  config: Pick<Config, 'paths' | 'defaults'>,
  answers: Pick<OnboardAnswers, 'telegram_id' | 'os_user' | 'workspace_base'>,
  home: string,
): PersonPaths {
  const { data } = config.paths
  const memoryRoot = join(data, 'memory')
  const historyRoot = join(data, 'history')
  const memory = join(memoryRoot, String(answers.telegram_id))
  const template = answers.workspace_base ?? config.defaults.workspace_base
  const expanded = template === undefined ? null : expandWorkspace(template, { ...answers, home })
  return {
    home,
    data,
    memoryRoot,
    historyRoot,
    memory,
    history: join(historyRoot, String(answers.telegram_id)),
    seed: join(memory, 'MEMORY.md'),
    workspace: expanded?.ok ? expanded.path : null,
  }
}

/** The account's home, or where `useradd` would put it. */
export function homeOf(facts: Pick<Facts, 'account' | 'homeBase'>, osUser: string): string {
  return facts.account?.home ?? join(facts.homeBase, osUser)
}

/** `path` and every folder above it, without `/`, outermost first. */
export function withParents(path: string): string[] {
  const parents: string[] = []
  for (let at = path; at !== '/' && at !== '.'; at = dirname(at)) parents.unshift(at)
  return parents
}

/** Whether `path` is `folder` or below it; both absolute and normalized. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}

/** The config's spelling of a folder's owner as plans have it. */
export function directoryOwner(owner: string): DirectoryOwner {
  return owner === 'person' ? 'person' : { user: owner }
}
