import { existsSync, lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { accountFilesOf } from '../provisioning/host/accounts/account-files.ts'
import type { Programs } from '../provisioning/host/programs/programs.ts'
import { type EnsureOptions, ensureDirectory, ensureFile, type Outcome, type Owner } from './ensure.ts'
import { configTemplate, MEMORY_TEMPLATE, ROSTER_TEMPLATE, SECRETS_TEMPLATE } from './templates.ts'

/** Where everything goes, whether or not there is a config yet. */
export interface InitPlaces {
  mode: Config['mode']
  configFile: string
  paths: Config['paths']
  botUser: string | null
  witness: Config['witness']
  approver: Config['approver']
  tokenFile: string
  /** The first admins of an existing config. */
  admins: readonly number[]
  /** Null when an existing config names none. */
  memoryTemplate: string | null
}

export interface InitContext extends EnsureOptions {
  programs: Pick<Programs, 'run'>
  /** Who owns what is not the bot's: root, or the caller in single-user mode. */
  own: Owner
  admins: readonly number[]
  /** What a config that is made says; default: the template. */
  configText?: string
  /** Leaves a roster that is there as it is, its mode included. */
  keepRoster?: boolean
}

/**
 * Makes an installation's accounts, folders and files as they should be, each only if it is not so already. Every outcome
 * is one line for people; running it again says "already" throughout.
 */
export async function initialize(places: InitPlaces, context: InitContext): Promise<Outcome[]> {
  const { own } = context
  const system = places.mode === 'system'
  const outcomes: Outcome[] = []
  const folder = (path: string, mode: number, owner = own) => {
    for (const parent of missingParents(path)) {
      if (!outcomes.some(({ subject }) => subject === parent)) {
        outcomes.push(ensureDirectory(parent, own, system ? 0o755 : 0o700, context))
      }
    }
    outcomes.push(ensureDirectory(path, owner, mode, context))
  }
  const file = (path: string, mode: number, content: string) => {
    const parent = dirname(path)
    const made = outcomes.some(({ subject }) => subject === parent)
    if (!made && !existsSync(parent)) folder(parent, system ? 0o755 : 0o700)
    outcomes.push(ensureFile(path, own, mode, content, context))
  }

  const bot =
    places.botUser === null ? own : await ensureAccount(accountOf.bot(places.botUser), outcomes, context)
  const { witness: seer, approver } = places
  const witness = seer === null ? null : await ensureAccount(accountOf.witness(seer.user), outcomes, context)
  if (approver !== null) await ensureAccount(accountOf.approver(approver.user), outcomes, context)
  const { paths } = places
  file(places.configFile, system ? 0o644 : 0o600, context.configText ?? newConfig(places, context.admins))
  // Who is on the roster is nobody else's business.
  if (context.keepRoster !== true) file(paths.roster, 0o600, ROSTER_TEMPLATE)
  file(paths.secrets, 0o600, SECRETS_TEMPLATE)
  if (places.memoryTemplate !== null) file(places.memoryTemplate, system ? 0o644 : 0o600, MEMORY_TEMPLATE)

  // 0711: a person reaches their own folder by name and lists nobody else's.
  const root = system ? 0o711 : 0o700
  folder(paths.state, root)
  folder(paths.data, root)
  folder(join(paths.data, 'memory'), root)
  folder(join(paths.data, 'history'), root)
  if (bot !== null) folder(paths.botState, 0o700, bot)
  if (seer !== null && witness !== null) folder(seer.state, 0o700, witness)
  // Root's own: who comes in by the account cannot let anybody else in.
  if (approver !== null) folder(APPROVER_HOME, 0o755)
  folder(paths.run, system ? 0o755 : 0o700)
  return outcomes
}

/** What a config says before anybody edited it. */
export function newConfig(places: InitPlaces, admins: readonly number[]): string {
  const memoryTemplate = places.memoryTemplate ?? join(dirname(places.configFile), 'MEMORY.md.example')
  return configTemplate({ admins, memoryTemplate, mode: places.mode })
}

/** What `useradd` is told of an account that Usher needs. */
interface AccountWish {
  name: string
  key: 'bot.user' | 'witness.user' | 'approver.user'
  options: string[]
  /** What it gets, for people. */
  made: string
}

const APPROVER_HOME = '/var/lib/usher-approver'
const NO_LOGIN = ['--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin']

const accountOf = {
  bot: (name: string): AccountWish => ({
    ...{ name, key: 'bot.user', made: 'without password and shell' },
    options: [...NO_LOGIN, '--comment', 'Usher bot'],
  }),
  witness: (name: string): AccountWish => ({
    ...{ name, key: 'witness.user', made: 'without password and shell' },
    options: [...NO_LOGIN, '--comment', 'Usher witness'],
  }),
  // sshd runs a forced command by the account's shell, and lets nobody in whose password is locked by "!" where it does not use PAM.
  approver: (name: string): AccountWish => ({
    ...{ name, key: 'approver.user', made: 'without a password that would be right' },
    options: [
      ...['--home-dir', APPROVER_HOME, '--shell', '/bin/sh', '--password', '*'],
      ...['--comment', 'Usher approver'],
    ],
  }),
}

/** The account, or null when it cannot be used. */
async function ensureAccount(
  { name, key, options, made: has }: AccountWish,
  outcomes: Outcome[],
  context: InitContext,
): Promise<Owner | null> {
  const subject = `account ${name}`
  const found = systemAccount(name)
  if (found !== null) {
    if (found.uid === 0) {
      outcomes.push({
        state: 'problem',
        subject,
        text: `cannot use the account ${name}: it is uid 0; name another one in ${key}`,
      })
      return null
    }
    outcomes.push({ state: 'already', subject, text: `system account, uid ${found.uid}` })
    return found
  }
  if (context.dryRun) {
    outcomes.push({ state: 'change', subject, text: `system account made, ${has}` })
    return { uid: -1, gid: -1, name }
  }
  const made = await context.programs.run('/usr/sbin/useradd', [
    ...['--system', '--user-group', '--no-create-home', ...options, '--', name],
  ])
  const account = systemAccount(name)
  if (!made.ok || account === null) {
    const why = made.ok ? 'it is not in /etc/passwd' : made.stderr.trim() || made.failure.code
    outcomes.push({ state: 'problem', subject, text: `cannot make the account ${name}: ${why}` })
    return null
  }
  const text = `system account made, uid ${account.uid}, ${has}`
  outcomes.push({ state: 'change', subject, text })
  return account
}

/** The account's uid and, as `useradd --user-group` makes it, the group of its name; else its uid's own group. */
function systemAccount(name: string): Owner | null {
  const { accounts, groups } = readHostFacts(accountFilesOf())
  const account = accounts.find((one) => one.name === name)
  if (account === undefined) return null
  const group = groups.find((one) => one.name === name)
  return { uid: account.uid, gid: group?.gid ?? account.uid, name }
}

/** Folders on the way to `path` that are not there, the highest first; without `path` itself. */
function missingParents(path: string): string[] {
  const missing: string[] = []
  for (let at = dirname(path); lstatSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) {
    missing.unshift(at)
  }
  return missing
}
