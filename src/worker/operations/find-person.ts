import type { RosterEntry } from '../../domain/person.ts'
import type { OperationName } from '../../protocol/operations.ts'
import type { Caller } from '../caller.ts'
import { type EngineContext, type Refusal, refusal } from '../context.ts'
import { decide } from '../gate/access.ts'
import { ownTelegramId, refuseAccess } from './ownership.ts'

/** The entry, or why the caller may not know. */
export type FoundPerson = { ok: true; entry: RosterEntry } | (Refusal & { ok: false })

/** Somebody on the roster by OS user or by Telegram id in decimal, if the caller may do that to them. */
export async function findPerson(
  context: EngineContext,
  operation: OperationName,
  caller: Caller,
  name: string,
): Promise<FoundPerson> {
  const roster = await context.host.readRoster()
  const entry = roster.ok
    ? roster.entries.find(({ os_user, telegram_id }) => os_user === name || String(telegram_id) === name)
    : undefined
  const ownership = entry === undefined ? 'absent' : isOneself(caller, entry) ? 'own' : 'foreign'
  const what = `the person '${name.toWellFormed()}'`
  if (!roster.ok && decide(operation, caller, 'foreign') === 'allow') {
    return rosterUnusable(context, roster.why)
  }
  const refused = refuseAccess(operation, caller, ownership, what)
  if (refused !== null) return { ok: false, ...refused }
  if (entry === undefined) return refusal('not_found', `cannot find ${what} on the roster`)
  return { ok: true, entry }
}

/** Whether the caller is who an entry names. */
export function isOneself(caller: Caller, entry: RosterEntry): boolean {
  return ownTelegramId(caller) === entry.telegram_id
}

/** A roster that cannot be used names nobody, and is no empty one. */
export function rosterUnusable({ config }: EngineContext, why: string) {
  return refusal('roster_unusable', `cannot use the roster: ${why}`, {
    params: { path: config.paths.roster, why },
  })
}
