import { lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Outcome } from '../../setup/ensure.ts'
import { type InitPlaces, initialize } from '../../setup/init-plan.ts'
import type { ChangeContext } from '../context.ts'
import type { Goes, Made } from '../record.ts'

/**
 * Config, roster, secrets and folders as `usher init` makes them, by its own plan: what is there stays, and `usher init`
 * afterwards finds everything so already. Accounts are made before.
 */
export async function ensureConfiguration(context: ChangeContext, places: InitPlaces): Promise<Outcome[]> {
  const { host, dryRun, ledger } = context
  const own = { uid: host.owner, gid: host.owner, name: 'root' }
  const plan = { programs: host.programs, own, admins: [], trusted: [host.owner] }
  const outcomes = await initialize(places, { ...plan, dryRun: true })
  // The accounts of the units are a change of their own, and so are folders that are made already.
  const wanted = outcomes.filter(
    ({ state, subject }) => state !== 'change' || !subject.startsWith('account '),
  )
  if (dryRun || wanted.some(({ state }) => state === 'problem')) return wanted
  for (const { state, subject } of wanted) {
    if (state === 'change') ledger.note(madeOf(subject, places))
  }
  return initialize(places, { ...plan, dryRun: false })
}

/** What is about to become of a path that the plan changes. */
function madeOf(path: string, places: InitPlaces): Made {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat !== undefined)
    return { kind: 'adjusted', path, before: { uid: stat.uid, gid: stat.gid, mode: stat.mode & 0o7777 } }
  const { configFile, memoryTemplate, paths } = places
  if ([configFile, memoryTemplate, paths.roster, paths.secrets].includes(path))
    return { kind: 'file', path, sha256: null, goes: 'purge' }
  return { kind: 'folder', path, ...fateOfFolder(path, places) }
}

function fateOfFolder(
  path: string,
  { paths, witness, configFile }: InitPlaces,
): { goes: Goes; contents: boolean } {
  const inside = (folder: string) => path === folder || path.startsWith(`${folder}/`)
  if (inside(paths.state) || inside(paths.data)) return { goes: 'purge-data', contents: true }
  if (path === paths.botState || path === witness?.state) return { goes: 'purge', contents: true }
  if (path === paths.run) return { goes: 'uninstall', contents: true }
  // A folder on the way to data goes no sooner than the data.
  const holdsData = [paths.state, paths.data].some((folder) => folder.startsWith(`${path}/`))
  return { goes: holdsData && path !== dirname(configFile) ? 'purge-data' : 'purge', contents: false }
}
