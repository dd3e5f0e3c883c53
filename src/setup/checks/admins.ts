import type { Config } from '../../config/config.ts'
import type { RosterEntry } from '../../domain/person.ts'
import { type Check, note } from '../finding.ts'
import { editing } from './config.ts'

/** Without an admin everything works as root on a terminal, and nothing in the chat. */
export const checkAdmins: Check = ({ config, people }) => {
  if (people === null || adminIds(config, people).length > 0) return []
  const fix = `usher setup   # or ${editing(config.file)}: telegram.admins, with the id that the bot says to /start; then restart both`
  return [note('admins.none', 'admins', 'there is none yet', 'nobody can do anything in the chat', fix)]
}

/** Who decides in the chat. Those of the config count only while the roster has none. */
export function adminIds({ roles, telegram }: Config, people: readonly RosterEntry[]): number[] {
  const decides = ({ role }: RosterEntry) => {
    const permissions = roles.get(role)?.permissions ?? []
    return permissions.includes('*') || permissions.includes('requests.approve.all')
  }
  const listed = people.filter(decides).map(({ telegram_id: id }) => id)
  return listed.length > 0 ? listed : [...telegram.admins]
}
