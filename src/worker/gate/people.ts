import type { RosterEntry } from '../../domain/person.ts'
import type { Role } from '../../domain/role.ts'
import type { AdminHistory } from './admin-history.ts'
import type { Passwd } from './passwd.ts'
import type { ListedPerson, RosterView } from './roster-view.ts'

/** Where people come from; each is asked anew for every request. */
export interface PeopleSources {
  roles: ReadonlyMap<string, Role>
  passwd: Passwd
  roster: RosterView
  adminHistory: AdminHistory
}

/** The roster's people as far as nobody can be taken for somebody else. */
export interface People {
  usable: boolean
  byUid(uid: number): RosterEntry | null
  byTelegramId(telegramId: number): RosterEntry | null
  ambiguousTelegramId(telegramId: number): boolean
}

/** The roster's people, without those that could be taken for one another; notes when there is an admin among them. */
export async function readPeople(sources: PeopleSources): Promise<People> {
  const reading = await sources.roster()
  const listed = reading.ok ? reading.people : []
  const isAdmin = ({ entry }: ListedPerson) => {
    const role = sources.roles.get(entry.role)
    return entry.role === 'admin' || (role !== undefined && isAdminRole(role))
  }
  if (listed.some(isAdmin)) sources.adminHistory.recordAdmin()

  const accounts = sources.passwd()
  const uidOf = ({ entry }: ListedPerson) => accounts.uidOf(entry.os_user)
  const alike = (a: ListedPerson, b: ListedPerson) =>
    a.entry.telegram_id === b.entry.telegram_id ||
    a.entry.os_user === b.entry.os_user ||
    (uidOf(a) !== null && uidOf(a) === uidOf(b))
  const only = (matches: (person: ListedPerson) => boolean): RosterEntry | null => {
    const person = listed.find(matches)
    if (person === undefined || !person.exactId) return null
    return listed.some((other) => other !== person && alike(other, person)) ? null : person.entry
  }
  return {
    usable: reading.ok,
    byUid: (uid) => only((person) => uidOf(person) === uid),
    byTelegramId: (telegramId) => only(({ entry }) => entry.telegram_id === telegramId),
    ambiguousTelegramId: (telegramId) =>
      listed.some(({ entry }) => entry.telegram_id === telegramId) &&
      only(({ entry }) => entry.telegram_id === telegramId) === null,
  }
}

/** Whether persons of this role decide requests of others. */
function isAdminRole(role: Role): boolean {
  return role.permissions.includes('*') || role.permissions.includes('requests.approve.all')
}
