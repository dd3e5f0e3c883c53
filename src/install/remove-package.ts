import { existsSync, unlinkSync } from 'node:fs'
import { freshPlaces } from '../setup/init-places.ts'
import type { InitPlaces } from '../setup/init-plan.ts'
import { placesHere } from './install-image.ts'
import { type Made, PROGRAM_FOLDER, readRecord, writeWhole } from './record.ts'
import { secretsBeside } from './uninstall.ts'
import { type UninstallPorts, uninstallHere } from './uninstall-here.ts'

/** What a purge of the package takes away: its `postrm` reads this when no program is there any more. */
const LIST_FILE = `${PROGRAM_FOLDER}/removed.list`

/**
 * What `prerm remove` of the package asks for: an uninstall, and a list of what only a purge takes away. Gives the exit status.
 */
export async function removePackage(ports: UninstallPorts): Promise<number> {
  const { host, environment } = ports
  const here = placesHere(environment)
  const places = here.ok ? here.value : freshPlaces(undefined, environment, 0)
  const status = await uninstallHere(ports, { purge: false, data: false, dryRun: false, byPackage: true })
  if (status !== 0) return status
  const record = readRecord(host.root, host.owner)
  const stays = record.ok && record.value !== null ? record.value.made : []
  const lines = purgeLines(stays, places)
  const file = `${host.root}${LIST_FILE}`
  if (existsSync(`${host.root}${PROGRAM_FOLDER}`)) writeWhole(file, lines.map((line) => `${line}\n`).join(''))
  else if (existsSync(file)) unlinkSync(file)
  return 0
}

/**
 * One thing a line, words between tabs, in the order in which it is to be taken away. The words are those of `take_away` in
 * deploy/debian/postrm. What has a tab or a line's end in its name stays.
 */
export function purgeLines(stays: readonly Made[], places: InitPlaces): string[] {
  const { paths } = places
  const lines = secretsBeside(places).map((path) => ['file', path])
  for (const made of stays.toReversed()) lines.push(...wordsOf(made, paths))
  return lines.filter((words) => !words.some((word) => /[\t\n]/.test(word))).map((words) => words.join('\t'))
}

function wordsOf(made: Made, { roster, state }: InitPlaces['paths']): string[][] {
  switch (made.kind) {
    case 'file':
      if (made.goes === 'purge-data') return []
      return made.path === roster ? [['roster', roster, `${state}/users.yaml.kept`]] : [['file', made.path]]
    case 'folder':
      if (made.goes === 'purge-data') return []
      return [[made.contents ? 'tree' : 'folder', made.path]]
    case 'account':
      return [['account', made.name], ...(made.group ? [['group', made.name]] : [])]
    case 'adjusted': {
      const { uid, gid, mode } = made.before
      return [['owner', made.path, `${uid}:${gid}`, mode.toString(8).padStart(4, '0')]]
    }
    default:
      return []
  }
}
