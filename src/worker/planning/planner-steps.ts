import type { Config } from '../../config/config.ts'
import type { Facts } from '../../domain/facts.ts'
import { gecosOf } from '../../domain/gecos.ts'
import type { OnboardAnswers, RosterEntry } from '../../domain/person.ts'
import type { Role } from '../../domain/role.ts'
import type {
  DirectoryOwner,
  DirectorySpec,
  Note,
  PlanStep,
  SmokeTestParams,
  StepKind,
  StepParams,
} from '../../domain/step.ts'
import { directoryOwner, homeOf, isWithin, type PersonPaths, personPaths } from './person-paths.ts'

const DIRECTORY_MODE = '0700'

/** The steps of an onboarding in their order, each with what would change and what is so already; pure. */
export function planSteps(
  answers: OnboardAnswers,
  role: Role,
  config: Config,
  facts: Facts,
  template: string | null,
): PlanStep[] {
  const osUser = answers.os_user
  const home = homeOf(facts, osUser)
  const paths = personPaths(config, answers, home)
  const smoke = smokeTest(answers, config, paths)
  return [
    accountStep(answers, role, facts, home),
    groupsStep(osUser, role, facts),
    directoriesStep(osUser, config, facts, paths),
    seedStep(osUser, config, facts, paths, template),
    step('smoke-test', smoke, 'change', [{ code: 'smoke.will_prove' }]),
    activationStep(answers, facts),
    step('roster', { entry: rosterEntry(answers) }, 'change', [
      { code: 'roster.append', params: { role: role.name } },
    ]),
    serviceStep(config, smoke),
  ]
}

/** The roster entry to be: the answers without what only the onboarding needs. */
export function rosterEntry(answers: OnboardAnswers): RosterEntry {
  const { account: _account, proof: _proof, reason: _reason, ...entry } = answers
  return entry
}

function accountStep(answers: OnboardAnswers, role: Role, facts: Facts, home: string): PlanStep {
  const osUser = answers.os_user
  const { account } = facts
  if (answers.account === 'create' || account === null) {
    const { shell } = role
    const gecos = gecosOf(answers.name)
    return step('account', { mode: 'create', osUser, home, shell, gecos }, 'change', [
      { code: 'account.create', params: { os_user: osUser, home, shell } },
    ])
  }
  const { uid, gid, shell } = account
  return step('account', { mode: 'adopt', osUser, uid, gid, home, shell }, 'already', [
    { code: 'account.adopt', params: { os_user: osUser, uid } },
    ...powerNotes(facts),
  ])
}

/** What an existing account can do already, for the card and the check of a name. */
export function powerNotes({ power, lastLoginAt }: Pick<Facts, 'power' | 'lastLoginAt'>): Note[] {
  if (power === null) return []
  const { groups, sudoRules, linger, authorizedKeys } = power
  const notes: Note[] = []
  if (groups.length > 0) notes.push({ code: 'account.power.groups', params: { groups: groups.join(', ') } })
  if (sudoRules.length > 0) {
    notes.push({ code: 'account.power.sudo', params: { rules: sudoRules.join('; ') } })
  }
  if (linger) notes.push({ code: 'account.power.linger' })
  if (authorizedKeys > 0) notes.push({ code: 'account.power.keys', params: { count: authorizedKeys } })
  if (lastLoginAt !== null) notes.push({ code: 'account.last_login', params: { at: lastLoginAt } })
  return notes
}

function groupsStep(osUser: string, role: Role, facts: Facts): PlanStep {
  const isMember = (group: string) => facts.roleGroups[group]?.member === true
  const joined = role.groups.filter(isMember)
  const added = role.groups.filter((group) => !isMember(group))
  const notes: Note[] = []
  if (added.length > 0) notes.push({ code: 'groups.add', params: { groups: added.join(', ') } })
  if (joined.length > 0) notes.push({ code: 'groups.member', params: { groups: joined.join(', ') } })
  if (notes.length === 0) notes.push({ code: 'groups.member' })
  return step('groups', { osUser, groups: role.groups }, added.length > 0 ? 'change' : 'already', notes)
}

function directoriesStep(osUser: string, config: Config, facts: Facts, paths: PersonPaths): PlanStep {
  const directories: DirectorySpec[] = [
    {
      purpose: 'memory',
      path: paths.memory,
      owner: directoryOwner(config.folders.memory.owner),
      madeBy: 'root',
    },
    {
      purpose: 'history',
      path: paths.history,
      owner: directoryOwner(config.folders.history.owner),
      madeBy: 'root',
    },
  ]
  if (paths.workspace !== null) {
    const madeBy = isWithin(paths.workspace, paths.home) ? 'person' : 'root'
    directories.push({ purpose: 'workspace', path: paths.workspace, owner: 'person', madeBy })
  }
  const exists = (path: string) => facts.paths[path]?.kind === 'directory'
  const notes = directories.map(
    ({ path, owner }): Note =>
      exists(path)
        ? { code: 'dir.exists', params: { path } }
        : { code: 'dir.make', params: { path, owner: ownerName(owner, osUser), mode: DIRECTORY_MODE } },
  )
  const effect = directories.every(({ path }) => exists(path)) ? 'already' : 'change'
  return step('data-dirs', { osUser, directories }, effect, notes)
}

function ownerName(owner: DirectoryOwner, osUser: string): string {
  return owner === 'person' ? osUser : owner.user
}

function seedStep(
  osUser: string,
  config: Config,
  facts: Facts,
  paths: PersonPaths,
  template: string | null,
): PlanStep {
  const path = paths.seed
  const params = {
    osUser,
    path,
    owner: directoryOwner(config.folders.memory.owner),
    content: template ?? '',
  }
  if (template === null) return step('memory-seed', params, 'already', [{ code: 'seed.none' }])
  return facts.paths[path]?.kind === 'file'
    ? step('memory-seed', params, 'already', [{ code: 'seed.exists', params: { path } }])
    : step('memory-seed', params, 'change', [{ code: 'seed.write', params: { path } }])
}

function smokeTest(answers: OnboardAnswers, config: Config, paths: PersonPaths): SmokeTestParams {
  const { os_user: osUser, telegram_id: telegramId } = answers
  const { agentCommand, path, via } = config.smoke
  const inheritedWorkspace = config.defaults.workspace_base
  const { memory, history } = config.folders
  // A folder that belongs to the service is not the person's to write in.
  const writable = [
    ...(memory.owner === 'person' ? [paths.memory] : []),
    ...(history.owner === 'person' ? [paths.history] : []),
    ...(paths.workspace === null ? [] : [paths.workspace]),
  ]
  return {
    osUser,
    telegramId,
    home: paths.home,
    writable,
    agentCommand,
    path: path.map((folder) => folder.replaceAll('{home}', paths.home).replaceAll('{os_user}', osUser)),
    via:
      via === null
        ? null
        : {
            user: via.user,
            argv: via.argv.map((argument) => argument.replaceAll('{os_user}', osUser)),
          },
    ...(inheritedWorkspace === undefined ? {} : { inheritedWorkspace }),
  }
}

/** An id that did not prove itself by writing to the bot has to do so before the new account is active. */
function activationStep(answers: OnboardAnswers, facts: Facts): PlanStep {
  const { os_user: osUser, telegram_id } = answers
  if (answers.account !== 'create') {
    return step('activation', { osUser }, 'already', [{ code: 'activation.not_needed' }])
  }
  const gecos = gecosOf(answers.name)
  if (facts.mode !== 'system' || answers.proof === 'started') {
    return step('activation', { osUser, gecos }, 'change', [{ code: 'activation.lift' }])
  }
  return step('activation', { osUser, gecos, awaitsStartOf: telegram_id }, 'change', [
    { code: 'activation.lift_on_start', params: { telegram_id } },
  ])
}

function serviceStep(config: Config, smoke: SmokeTestParams): PlanStep {
  const { services } = config
  const probe = config.smoke.via === null || services.length === 0 ? null : smoke
  const notes = services.map(({ unit, action }): Note => ({ code: `service.${action}`, params: { unit } }))
  const changes = services.some(({ action }) => action !== 'remind')
  return step(
    'service',
    { services, probe },
    changes ? 'change' : 'already',
    notes.length > 0 ? notes : [{ code: 'service.none' }],
  )
}

function step<K extends StepKind>(
  kind: K,
  params: StepParams[K],
  effect: PlanStep['effect'],
  notes: Note[],
): PlanStep {
  return { kind, params, effect, notes } as PlanStep
}
