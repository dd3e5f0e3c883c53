import { isAbsolute } from 'node:path'
import type { ConfigProblem } from './config.ts'
import { parseDuration } from './duration.ts'
import { controlProblem, expandablePathProblem, placeholderProblem } from './placeholders.ts'
import type { ConfigFile } from './schema.ts'
import { webhookProblems } from './webhook.ts'

const ACCOUNT = /^[a-z_][a-z0-9_.-]{0,31}$/
/** systemd's dynamic users, nobody and the 16-bit "no uid" (systemd: UIDs and GIDs). */
const FOREIGN_UIDS = { min: 61_184, max: 65_535 }

const MAX_WAIT_MS = 30 * 86_400_000

/** What no schema sees, section by section; absent sections were refused by the schema already. */
export function valueProblems(file: Partial<ConfigFile>): ConfigProblem[] {
  return [
    ...telegramProblems(file.telegram),
    ...accountProblems('bot', file.bot),
    ...accountProblems('witness', file.witness),
    ...accountProblems('approver', file.approver),
    ...defaultsProblems(file.defaults),
    ...serviceProblems(file.services),
    ...folderProblems(file.folders),
    ...smokeProblems(file.smoke),
    ...uidProblems(file.uids),
    ...accessProblems(file.access),
  ]
}

/** Why a unit must never be restarted by Usher, or null. `name` as configured or an alias of it. */
export function unitProblem(name: string): string | null {
  if (/^usher([-_.@].*)?\.service$/.test(name)) return 'it is a part of Usher itself'
  if (/^(ssh|sshd)([-_.].*)?\.service$/.test(name)) return 'a failed restart would lock everybody out'
  if (/^(dbus|dbus-broker|dbus-daemon)\.service$/.test(name)) return 'a restart takes the whole host down'
  if (/^systemd-/.test(name)) return 'it is a part of systemd'
  if (/^((console|debug)-shell|rescue|emergency)\.service$/.test(name)) return 'it opens a shell of root'
  return null
}

function telegramProblems(telegram: ConfigFile['telegram'] | undefined): ConfigProblem[] {
  if (telegram === undefined) return []
  const problems: ConfigProblem[] = webhookProblems(telegram.webhook)
  telegram.admins.forEach((id, index) => {
    if (telegram.admins.indexOf(id) !== index) {
      problems.push({
        key: `telegram.admins.${index}`,
        message: `cannot use ${id} twice: name each admin once`,
      })
    }
  })
  const url = new URL(telegram.api_root)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    problems.push({ key: 'telegram.api_root', message: `cannot use the scheme "${url.protocol}": use https` })
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    problems.push({
      key: 'telegram.api_root',
      message: 'cannot use a URL with a user, password, query or fragment: give scheme, host and path only',
    })
  }
  return problems
}

function accountProblems(
  name: 'bot' | 'witness' | 'approver',
  section: { user: string } | undefined,
): ConfigProblem[] {
  if (section === undefined) return []
  const key = `${name}.user`
  if (section.user === 'root') {
    return [
      { key, message: `cannot use "root": the ${name} must not be uid 0; give it an account of its own` },
    ]
  }
  return ACCOUNT.test(section.user) ? [] : [{ key, message: accountMessage(section.user) }]
}

function accessProblems(access: ConfigFile['access'] | undefined): ConfigProblem[] {
  if (access === undefined || (parseDuration(access.expires) ?? 0) <= MAX_WAIT_MS) return []
  return [{ key: 'access.expires', message: 'cannot let a question wait that long: use at most 30d' }]
}

function defaultsProblems(defaults: ConfigFile['defaults'] | undefined): ConfigProblem[] {
  if (defaults === undefined) return []
  const problems: ConfigProblem[] = []
  if (defaults.workspace_base !== undefined) {
    const message = expandablePathProblem(defaults.workspace_base, ['home', 'os_user', 'telegram_id'])
    if (message !== null) problems.push({ key: 'defaults.workspace_base', message })
  }
  for (const name of ['model', 'agent_backend'] as const) {
    const message = controlProblem(defaults[name] ?? '')
    if (message !== null) problems.push({ key: `defaults.${name}`, message })
  }
  return problems
}

function serviceProblems(services: ConfigFile['services'] | undefined): ConfigProblem[] {
  return (services ?? []).flatMap(({ unit }, index, all) => {
    const key = `services.${index}.unit`
    const why = unitProblem(unit)
    if (why !== null) return [{ key, message: `cannot use "${unit}": ${why}; remove it` }]
    const twice = all.findIndex((other) => other.unit === unit) !== index
    return twice ? [{ key, message: `cannot use "${unit}" twice: name each unit once` }] : []
  })
}

function folderProblems(folders: ConfigFile['folders'] | undefined): ConfigProblem[] {
  if (folders === undefined) return []
  return (['memory', 'history'] as const).flatMap((name) => {
    const { owner } = folders[name]
    const key = `folders.${name}.owner`
    if (owner === 'root') {
      return [
        { key, message: 'cannot use "root": nothing runs as root there; use "person" or a service account' },
      ]
    }
    return ACCOUNT.test(owner) ? [] : [{ key, message: accountMessage(owner) }]
  })
}

function smokeProblems(smoke: ConfigFile['smoke']): ConfigProblem[] {
  if (smoke === undefined) return []
  const problems: ConfigProblem[] = []
  const add = (key: string, message: string | null) => {
    if (message !== null) problems.push({ key: `smoke.${key}`, message })
  }
  smoke.agent_command?.forEach((argument, index) => {
    add(`agent_command.${index}`, placeholderProblem(argument, []) ?? controlProblem(argument))
  })
  smoke.path.forEach((folder, index) => {
    add(`path.${index}`, expandablePathProblem(folder, ['home']))
    if (folder.includes(':'))
      add(`path.${index}`, `cannot use ${JSON.stringify(folder)}: name one folder an entry`)
  })
  if (smoke.via !== undefined) {
    const { user, argv } = smoke.via
    if (user === 'root')
      add('via.user', 'cannot use "root": the service must not become people as root; name its account')
    else if (!ACCOUNT.test(user)) add('via.user', accountMessage(user))
    const program = argv[0] ?? ''
    if (!isAbsolute(program)) {
      add('via.argv.0', `cannot run ${JSON.stringify(program)}: name the program with its absolute path`)
    }
    argv.forEach((argument, index) => {
      add(
        `via.argv.${index}`,
        placeholderProblem(argument, index === 0 ? [] : ['os_user']) ?? controlProblem(argument),
      )
    })
    if (!argv.some((argument) => argument.includes('{os_user}'))) {
      add('via.argv', 'cannot become a person without "{os_user}" in it: add it where the name belongs')
    }
  }
  return problems
}

function uidProblems(uids: ConfigFile['uids']): ConfigProblem[] {
  if (uids === undefined) return []
  const { min, max } = uids
  if (min >= max) return [{ key: 'uids', message: `cannot use ${min} to ${max}: min must be below max` }]
  const problems: ConfigProblem[] = []
  if (min < 500) {
    problems.push({ key: 'uids.min', message: `cannot use ${min}: uids below 500 belong to the system` })
  }
  if (max > 4_294_967_293)
    problems.push({ key: 'uids.max', message: `cannot use ${max}: uids end at 4294967293` })
  if (min <= FOREIGN_UIDS.max && max >= FOREIGN_UIDS.min) {
    problems.push({
      key: 'uids',
      message: `cannot use ${min} to ${max}: ${FOREIGN_UIDS.min} to ${FOREIGN_UIDS.max} belong to systemd and nobody; end before or begin after`,
    })
  }
  return problems
}

function accountMessage(name: string): string {
  return `cannot use ${JSON.stringify(name)}: it is not a valid account name`
}
