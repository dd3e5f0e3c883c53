import type { RosterEntry } from '../../domain/person.ts'
import type { Caller } from '../caller.ts'
import { type EngineContext, type Operation, refusal } from '../context.ts'
import { decide } from '../gate/access.ts'
import { personPaths } from '../planning/person-paths.ts'
import { ownTelegramId, refuseAccess } from './ownership.ts'
import { personView, personViews } from './views.ts'

/** The people of the roster as it is now, a page at a time; oneself where one may not see the others. */
export const peopleList: Operation<'people.list'> = async (context, caller, { limit, skip }) => {
  const refused = refuseAccess('people.list', caller, 'none', 'people')
  if (refused !== null) return refused
  const roster = await context.host.readRoster()
  if (!roster.ok) return rosterUnusable(context, roster.why)
  const all = decide('people.list', caller, 'foreign') === 'allow'
  const shown = all ? roster.entries : roster.entries.filter((entry) => isOneself(caller, entry))
  const page = shown.slice(skip, skip + limit)
  const uids = await context.host.accounts.uidsOf(page.map(({ os_user }) => os_user))
  const people = page.map((entry) => ({ entry, uid: uids.get(entry.os_user) ?? null }))
  return {
    effect: () => ({
      ok: true,
      output: { people: personViews(context.store, people), more: shown.length > skip + limit },
    }),
  }
}

/** One person by OS user or by Telegram id in decimal. */
export const peopleGet: Operation<'people.get'> = async (context, caller, { name }) => {
  const roster = await context.host.readRoster()
  const entry = roster.ok
    ? roster.entries.find(({ os_user, telegram_id }) => os_user === name || String(telegram_id) === name)
    : undefined
  const ownership = entry === undefined ? 'absent' : isOneself(caller, entry) ? 'own' : 'foreign'
  const what = `the person '${name.toWellFormed()}'`
  if (!roster.ok && decide('people.get', caller, 'foreign') === 'allow') {
    return rosterUnusable(context, roster.why)
  }
  const refused = refuseAccess('people.get', caller, ownership, what)
  if (refused !== null) return refused
  if (entry === undefined) return refusal('not_found', `cannot find ${what} on the roster`)
  const account = await context.host.accounts.byName(entry.os_user)
  const { memory, history, workspace } = personPaths(context.config, entry, account?.home ?? '/nonexistent')
  const paths = [memory, history, ...(workspace === null ? [] : [workspace])]
  const folders = await Promise.all(
    paths.map(async (path) => ({
      path,
      exists: (await context.host.files.stat(path)).kind === 'directory',
    })),
  )
  return {
    effect: () => ({
      ok: true,
      output: { person: personView(context.store, entry, account?.uid ?? null, folders) },
    }),
  }
}

function isOneself(caller: Caller, entry: RosterEntry): boolean {
  return ownTelegramId(caller) === entry.telegram_id
}

function rosterUnusable({ config }: EngineContext, why: string) {
  return refusal('roster_unusable', `cannot use the roster: ${why}`, {
    params: { path: config.paths.roster, why },
  })
}
