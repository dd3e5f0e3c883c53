import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { readHostFacts } from '../config/host-facts.ts'
import { accountFilesOf } from '../provisioning/host/accounts/account-files.ts'

/** Useradd's own, where login.defs(5) says nothing. */
const USUAL = { min: 1000, max: 60_000 }

/**
 * The least uid that may be given next, by everything that this host shows: whoever has an account, and whoever owns a home, a folder
 * of memory or history, or something that was put into quarantine, had that uid; null when there is nobody. Of an account that left
 * nothing behind only the counter of the database knows.
 */
export function uidFloor(config: Config, nextUids: readonly (number | null)[]): number | null {
  const { min, max } = config.uids ?? personRange()
  const { data } = config.paths
  const folders = [
    '/home',
    '/home/.usher-quarantine',
    `${data}/memory`,
    `${data}/history`,
    `${data}/.usher-quarantine`,
  ]
  const seen = [
    ...readHostFacts(accountFilesOf()).accounts.map(({ uid }) => uid),
    ...folders.flatMap((folder) => ownersIn(folder)),
  ]
    .filter((uid) => uid >= min && uid <= max)
    .map((uid) => uid + 1)
  const all = [...seen, ...nextUids.filter((uid) => uid !== null)]
  return all.length === 0 ? null : Math.max(...all)
}

function ownersIn(folder: string): number[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const stat = lstatSync(join(folder, name), { throwIfNoEntry: false })
      return stat === undefined ? [] : [stat.uid]
    })
  } catch {
    return []
  }
}

function personRange(): { min: number; max: number } {
  let text = ''
  try {
    text = readFileSync('/etc/login.defs', 'utf8')
  } catch {
    return USUAL
  }
  const value = (key: string) => Number(new RegExp(`^${key}\\s+(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN)
  return { min: value('UID_MIN') || USUAL.min, max: value('UID_MAX') || USUAL.max }
}
