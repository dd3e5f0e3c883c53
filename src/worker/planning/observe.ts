import { dirname } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { OnboardAnswers } from '../../domain/person.ts'
import type { Role } from '../../domain/role.ts'
import { whyOf } from '../../domain/step.ts'
import type { DiskProblem } from '../../provisioning/host/files/disk.ts'
import type { Host } from '../../provisioning/host/host.ts'
import type { Observed } from '../validation/validate-facts.ts'
import { factsQuery } from './facts-query.ts'
import { homeOf, personPaths } from './person-paths.ts'

/** A template is a page of text; more is a mistake. */
const TEMPLATE_MAX_BYTES = 64 * 1024

/** Looks at the host on behalf of one person's plan; changes nothing. */
export type Observe = (
  answers: Pick<OnboardAnswers, 'telegram_id' | 'os_user' | 'account' | 'workspace_base'>,
  role: Role | null,
) => Promise<Observed>

/**
 * What to look at depends on where the home is, and where new homes go is itself a fact: the last answer is tried first, and a
 * wrong guess costs a second look.
 */
export function createObserve(
  config: Config,
  host: Host,
  diskProblems: (folders: readonly string[]) => Promise<DiskProblem[]>,
): Observe {
  let homeBase = '/home'
  return async (answers, role) => {
    const account = await host.accounts.byName(answers.os_user)
    const guess = homeOf({ account, homeBase }, answers.os_user)
    const containment = await host.programs.containment()
    const [first, template] = await Promise.all([
      host.observe(factsQuery(config, answers, role, guess, containment)),
      readTemplate(config, host),
    ])
    homeBase = first.homeBase
    const home = homeOf(first, answers.os_user)
    const facts =
      home === guess ? first : await host.observe(factsQuery(config, answers, role, home, containment))
    const { data, state, roster } = config.paths
    const { workspace } = personPaths(config, answers, home)
    const disk = await diskProblems([
      data,
      state,
      dirname(roster),
      // One of the two is there when the workspace may be made at all; a missing folder is not judged.
      ...(workspace === null ? [] : [workspace, dirname(workspace)]),
      ...(answers.account === 'create' ? [homeBase, '/etc'] : [home]),
    ])
    return { facts, template, disk }
  }
}

/** The memory template as it is now; null text: none is configured. */
export async function readTemplate(config: Config, host: Host): Promise<Observed['template']> {
  const path = config.memoryTemplate
  if (path === null) return { ok: true, text: null }
  const allowedOwners = [0, ...(config.mode === 'single-user' ? [process.getuid?.() ?? 0] : [])]
  const read = await host.files.readTrusted(path, { maxBytes: TEMPLATE_MAX_BYTES, allowedOwners })
  if (read.ok) return { ok: true, text: read.text }
  return { ok: false, path, why: whyOf(read.failure) }
}
