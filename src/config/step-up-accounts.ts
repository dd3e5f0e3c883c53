import { normalize } from 'node:path'
import type { Role } from '../domain/role.ts'
import type { Config, ConfigProblem } from './config.ts'
import { isInside, type Paths } from './paths.ts'
import type { ConfigFile } from './schema.ts'

type Sections = Pick<Partial<ConfigFile>, 'witness' | 'approver' | 'bot'>

/** The two accounts of their own that pass a bot-proof step-up beside uid 0; each null where the file names none. */
export function stepUpAccounts({ witness, approver }: Sections): Pick<Config, 'witness' | 'approver'> {
  return {
    witness:
      witness === undefined
        ? null
        : {
            user: witness.user,
            tokenFile: clean(witness.token_file),
            state: clean(witness.state),
            language: witness.language,
          },
    approver: approver === undefined ? null : { user: approver.user },
  }
}

/**
 * Witness and approver prove something only as long as nobody else is them, least of all the bot: each an account, a token and a
 * folder of its own. A role that needs a witness needs one to be there.
 */
export function stepUpAccountProblems(
  sections: Sections,
  mode: Config['mode'],
  paths: Paths | null,
  roles: ReadonlyMap<string, Role>,
): ConfigProblem[] {
  const { witness, approver } = stepUpAccounts(sections)
  const problems: ConfigProblem[] = []
  for (const [key, section] of [
    ['witness', witness],
    ['approver', approver],
  ] as const) {
    if (section === null || mode === 'system') continue
    const message = 'cannot use this in single-user mode: there everything is one account; remove it'
    problems.push({ key, message })
  }
  const bot = sections.bot?.user
  if (mode === 'system' && witness !== null && witness.user === bot) {
    const message = `cannot use "${bot}": it is the bot's account, and the witness is there because the bot can be stolen; name another`
    problems.push({ key: 'witness.user', message })
  }
  if (mode === 'system' && approver !== null && [bot, witness?.user].includes(approver.user)) {
    const message = `cannot use "${approver.user}": bot or witness has it already; give the approver an account of its own`
    problems.push({ key: 'approver.user', message })
  }
  if (witness !== null && paths !== null) problems.push(...placeProblems(witness, paths))
  for (const role of roles.values()) {
    if (role.approval.step_up !== 'witness' || witness !== null) continue
    const message = 'cannot use "witness" without a witness: set one up (witness: {}), or use "terminal"'
    problems.push({ key: `roles.${role.name}.approval.step_up`, message })
  }
  return problems
}

function placeProblems({ tokenFile, state }: NonNullable<Config['witness']>, paths: Paths): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (tokenFile === paths.tokenFile) {
    const message = `cannot use ${JSON.stringify(tokenFile)}: it is the bot's token; the witness is a second bot of @BotFather`
    problems.push({ key: 'witness.token_file', message })
  }
  if (isInside(tokenFile, paths.botState)) {
    const message = `cannot use ${JSON.stringify(tokenFile)}: it is inside paths.bot_state, where the bot could replace it; choose another`
    problems.push({ key: 'witness.token_file', message })
  }
  const clash = Object.values(paths).find((path) => isInside(path, state)) ?? insideOf(state, paths)
  if (clash !== undefined) {
    const message = `cannot use ${JSON.stringify(state)}: it meets ${JSON.stringify(clash)}; choose a folder of its own`
    problems.push({ key: 'witness.state', message })
  }
  return problems
}

/** The place of the bot's, the sockets' or the people's that holds `state`; below root's own state it may stand. */
function insideOf(state: string, { botState, data, run }: Paths): string | undefined {
  return [botState, data, run].find((folder) => isInside(state, folder))
}

function clean(path: string): string {
  return normalize(path).replace(/(?<=.)\/+$/, '')
}
