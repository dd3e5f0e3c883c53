/** A whole installation of Usher on the sandbox's own /etc, /home and /var, and its removal. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { insideSandbox } from '../sandbox/sandbox.ts'
import { type CommandResult, runCommand } from './command.ts'

/** Somebody who is on the host before the scene begins. `telegram_id` absent: an account, but not on the roster. */
export interface Resident {
  os_user: string
  name: string
  telegram_id?: number
  role?: string
}

export interface Account {
  name: string
  uid: number
  gid: number
  home: string
}

export interface Places {
  config: string
  roster: string
  secrets: string
  token: string
  data: string
  state: string
  botState: string
  run: string
}

export const SYSTEM_PLACES: Places = {
  config: '/etc/usher/config.yaml',
  roster: '/etc/usher/users.yaml',
  secrets: '/etc/usher/secrets.yaml',
  token: '/etc/usher/telegram-token',
  data: '/var/lib/usher/data',
  state: '/var/lib/usher',
  botState: '/var/lib/usher-bot',
  run: '/run/usher',
}

/** A file that the operator has put there; 0755 when executable, else 0644. */
export interface OperatorFile {
  path: string
  text: string
  executable?: boolean
  /** A secret: 0600 and the bot's own. */
  forBot?: boolean
}

const BOT_USER = 'usher'
const ACCOUNT_FILES = ['passwd', 'shadow', 'group', 'gshadow', 'subuid', 'subgid'].map(
  (name) => `/etc/${name}`,
)

/** The environment of a service or of a login without anything special. */
export const CLEAN_ENVIRONMENT: Record<string, string> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  HOME: '/root',
}

export interface SystemInstallation {
  places: Places
  botUser: string
  /** What `usher init` printed. */
  init: CommandResult
  /** Takes everything away again, also accounts that the scene made. All processes must have ended. */
  remove(): void
}

/**
 * Lays out what an operator would have: people with accounts and homes, the config, then `usher init`, the token and a
 * roster with comments. The folders of people on the roster are theirs alone.
 */
export async function installOnSystem(options: {
  usher: string
  cwd: string
  config: object
  token: string
  /** Of the second bot, where the config has a `witness`. */
  witnessToken?: string
  residents: readonly Resident[]
  groups: readonly string[]
  files: readonly OperatorFile[]
}): Promise<SystemInstallation> {
  if (!insideSandbox()) throw new Error('cannot install outside a sandbox: it would change this machine')
  const places = SYSTEM_PLACES
  const remove = remember(options.files)
  try {
    for (const group of options.groups) await accountTool(['groupadd', '--', group])
    for (const { os_user, name } of options.residents) await addAccount(os_user, name)
    mkdirSync('/etc/usher', { mode: 0o755 })
    writeOperatorFiles(options.files.filter(({ forBot }) => forBot !== true))
    write(places.config, stringify(options.config), { mode: 0o644 })
    const init = await runCommand([options.usher, 'init'], { cwd: options.cwd, env: CLEAN_ENVIRONMENT })
    if (init.status !== 0) {
      throw new Error(`cannot install: usher init ended with ${init.status}\n${init.stdout}${init.stderr}`)
    }
    const bot = findAccount(BOT_USER)
    write(places.token, `${options.token}\n`, { mode: 0o600, uid: bot.uid, gid: bot.gid })
    if (options.witnessToken !== undefined) {
      const { uid, gid } = findAccount('usher-witness')
      write('/etc/usher/witness-token', `${options.witnessToken}\n`, { mode: 0o600, uid, gid })
    }
    for (const { path, text, forBot } of options.files) {
      if (forBot === true) write(path, text, { mode: 0o600, uid: bot.uid, gid: bot.gid })
    }
    const listed = options.residents.filter((one) => one.telegram_id !== undefined)
    // In place, so that owner and mode stay as init made them.
    writeFileSync(places.roster, rosterText(listed))
    for (const { os_user, telegram_id } of listed) addFolders(places.data, findAccount(os_user), telegram_id!)
    return { places, botUser: BOT_USER, init, remove }
  } catch (error) {
    remove()
    throw error
  }
}

/** With comments, a key that Usher does not know and its own order: all of that must survive. */
function rosterText(people: readonly Resident[]): string {
  const entries = people.map(
    ({ telegram_id, name, os_user, role = 'user' }) =>
      `  - telegram_id: ${telegram_id} # ${name.split(' ')[0]}'s phone\n    name: ${name}\n    os_user: ${os_user}\n    role: ${role}\n    desk: "0${String(telegram_id).at(-1)}"\n`,
  )
  if (entries.length === 0) return 'users: []\n'
  return `# The people of this machine. Edited by hand, too.\nusers:\n${entries.join('\n')}`
}

async function addAccount(name: string, gecos: string): Promise<void> {
  const flags = ['--create-home', '--user-group', '--shell', '/bin/bash', '--comment', gecos]
  await accountTool(['useradd', ...flags, '--', name])
  const { home, uid, gid } = findAccount(name)
  chmodSync(home, 0o700)
  write(join(home, 'notes.txt'), `private notes of ${name}\n`, { mode: 0o600, uid, gid })
}

async function accountTool(argv: [string, ...string[]]): Promise<void> {
  const result = await runCommand(argv, { cwd: '/', env: CLEAN_ENVIRONMENT })
  if (result.status !== 0) throw new Error(`cannot run ${argv.join(' ')}: ${result.stderr}`)
}

function addFolders(data: string, { uid, gid, name }: Account, telegramId: number): void {
  for (const kind of ['memory', 'history']) {
    if (!existsSync(join(data, kind))) mkdirSync(join(data, kind), { recursive: true })
    for (const root of [data, join(data, kind)]) chmodSync(root, 0o711)
    const folder = join(data, kind, String(telegramId))
    mkdirSync(folder, { mode: 0o700 })
    chownSync(folder, uid, gid)
    write(join(folder, 'MEMORY.md'), `What I know about ${name}.\n`, { mode: 0o600, uid, gid })
  }
}

/** Makes the files and the folders above them. */
export function writeOperatorFiles(files: readonly OperatorFile[]): void {
  for (const { path, text, executable = false } of files) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, executable ? 0o755 : 0o644)
  }
}

/** The passwd entry; throws when there is none. */
export function findAccount(name: string): Account {
  const found = accounts().find((account) => account.name === name)
  if (found === undefined) throw new Error(`cannot find the account ${name}`)
  return found
}

export function hasAccount(name: string): boolean {
  return accounts().some((account) => account.name === name)
}

function accounts(): Account[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', , uid, gid, , home = ''] = line.split(':')
      return { name, uid: Number(uid), gid: Number(gid), home }
    })
}

function write(path: string, text: string, owner: { mode: number; uid?: number; gid?: number }): void {
  writeFileSync(path, text, { mode: 0o600 })
  chownSync(path, owner.uid ?? 0, owner.gid ?? 0)
  chmodSync(path, owner.mode)
}

/** What must come back so that the next scene in this sandbox finds what this one found. */
function remember(operatorFiles: readonly OperatorFile[]): () => void {
  const added = operatorFiles.filter(({ path }) => !existsSync(path))
  const files = ACCOUNT_FILES.filter((path) => existsSync(path)).map((path) => ({
    path,
    bytes: readFileSync(path),
    stats: statSync(path),
  }))
  const folders = ['/home', '/var/mail', '/var/lib', '/etc'].filter((folder) => existsSync(folder))
  const known = new Map(folders.map((folder) => [folder, new Set(readdirSync(folder))]))
  return () => {
    for (const { path, bytes, stats } of files) {
      writeFileSync(path, bytes)
      chownSync(path, stats.uid, stats.gid)
      chmodSync(path, stats.mode & 0o7777)
    }
    for (const [folder, names] of known) {
      for (const name of readdirSync(folder)) {
        if (!names.has(name)) rmSync(join(folder, name), { recursive: true, force: true })
      }
    }
    for (const { path } of added) rmSync(path, { force: true })
    rmSync(SYSTEM_PLACES.run, { recursive: true, force: true })
  }
}
