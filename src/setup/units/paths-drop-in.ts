import { dirname } from 'node:path'
import type { Config } from '../../config/config.ts'
import { isInside, systemPaths } from '../../config/paths.ts'

/** What the file of `dropInFile` says of a config, for each unit; null: there is none, the unit is right as it is. */
export interface DropIns {
  'usher-worker.service': string | null
  'usher-bot.service': string | null
  'usher-witness.service': string | null
}

/** Where a unit's drop-in stands: in the administrator's folder (systemd.unit(5)), so that the unit's own file is left alone. */
export function dropInFile(unit: keyof DropIns): string {
  return `/etc/systemd/system/${unit}.d/50-paths.conf`
}

/** The drop-ins that Usher may ever have made on a host, one a unit. */
export const DROP_IN_FILES: readonly string[] = (
  ['usher-worker.service', 'usher-bot.service', 'usher-witness.service'] as const
).map(dropInFile)

/** Where `deploy/units/usher-worker.service` lets the worker write; a test compares. */
export const WORKER_WRITES = [
  '/etc',
  '/home',
  '/var/lib/systemd',
  '/var/spool',
  '/var/lib/usher',
  '/run/usher',
]

/** The first line of each: by it they are known as ours. */
export const HEADING =
  '# Made from the config by usher: what it names outside the places that the unit knows.'

/**
 * The drop-ins (systemd.unit(5)) that the units need for this config of a whole system: other folders, accounts and token files
 * than the default ones. Pure; the same config gives the same text.
 */
export function dropInsFor(config: Config): DropIns {
  return {
    'usher-worker.service': pathsDropIn(config),
    'usher-bot.service': botDropIn(config),
    'usher-witness.service': witnessDropIn(config),
  }
}

/** The worker's: what it must be able to write in beside the unit's own list; null when nothing. */
export function pathsDropIn(config: Config): string | null {
  const { roster, secrets, data, state, run } = config.paths
  const folders = [dirname(roster), dirname(secrets), data, state, run, ...workspaceFolder(config)]
  const wanted = outermost(
    folders.filter((folder) => !WORKER_WRITES.some((known) => isInside(folder, known))),
  )
  if (wanted.length === 0) return null
  const inRun = wanted.filter((folder) => folder.startsWith('/run/')).map((folder) => folder.slice(5))
  const elsewhere = wanted.filter((folder) => !folder.startsWith('/run/'))
  return dropIn(
    elsewhere.map((folder) => `RequiresMountsFor=${quoted(folder)}`),
    [
      // One that is missing is none that can be written in; the worker says so where it needs it.
      ...elsewhere.map((folder) => `ReadWritePaths=${quoted(`-${folder}`)}`),
      // Gone with each restart of the machine: systemd makes it again.
      ...inRun.map((folder) => `RuntimeDirectory=${quoted(folder)}`),
    ],
  )
}

function botDropIn({ botUser, telegram, paths }: Config): string | null {
  const { webhook } = telegram
  const listens = webhook !== null && 'path' in webhook.listen ? [dirname(webhook.listen.path)] : []
  return botLike({
    ...{ user: botUser, usualUser: 'usher', credential: 'telegram-token' },
    ...{ tokenFile: telegram.tokenFile, usualTokenFile: systemPaths().tokenFile },
    writes: outermost([paths.botState, ...listens]).filter((folder) => folder !== systemPaths().botState),
    hidden: hiddenFrom(paths),
  })
}

function witnessDropIn({ witness, paths }: Config): string | null {
  if (witness === null) return null
  return botLike({
    ...{ user: witness.user, usualUser: 'usher-witness', credential: 'witness-token' },
    ...{ tokenFile: witness.tokenFile, usualTokenFile: '/etc/usher/witness-token' },
    writes: [witness.state].filter((folder) => folder !== '/var/lib/usher-witness'),
    hidden: hiddenFrom(paths),
  })
}

interface BotLike {
  user: string | null
  usualUser: string
  credential: string
  tokenFile: string
  usualTokenFile: string
  writes: string[]
  hidden: string[]
}

function botLike(bot: BotLike): string | null {
  const moved = bot.tokenFile !== bot.usualTokenFile
  const renamed = bot.user !== null && bot.user !== bot.usualUser
  return dropIn(
    // An empty one takes back what the unit says.
    moved ? ['ConditionPathExists=', `ConditionPathExists=${escaped(bot.tokenFile)}`] : [],
    [
      ...(renamed ? [`User=${bot.user}`, 'Group='] : []),
      ...(moved ? ['LoadCredential=', `LoadCredential=${bot.credential}:${escaped(bot.tokenFile)}`] : []),
      ...bot.writes.map((folder) => `ReadWritePaths=${quoted(`-${folder}`)}`),
      ...bot.hidden.map((path) => `InaccessiblePaths=${quoted(`-${path}`)}`),
    ],
  )
}

/** Roster, secrets, database and people's folders, where they are not where the units hide them anyway. */
function hiddenFrom({ roster, secrets, data, state }: Config['paths']): string[] {
  const usual = systemPaths()
  const files = [roster, secrets].filter((path) => path !== usual.roster && path !== usual.secrets)
  return [...files, ...outermost([data, state]).filter((path) => !isInside(path, usual.state))]
}

/** The folder that all workspaces outside homes have in common; none when they are inside. */
function workspaceFolder({ defaults }: Config): string[] {
  const template = defaults.workspace_base
  if (template === undefined || !template.startsWith('/')) return []
  // What stands before the first placeholder may be the beginning of a name.
  const fixed = template.split('{')[0]!
  const folder = fixed.endsWith('/') ? fixed.slice(0, -1) : dirname(fixed)
  return folder === '' || folder === '/' ? [] : [folder]
}

/** Without doubles and without what is inside another one. */
function outermost(folders: readonly string[]): string[] {
  const all = [...new Set(folders)].sort()
  return all.filter((folder) => !all.some((other) => other !== folder && isInside(folder, other)))
}

function dropIn(unit: readonly string[], service: readonly string[]): string | null {
  if (unit.length + service.length === 0) return null
  const sections = [
    ...(unit.length > 0 ? [['[Unit]', ...unit]] : []),
    ...(service.length > 0 ? [['[Service]', ...service]] : []),
  ]
  return `${HEADING}\n${sections.map((lines) => `${lines.join('\n')}\n`).join('\n')}`
}

/** For settings that take a list of words (systemd.syntax(7)): in quotes, with specifiers and escapes taken literally. */
function quoted(path: string): string {
  return `"${escaped(path).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** For settings that take the rest of the line: only specifiers mean something there. */
function escaped(path: string): string {
  return path.replaceAll('%', '%%')
}
